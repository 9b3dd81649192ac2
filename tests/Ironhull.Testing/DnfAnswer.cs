namespace Ironhull.Testing;

/// <summary>What dnf5 said.</summary>
/// <param name="Packages">What it would install, as name-[epoch:]version-release.architecture, ordered; null when it finds no solution.</param>
/// <param name="Crashed">
/// It found no solution and crashed over saying why: dnf5 5.4 touches memory that it does not have while it explains some rich conflicts.
/// </param>
public sealed record DnfAnswer(IReadOnlyList<string>? Packages, bool Crashed = false)
{
    private const string None = "none";
    private const string Crash = "crash";

    /// <inheritdoc/>
    public override string ToString() => Crashed ? Crash : Packages is null ? None : string.Join(' ', Packages);

    /// <summary>The answer of its text.</summary>
    public static DnfAnswer Parse(string text) => text switch
    {
        Crash => new(null, Crashed: true),
        None => new((IReadOnlyList<string>?)null),
        _ => new(text.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
    };
}
