namespace Ironhull.Cli.CommandLine;

/// <summary>The process's surroundings, so that tests can put their own in place.</summary>
internal sealed record HullHost
{
    /// <summary>Takes results.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Takes progress and errors.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Measures time for people; no output of a build depends on it.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The real surroundings.</summary>
    public static HullHost Real() => new()
    {
        Out = new StreamWriter(Console.OpenStandardOutput(), new System.Text.UTF8Encoding(false), 4096) { NewLine = "\n" },
        Error = new StreamWriter(Console.OpenStandardError(), new System.Text.UTF8Encoding(false), 1024) { NewLine = "\n", AutoFlush = true },
        IsTerminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb") && Environment.GetEnvironmentVariable("CI") is null or "",
    };
}
