using System.IO.Enumeration;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Scripts;

/// <summary>Compares what the packages' scripts say with what was reviewed.</summary>
public static class ScriptReview
{
    private const int ExcerptLines = 40;

    /// <summary>Every residue that no review covers (HULL5110), with a difference to the last reviewed text.</summary>
    /// <param name="scripts">All scripts of all packages.</param>
    /// <param name="reviewed">The list of reviews.</param>
    /// <returns>The errors, ordered by package and script; empty when all is reviewed.</returns>
    public static IReadOnlyList<Diagnostic> Check(IEnumerable<ScriptClassification> scripts, IReadOnlyList<ReviewedScript> reviewed)
    {
        var diagnostics = new List<Diagnostic>();
        foreach (var script in scripts.Where(s => s.Class == ScriptClass.Residue).OrderBy(s => s.Package, StringComparer.Ordinal).ThenBy(s => s.Kind))
        {
            var candidates = reviewed.Where(r => Covers(r, script)).ToList();
            if (candidates.Exists(r => r.ResidueSha256 == script.ResidueSha256))
            {
                continue;
            }

            var member = script.Kind.MemberName();
            var earlier = candidates.LastOrDefault(r => r.ResidueText is not null);
            var (what, text) = (candidates.Count, earlier) switch
            {
                (0, _) => ("has a script that nobody has reviewed", Prefix(script.Residue)),
                (_, null) => ("has a script that changed since it was reviewed (the reviewed text was not kept)", Prefix(script.Residue)),
                _ => ("has a script that changed since it was reviewed", Excerpt(LineDifference.Render(earlier.ResidueText!, script.Residue))),
            };
            diagnostics.Add(TreeErrors.UnreviewedScript.With(
                $"{script.Package} {script.Version} {what}: {member}\n{text}",
                new Location($"{script.Package}:{member}"),
                $"Read it; declare in a recipe what an image needs of it; then list it as reviewed: package {script.Package}, script {member}, sha256 {script.ResidueSha256}."));
        }

        return diagnostics;
    }

    /// <summary>Reviews that cover no script of the packages given: superseded or misspelt.</summary>
    public static IReadOnlyList<ReviewedScript> Unused(IReadOnlyCollection<ScriptClassification> scripts, IEnumerable<ReviewedScript> reviewed) =>
        [.. reviewed.Where(r => !scripts.Any(s => s.Class == ScriptClass.Residue && Covers(r, s) && s.ResidueSha256 == r.ResidueSha256))];

    private static bool Covers(ReviewedScript review, ScriptClassification script) =>
        review.Kind == script.Kind && FileSystemName.MatchesSimpleExpression(review.Package, script.Package, ignoreCase: false);

    private static string Prefix(string residue) => Excerpt(string.Concat(residue.Split('\n').SkipLast(1).Select(l => "+" + l + "\n")));

    private static string Excerpt(string text)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        var shown = lines.Take(ExcerptLines).Select(l => "    " + l).ToList();
        if (lines.Length > shown.Count)
        {
            shown.Add($"    … {lines.Length - shown.Count} more lines");
        }

        return string.Join('\n', shown);
    }
}
