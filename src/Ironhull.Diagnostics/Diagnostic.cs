namespace Ironhull.Diagnostics;

/// <summary>One thing that went wrong: what, where, and the remedy.</summary>
/// <param name="Code">The catalogue entry.</param>
/// <param name="Message">What happened, with values.</param>
/// <param name="Where">The place, when there is one.</param>
/// <param name="Remedy">What to do.</param>
public sealed record Diagnostic(ErrorCode Code, string Message, Location? Where, string Remedy)
{
    /// <summary>The text form: <c>place: error HULLnnnn: message</c> and the remedy on a line of its own.</summary>
    public override string ToString()
    {
        var place = Where is null ? "" : $"{Where}: ";
        return $"{place}error {Code.Code}: {Message}\n  remedy: {Remedy}";
    }
}
