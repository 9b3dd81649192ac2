using Ironhull.Diagnostics;

namespace Ironhull.Resolution;

/// <summary>All packages of some repositories, of one packaging system.</summary>
public interface IUniverse
{
    /// <summary>Translates a request into jobs and a source of clauses.</summary>
    /// <exception cref="HullException">HULL3004: an entry of the request cannot be read.</exception>
    IProblem Open(ResolutionRequest request);

    /// <summary>True when a package of exactly this name is in the repositories.</summary>
    bool Contains(string name);

    /// <summary>Names that could stand for an unknown or virtual name: its providers, then names spelled much alike; best first.</summary>
    IReadOnlyList<string> SuggestionsFor(string name);
}

/// <summary>One request against one universe. Clauses are made when the solver first needs them.</summary>
public interface IProblem
{
    /// <summary>Exclusions, then installations in the order of the request, then essential packages by name.</summary>
    IReadOnlyList<Job> Jobs { get; }

    /// <summary>Everything that installing a candidate claims: requirements in the order in which they are decided, then conflicts.</summary>
    IReadOnlyList<Clause> ClausesOf(Candidate candidate);

    /// <summary>What of the request has no effect on this solution.</summary>
    IReadOnlyList<Diagnostic> Warnings(IReadOnlyList<Candidate> solution);
}
