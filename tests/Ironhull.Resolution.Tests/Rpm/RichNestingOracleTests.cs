using Ironhull.Diagnostics;
using Ironhull.Packages;
using Ironhull.Packages.Rpm;
using Ironhull.Resolution.Rpm;
using Ironhull.Testing;
using Xunit;

namespace Ironhull.Resolution.Tests.Rpm;

/// <summary>Every operator within every other, at every place: refused by us where rpm refuses to build a package with it, and only there.</summary>
public sealed class RichNestingOracleTests
{
    private static readonly string[] s_operators = ["and", "or", "if", "unless", "with", "without"];

    [Fact]
    public void Parse_NestedOperators_AreRefusedWhereRpmRefusesThem()
    {
        using var folder = new TempFolder();
        string[] texts = [.. s_operators.SelectMany(inner => s_operators.SelectMany(outer => Nested(outer, $"(b {inner} c)")))];
        Assert.Equal(84, texts.Length);
        var refused = 0;
        foreach (var text in texts)
        {
            var isAccepted = IsAccepted(text);
            Assert.True(isAccepted == RpmAccepts(folder, text), $"{text}: {(isAccepted ? "only we" : "only rpm")} read it");
            refused += isAccepted ? 0 : 1;
        }

        Assert.Equal(20, refused);
    }

    private static IEnumerable<string> Nested(string outer, string inner)
    {
        yield return $"({inner} {outer} a)";
        yield return $"(a {outer} {inner})";
        if (outer is "if" or "unless")
        {
            yield return $"(a {outer} x else {inner})";
        }
    }

    private static bool IsAccepted(string text)
    {
        try
        {
            RichParser.Parse(new RpmDependency(text, VersionRelation.Any, ""), "t");
            return true;
        }
        catch (HullException e) when (e.Code.Code == "HULL3102")
        {
            return false;
        }
    }

    // "unless" may be outermost where dependencies are joined by "or", as those of Supplements are; "if" where they are joined by "and".
    private static bool RpmAccepts(TempFolder folder, string text)
    {
        var tag = text.Contains("a unless ", StringComparison.Ordinal) || text.EndsWith(" unless a)", StringComparison.Ordinal) ? "Supplements" : "Requires";
        File.WriteAllText(folder["t.spec"], $"Name: t\nVersion: 1\nRelease: 1\nSummary: s\nLicense: l\nBuildArch: noarch\n{tag}: {text}\n%description\nd\n%files\n");
        var result = HostTool.Try("rpmspec", ["-q", "--qf", "x", folder["t.spec"]]);
        return result.ExitCode == 0 || (result.Error.Contains("Illegal", StringComparison.Ordinal) ? false : throw new InvalidOperationException(result.Error));
    }
}
