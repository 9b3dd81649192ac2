using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Failures;

/// <summary>An error of a stage as others may see it.</summary>
/// <param name="Code">The code, <c>HULLnnnn</c>.</param>
/// <param name="Title">What the code stands for.</param>
/// <param name="Message">What happened, in one line without secrets.</param>
/// <param name="Where">The place; null where there is none.</param>
/// <param name="Remedy">What to do.</param>
public sealed record FailedFinding(string Code, string Title, string Message, string? Where, string Remedy)
{
    /// <summary>Takes what may be seen of a diagnostic.</summary>
    public static FailedFinding Of(Diagnostic diagnostic) => new(
        diagnostic.Code.Code, diagnostic.Code.Title, ShownText.Line(diagnostic.Message), diagnostic.Where is { } where ? ShownText.Line(where.ToString()) : null, ShownText.Line(diagnostic.Remedy));
}
