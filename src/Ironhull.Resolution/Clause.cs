namespace Ironhull.Resolution;

/// <summary>Why a clause exists.</summary>
public enum ClauseKind
{
    /// <summary>A job: one of the alternatives is asked for by name.</summary>
    Install,

    /// <summary>A job: the package is needed by every installation.</summary>
    Essential,

    /// <summary>A job: the package must not be installed.</summary>
    Exclude,

    /// <summary>The subject needs one of the alternatives.</summary>
    Requires,

    /// <summary>The subject would like one of the alternatives; never a reason to fail.</summary>
    Recommends,

    /// <summary>The subject and the other package cannot both be installed.</summary>
    Conflicts,

    /// <summary>As <see cref="Conflicts"/>: the subject breaks the other package.</summary>
    Breaks,

    /// <summary>As <see cref="Conflicts"/>: the subject takes the other package's place.</summary>
    Obsoletes,

    /// <summary>Two versions of one name.</summary>
    OneVersionPerName,

    /// <summary>The subject needs something of the program that installs it which this program does not have.</summary>
    Unsupported,
}

/// <summary>
/// One disjunction with the reason for it. It reads: where <see cref="Subject"/> (or its job) and all of <see cref="Conditions"/> are
/// installed, one of <see cref="Alternatives"/> is installed too, or <see cref="Other"/>, when there is one, is not.
/// </summary>
public sealed class Clause
{
    /// <summary>The kind.</summary>
    public required ClauseKind Kind { get; init; }

    /// <summary>The package that states it; null in a job.</summary>
    public Candidate? Subject { get; init; }

    /// <summary>The field that states it, for example "Pre-Depends"; empty when there is none.</summary>
    public string Field { get; init; } = "";

    /// <summary>The statement as written, for example <c>mawk | gawk (>= 3)</c>; for a job the requested text.</summary>
    public required string Text { get; init; }

    /// <summary>What else must be installed for the clause to claim anything ("A needs B if C": C).</summary>
    public IReadOnlyList<Candidate> Conditions { get; init; } = [];

    /// <summary>What satisfies the clause, best first. A clause that keeps <see cref="Other"/> out may have them too: "unless one of these is there".</summary>
    public IReadOnlyList<Candidate> Alternatives { get; init; } = [];

    /// <summary>What a negative clause keeps out.</summary>
    public Candidate? Other { get; init; }

    /// <summary>Says why there is no alternative, or what else a reader needs; empty when nothing.</summary>
    public string Note { get; init; } = "";

    /// <summary>True when the clause keeps <see cref="Other"/> out.</summary>
    public bool IsNegative => Other is not null;

    /// <summary>True when installing something can satisfy the clause, or would, were there anything.</summary>
    public bool IsPositive => Other is null || Alternatives.Count > 0;

    /// <summary>True when the clause comes from the request and not from a package.</summary>
    public bool IsJob => Kind is ClauseKind.Install or ClauseKind.Essential or ClauseKind.Exclude;
}

/// <summary>One entry of a request; the solver assumes it, so that it can be named in a failure.</summary>
/// <param name="Kind">Install, Essential or Exclude.</param>
/// <param name="Text">The entry as written.</param>
/// <param name="Clauses">What it claims; an exclusion of several versions has several clauses.</param>
public sealed record Job(ClauseKind Kind, string Text, IReadOnlyList<Clause> Clauses);
