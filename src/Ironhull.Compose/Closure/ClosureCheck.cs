using System.Collections.Concurrent;
using System.IO.Enumeration;
using Ironhull.Compose.Definition;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Closure;

/// <summary>What the closure checks found.</summary>
/// <param name="Violations">Findings that no waiver covers, ordered by check, path and detail.</param>
/// <param name="Waived">Findings that a waiver covers.</param>
/// <param name="UnusedWaivers">Waivers that cover nothing.</param>
public sealed record ClosureReport(IReadOnlyList<Violation> Violations, IReadOnlyList<WaivedViolation> Waived, IReadOnlyList<ClosureWaiver> UnusedWaivers)
{
    /// <summary>Fails when there is a violation, with all of them.</summary>
    /// <exception cref="HullException">HULL512x for every violation.</exception>
    public void ThrowIfViolated()
    {
        if (Violations.Count > 0)
        {
            throw new HullException([.. Violations.Select(v => v.ToDiagnostic())]);
        }
    }
}

/// <summary>A finding and the waiver that covers it.</summary>
/// <param name="Violation">The finding.</param>
/// <param name="Waiver">The waiver.</param>
public sealed record WaivedViolation(Violation Violation, ClosureWaiver Waiver);

/// <summary>
/// Checks that a finished tree holds everything that it refers to, and nothing that it must not: libraries, interpreters,
/// programs of units, PAM modules, link targets; no language runtime or package manager, no machine identity, only
/// declared set-ID files. Findings are data and come all at once.
/// </summary>
public static class ClosureCheck
{
    /// <summary>Runs every check.</summary>
    /// <param name="tree">The whole root tree, with <c>/etc</c> where it is on the running machine.</param>
    /// <param name="declaredSuid">The whole list of set-user-ID and set-group-ID files.</param>
    /// <param name="waivers">Accepted findings. Whether one has expired is the definition's business (<see cref="Definition.Waivers.Expired"/>).</param>
    /// <param name="cache">Facts of files seen before; may be null.</param>
    public static ClosureReport Run(FileTree tree, IReadOnlyCollection<string> declaredSuid, IReadOnlyList<ClosureWaiver> waivers, IFileFactCache? cache = null)
    {
        var facts = Facts(tree, cache);
        var view = new TreeView(tree);
        FileFacts FactsOf(string path) => facts.GetValueOrDefault(path, FileFacts.None);
        IEnumerable<Violation>[] checks =
        [
            ProgramChecks.Run(view, FactsOf), UnitChecks.Run(view), PamChecks.Run(view), PathChecks.Links(view),
            PathChecks.Forbidden(view), PathChecks.Identity(view), PathChecks.Suid(view, declaredSuid),
        ];
        var found = checks.SelectMany(c => c).Distinct().OrderBy(v => v.Check, StringComparer.Ordinal).ThenBy(v => v.Path, StringComparer.Ordinal).ThenBy(v => v.Detail, StringComparer.Ordinal);
        return Apply(found, waivers);
    }

    /// <summary>Separates what waivers cover.</summary>
    public static ClosureReport Apply(IEnumerable<Violation> violations, IReadOnlyList<ClosureWaiver> waivers)
    {
        var open = new List<Violation>();
        var waived = new List<WaivedViolation>();
        var used = new HashSet<ClosureWaiver>(ReferenceEqualityComparer.Instance);
        foreach (var violation in violations)
        {
            var covering = waivers.Where(w => Covers(w, violation)).ToList();
            used.UnionWith(covering);
            if (covering.Count == 0)
            {
                open.Add(violation);
            }
            else
            {
                waived.Add(new(violation, covering[0]));
            }
        }

        return new(open, waived, [.. waivers.Where(w => !used.Contains(w))]);
    }

    private static bool Covers(ClosureWaiver waiver, Violation violation) =>
        waiver.Check == violation.Check && violation.Subjects.Any(s => FileSystemName.MatchesSimpleExpression(waiver.Subject, s, ignoreCase: false));

    // Every regular file is looked at once; its first bytes decide whether there is more to read.
    private static ConcurrentDictionary<string, FileFacts> Facts(FileTree tree, IFileFactCache? cache)
    {
        var files = tree.Entries.Where(e => e.Value is { Type: InodeType.File, Content.Length: >= 4 }).ToArray();
        var facts = new ConcurrentDictionary<string, FileFacts>(StringComparer.Ordinal);
        Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, file =>
        {
            var content = file.Value.Content!;
            if (cache?.Get(content.Sha256) is not { } known)
            {
                known = FileFacts.Of(content, file.Key);
                cache?.Set(content.Sha256, known);
            }

            if (known != FileFacts.None)
            {
                facts[file.Key] = known;
            }
        });
        return facts;
    }
}
