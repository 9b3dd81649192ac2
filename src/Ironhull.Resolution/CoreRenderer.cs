namespace Ironhull.Resolution;

/// <summary>Orders a contradiction as an argument and puts each clause into a sentence.</summary>
internal static class CoreRenderer
{
    /// <summary>How many alternatives a sentence lists.</summary>
    private const int MaxListed = 6;

    /// <summary>Requests first, then what follows from what is already said, then what forbids it.</summary>
    public static List<Clause> Arrange(IReadOnlyList<Clause> core)
    {
        var open = core.ToList();
        var arranged = new List<Clause>(open.Count);
        var introduced = new HashSet<Candidate>();
        while (open.Count > 0)
        {
            var next = open.FirstOrDefault(c => c.Kind is ClauseKind.Install or ClauseKind.Essential)
                ?? open.FirstOrDefault(c => c.Kind == ClauseKind.Requires && introduced.Contains(c.Subject!))
                ?? open.FirstOrDefault(c => c.Kind == ClauseKind.Requires)
                ?? open.FirstOrDefault(c => c.Kind != ClauseKind.Exclude)
                ?? open[0];
            open.Remove(next);
            arranged.Add(next);
            introduced.UnionWith(next.Alternatives);
        }

        return arranged;
    }

    /// <summary>One clause in words.</summary>
    public static string Sentence(Clause clause) => clause.Kind switch
    {
        ClauseKind.Install when clause.Conditions.Count > 0 => $"The request is to install '{clause.Text}'; with {All(clause.Conditions)} installed {Only(clause)}.",
        ClauseKind.Install when clause.Alternatives.Count == 0 => $"The request is to install '{clause.Text}', but {clause.Note}.",
        ClauseKind.Install => $"The request is to install '{clause.Text}', which is {List(clause.Alternatives)}.",
        ClauseKind.Essential => $"{List(clause.Alternatives)} is marked Essential, so every installation has it.",
        ClauseKind.Exclude => $"The request excludes {clause.Text}.",
        ClauseKind.Requires when clause.Conditions.Count > 0 => $"{clause.Subject} needs '{clause.Text}' ({clause.Field}); with {All(clause.Conditions)} installed {Only(clause)}.",
        ClauseKind.Requires when clause.Alternatives.Count == 0 => $"{clause.Subject} needs '{clause.Text}' ({clause.Field}), but {clause.Note}.",
        ClauseKind.Requires => $"{clause.Subject} needs '{clause.Text}' ({clause.Field}), which only {List(clause.Alternatives)} can satisfy.",
        ClauseKind.OneVersionPerName => $"{clause.Subject} and {clause.Other} are versions of one package; only one of them can be installed.",
        ClauseKind.Breaks => $"{clause.Subject} breaks {clause.Other} ('{clause.Text}'{Via(clause)}).",
        ClauseKind.Obsoletes => $"{clause.Subject} takes the place of {clause.Other} ('{clause.Text}').",
        ClauseKind.Unsupported => $"{clause.Subject} needs '{clause.Text}' of the program that installs it, and this program does not know that feature.",
        _ when clause.Other is null && clause.Alternatives.Count == 0 => $"{clause.Subject} conflicts with '{clause.Text}', and that always holds here.",
        _ when clause.Other is null => $"{clause.Subject} conflicts with '{clause.Text}', so one of {List(clause.Alternatives)} must be installed.",
        _ => $"{clause.Subject} conflicts with {clause.Other} ('{clause.Text}'{Via(clause)}){Where(clause)}.",
    };

    private static string Only(Clause clause) =>
        clause.Alternatives.Count == 0 ? "nothing can satisfy that" : $"only {List(clause.Alternatives)} can satisfy that";

    private static string Where(Clause clause)
    {
        var when = clause.Conditions.Count == 0 ? "" : $" while {All(clause.Conditions)} is installed";
        return clause.Alternatives.Count == 0 ? when : $"{when} unless {List(clause.Alternatives)} is installed";
    }

    private static string All(IReadOnlyList<Candidate> candidates) => string.Join(" and ", candidates);

    private static string Via(Clause clause) => clause.Note.Length == 0 ? "" : $", {clause.Note}";

    /// <summary>A short list of packages.</summary>
    public static string List(IReadOnlyList<Candidate> candidates)
    {
        var names = candidates.Take(MaxListed).Select(c => c.ToString()).ToList();
        if (candidates.Count > MaxListed)
        {
            names.Add($"{candidates.Count - MaxListed} more");
        }

        return names.Count == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }
}
