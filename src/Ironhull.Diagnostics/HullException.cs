namespace Ironhull.Diagnostics;

/// <summary>Carries one or more coded diagnostics. The only exception type that reaches a user.</summary>
public sealed class HullException : Exception
{
    /// <summary>An exception of one diagnostic.</summary>
    public HullException(Diagnostic diagnostic, Exception? cause = null)
        : this([diagnostic], cause)
    {
    }

    /// <summary>An exception of several diagnostics, reported together.</summary>
    /// <param name="diagnostics">At least one.</param>
    /// <param name="cause">What lies under it, for the log.</param>
    public HullException(IReadOnlyList<Diagnostic> diagnostics, Exception? cause = null)
        : base(string.Join('\n', diagnostics.Select(d => d.ToString())), cause) => Diagnostics = diagnostics;

    /// <summary>What went wrong; never empty.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>The first diagnostic's code.</summary>
    public ErrorCode Code => Diagnostics[0].Code;

    /// <summary>The exit code of the first diagnostic's category.</summary>
    public int ExitCode => ExitCodes.For(Code.Category);
}
