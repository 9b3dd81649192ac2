using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Ironhull.Provisioning.Spec;
using Ironhull.Provisioning.Tests.Cases;
using Ironhull.Testing;

[assembly: AssemblyFixture(typeof(CaseReport))]

namespace Ironhull.Provisioning.Tests.Cases;

/// <summary>Counts the cases that a run has passed, and leaves the table in <c>artifacts/test-results/provisioning-cases.md</c> when it is over.</summary>
public sealed class CaseReport : IDisposable
{
    private static readonly ConcurrentDictionary<(string Section, string Version, CaseKind Kind, string Name), bool> s_passed = [];

    /// <summary>Tells that a case has passed.</summary>
    internal static void Pass(TableCase @case, string version) => s_passed[(@case.Section, version, @case.Kind, @case.Name)] = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (s_passed.IsEmpty)
        {
            return;
        }

        var folder = Directory.CreateDirectory(Path.Combine(RepositoryRoot.Path, "artifacts", "test-results"));
        File.WriteAllText(Path.Combine(folder.FullName, "provisioning-cases.md"), Table(CaseTables.All, (section, version) =>
            s_passed.Keys.Count(p => (section is null || p.Section == section) && (version is null || p.Version == version))));
    }

    /// <summary>The table: sections by versions, "registered" or "passed/registered" in each cell.</summary>
    internal static string Table(IReadOnlyCollection<TableCase> cases, Func<string?, string?, int>? passed)
    {
        var versions = SpecVersion.All.Select(v => v.ToString()).ToList();
        var text = new StringBuilder($"| section | rows | refused | {string.Join(" | ", SpecVersion.All.Select(v => $"3.{v.Minor}"))} | cases |\n|---|--:|--:|{string.Concat(versions.Select(_ => "--:|"))}--:|\n");
        foreach (var section in (string?[])[.. CaseTables.Sections.Where(s => cases.Any(c => c.Section == s)), null])
        {
            TableCase[] rows = [.. cases.Where(c => section is null || c.Section == section)];
            var cells = versions.Select(v => Cell(rows.Count(c => c.Versions.Any(x => x.ToString() == v)), v)).Append(Cell(rows.Sum(c => c.Versions.Count()), null));
            text.Append(CultureInfo.InvariantCulture, $"| {section ?? "all"} | {rows.Length} | {rows.Count(c => c.Refused)} | {string.Join(" | ", cells)} |\n");

            string Cell(int registered, string? version) => passed is null
                ? registered.ToString(CultureInfo.InvariantCulture)
                : string.Create(CultureInfo.InvariantCulture, $"{passed(section, version)}/{registered}");
        }

        return text.ToString();
    }
}
