using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Resolution;

/// <summary>The outcome of a resolution: a <see cref="Solution"/> or a <see cref="Failure"/>.</summary>
public abstract record ResolutionResult
{
    /// <summary>The solution.</summary>
    /// <exception cref="HullException">HULL3001, HULL3101: it is a failure.</exception>
    public Solution OrThrow() => this switch
    {
        Solution solution => solution,
        Failure failure => throw failure.ToException(),
        _ => throw new InvalidOperationException(),
    };
}

/// <summary>Why a package is installed.</summary>
/// <param name="Kind">Install (requested), Essential, Requires or Recommends.</param>
/// <param name="By">The package that needs it; null for a job.</param>
/// <param name="Field">The field, for example "Depends"; empty for a job.</param>
/// <param name="Text">The dependency's or the request's text.</param>
public sealed record Reason(ClauseKind Kind, Candidate? By, string Field, string Text)
{
    internal static Reason Of(Clause clause) => new(clause.Kind, clause.Subject, clause.Field, clause.Text);

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        ClauseKind.Install => $"requested as '{Text}'",
        ClauseKind.Essential => "essential",
        _ when Field == "Supplements" => $"supplements '{Text}'",
        _ => $"{By!.Name} {Field}: {Text}",
    };
}

/// <summary>One chosen package.</summary>
/// <param name="Candidate">The package.</param>
/// <param name="Reason">The request or dependency that brought it in.</param>
public sealed record SolutionPackage(Candidate Candidate, Reason Reason);

/// <summary>A set of packages that satisfies the request.</summary>
/// <param name="Packages">Ordered by name.</param>
/// <param name="Warnings">Parts of the request that had no effect (HULL3002, HULL3003).</param>
public sealed record Solution(IReadOnlyList<SolutionPackage> Packages, IReadOnlyList<Diagnostic> Warnings) : ResolutionResult
{
    private Dictionary<string, SolutionPackage>? _byName;

    internal IProblem Problem { get; init; } = null!;

    /// <summary>Counters of the search.</summary>
    public SearchStatistics Statistics { get; init; }

    /// <summary>The package of this name, or null.</summary>
    public SolutionPackage? Find(string name)
    {
        _byName ??= Packages.GroupBy(p => p.Candidate.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        return _byName.GetValueOrDefault(name);
    }
}

/// <summary>How much work a resolution was.</summary>
/// <param name="Candidates">Candidates that a clause named.</param>
/// <param name="Clauses">Clauses made.</param>
/// <param name="Decisions">Choices made.</param>
/// <param name="Conflicts">Choices taken back.</param>
public readonly record struct SearchStatistics(int Candidates, int Clauses, int Decisions, int Conflicts);

/// <summary>What a fix changes.</summary>
public enum FixKind
{
    /// <summary>Another name is requested in the place of one.</summary>
    PickAlternative,

    /// <summary>A name is no longer excluded.</summary>
    DropExclude,

    /// <summary>A request is removed.</summary>
    RemoveRequest,

    /// <summary>A dependency is waived.</summary>
    AddWaiver,

    /// <summary>An Essential package is excluded.</summary>
    ExcludeEssential,
}

/// <summary>One change to a request.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Subject">The request, exclusion or waived package.</param>
/// <param name="Detail">The alternative's name or the waived dependency; empty otherwise.</param>
public sealed record FixStep(FixKind Kind, string Subject, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        FixKind.PickAlternative => $"request {Detail} in the place of {Subject}",
        FixKind.DropExclude => $"do not exclude {Subject}",
        FixKind.RemoveRequest => $"do not request {Subject}",
        FixKind.ExcludeEssential => $"exclude the Essential package {Subject}",
        _ => $"waive the dependency of {Subject} on '{Detail}'",
    };
}

/// <summary>Changes to the request that were resolved again and give a solution.</summary>
/// <param name="Steps">The changes; with any of them left out it fails.</param>
/// <param name="Request">The request with the changes applied.</param>
/// <param name="PackageCount">How many packages the solution has, without those that are only recommended.</param>
public sealed record Fix(IReadOnlyList<FixStep> Steps, ResolutionRequest Request, int PackageCount)
{
    /// <inheritdoc/>
    public override string ToString() => string.Join(", and ", Steps);
}

/// <summary>The request cannot be satisfied.</summary>
/// <param name="Core">Clauses that contradict each other; without any one of them they would not.</param>
/// <param name="Sentences">The core in plain sentences, in the order of the argument.</param>
/// <param name="Fixes">Verified corrections, smallest change first; at least one.</param>
public sealed record Failure(IReadOnlyList<Clause> Core, IReadOnlyList<string> Sentences, IReadOnlyList<Fix> Fixes) : ResolutionResult
{
    /// <summary>The numbered sentences, one per line.</summary>
    public string Message
    {
        get
        {
            var text = new StringBuilder("The requested packages cannot be installed together:");
            for (var i = 0; i < Sentences.Count; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n  {i + 1}. {Sentences[i]}");
            }

            return text.ToString();
        }
    }

    /// <summary>The fixes, one per line.</summary>
    public string Remedy
    {
        get
        {
            if (Fixes.Count == 0)
            {
                return ResolutionErrors.Unsatisfiable.Remedy;
            }

            var text = new StringBuilder("Any one of these works (each was resolved again):");
            foreach (var fix in Fixes)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n    - {fix}");
            }

            return text.ToString();
        }
    }

    /// <summary>What kind of failure it is: HULL3101 where a package needs more of this program than it has, else HULL3001.</summary>
    public ErrorCode Code => Core.Any(c => c.Kind == ClauseKind.Unsupported) ? ResolutionErrors.UnknownRpmFeature : ResolutionErrors.Unsatisfiable;

    /// <summary>The failure's code with the core as message and the fixes as remedy.</summary>
    public HullException ToException() => Code.Error(Message, remedy: Remedy);
}
