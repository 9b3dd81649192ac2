namespace Ironhull.Resolution.Solving;

/// <summary>Decides what a search installs, and in which order.</summary>
internal interface IPolicy : IBrancher
{
    /// <summary>The chosen packages, each with the clause that brought it in, in the order of choice.</summary>
    IReadOnlyList<(Candidate Candidate, Clause Reason)> Chosen { get; }

    /// <summary>What is asked for.</summary>
    void Prepare(IReadOnlyList<Job> jobs);

    /// <summary>The solver learnt what a candidate claims.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="wishes">Its clauses that others can satisfy, in their order.</param>
    void Expanded(Candidate candidate, IReadOnlyList<Clause> wishes);
}

/// <summary>What is known while a choice is made.</summary>
internal interface IDecisions
{
    /// <summary>True when a candidate is certain to be installed.</summary>
    bool IsInstalled(Candidate candidate);

    /// <summary>True when a candidate is certain not to be installed.</summary>
    bool IsRuledOut(Candidate candidate);

    /// <summary>What is certain to be installed, in the order in which that became so.</summary>
    IReadOnlyList<Candidate> Installed { get; }

    /// <summary>How often decisions were taken back. As long as it stays the same, <see cref="Installed"/> only grows.</summary>
    int TakenBack { get; }
}

/// <summary>A weak dependency that is not satisfied yet.</summary>
/// <param name="Clause">The dependency, with all that would satisfy it.</param>
/// <param name="Open">What of that may be tried.</param>
internal readonly record struct Wish(Clause Clause, IReadOnlyList<Candidate> Open);

/// <summary>A problem whose candidates have a fixed order and are ranked by what else is installed.</summary>
internal interface IRankedProblem : IProblem
{
    /// <summary>The place of a candidate in the repositories; unique.</summary>
    int PlaceOf(Candidate candidate);

    /// <summary>The candidates worth choosing from, best first; at least one. One left means that there is no real choice.</summary>
    /// <param name="open">Two or more candidates, in the order of their places.</param>
    /// <param name="decisions">What is settled.</param>
    IReadOnlyList<Candidate> Prefer(IReadOnlyList<Candidate> open, IDecisions decisions);

    /// <summary>True when something installed recommends a candidate, or the candidate says that it goes with what is installed.</summary>
    bool IsWished(Candidate candidate, IDecisions decisions);

    /// <summary>What is recommended and neither there nor ruled out, in the order in which it is to be tried.</summary>
    /// <param name="recommendations">The weak dependencies of what is installed that nothing satisfies yet.</param>
    /// <param name="decisions">What is settled.</param>
    IReadOnlyList<Wish> OpenWishes(IReadOnlyList<Clause> recommendations, IDecisions decisions);
}
