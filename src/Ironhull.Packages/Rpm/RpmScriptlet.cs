namespace Ironhull.Packages.Rpm;

/// <summary>A program that rpm would run. Never run here: read to be recognised or refused.</summary>
public sealed record RpmScriptlet
{
    /// <summary>
    /// "prein", "postin", "preun", "postun", "pretrans", "posttrans", "preuntrans", "postuntrans", "verify"; "triggerprein", "triggerin",
    /// "triggerun", "triggerpostun"; the same last three after "file" and "transfile", for example "transfiletriggerin".
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>The interpreter and its arguments: "/bin/sh", or "&lt;lua&gt;" for rpm's own. The package may have it run without any body.</summary>
    public required IReadOnlyList<string> Interpreter { get; init; }

    /// <summary>The program, or empty.</summary>
    public required string Body { get; init; }

    /// <summary>What a trigger waits for: packages with versions, or path prefixes for file triggers. Empty for scriptlets.</summary>
    public IReadOnlyList<RpmDependency> Conditions { get; init; } = [];

    /// <summary>How rpm treats the body.</summary>
    public RpmScriptletFlags Flags { get; init; }

    /// <summary>Among file triggers, the higher runs first; 1000000 when not given. 0 for all else.</summary>
    public uint Priority { get; init; }
}

/// <summary>Flags of a scriptlet (<c>rpmscriptFlags</c> of rpm's rpmscript.h).</summary>
[Flags]
public enum RpmScriptletFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Macros are expanded at installation (-e).</summary>
    Expand = 1,

    /// <summary>Header queries are expanded at installation (-q).</summary>
    QueryFormat = 2,

    /// <summary>A failure stops the transaction.</summary>
    Critical = 4,
}
