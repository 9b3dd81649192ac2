namespace Ironhull.Diagnostics;

/// <summary>One entry of the error catalogue: a stable code with its category, meaning and remedy.</summary>
/// <param name="Code">"HULL" and four digits; never reused for another meaning.</param>
/// <param name="Category">Decides the exit code.</param>
/// <param name="Title">What it means, one short sentence without place or values.</param>
/// <param name="Remedy">What the user does about it.</param>
public sealed record ErrorCode(string Code, ErrorCategory Category, string Title, string Remedy)
{
    /// <summary>Makes a diagnostic of this code.</summary>
    /// <param name="message">What happened, with the values that matter.</param>
    /// <param name="where">The place in a file, on a device or at a URL-less repository path.</param>
    /// <param name="remedy">Overrides the catalogue's remedy when a more exact one is known.</param>
    public Diagnostic With(string message, Location? where = null, string? remedy = null) =>
        new(this, message, where, remedy ?? Remedy);

    /// <summary>Makes an exception of this code, ready to be thrown.</summary>
    /// <inheritdoc cref="With"/>
    public HullException Error(string message, Location? where = null, string? remedy = null, Exception? cause = null) =>
        new(With(message, where, remedy), cause);
}
