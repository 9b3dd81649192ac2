using System.Diagnostics;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Packages;
using Ironhull.Packages.Debian;

namespace Ironhull.Packages.Tests;

public sealed class DebianVersionTests
{
    private static readonly string[] s_versions =
    [
        "1.0", "1.0-1", "1.0-0", "0:1.0", "1:0.1", "1.0~rc1", "1.0~rc1-1", "1.0~~", "1.0~", "1.0+b1", "1.0-1+b1", "1.0-1~deb13u1", "1.0a", "1.00", "1.01", "1.1", "1.10",
        "1.9", "2.0", "1.0.", "1.0.0", "1.0-1.1", "1-1-1", "1:1-1", "10:1", "3.5.4-1~deb13u1", "3.5.1-1", "3.5.4-1~deb13u2", "257.13-1~deb13u1", "6.12.117-1", "6.12.9-1",
        "20250419", "20250419~deb12u1", "2.41-12+deb13u1", "2.41-12", "1.0+dfsg-1", "1.0+git20240101.abc-1", "1.0z", "1.0Z", "1.0+", "0", "0~", "00", "1:00", "99999999999999999999", "100000000000000000000",
    ];

    [Theory]
    [InlineData("1.0~rc1", "1.0")]
    [InlineData("1.0", "1.0-1")]
    [InlineData("1.0a", "1.0+")]
    [InlineData("9:1", "10:0")]
    [InlineData("1.0-1~deb13u1", "1.0-1")]
    [InlineData("1.9", "1.10")]
    public void Compare_EarlierAndLater_AreOrdered(string earlier, string later)
    {
        Assert.True(new DebianVersion(earlier) < new DebianVersion(later));
        Assert.True(new DebianVersion(later) > new DebianVersion(earlier));
    }

    [Theory]
    [InlineData("1.0", "0:1.0")]
    [InlineData("1.0", "1.0-0")]
    [InlineData("1.00", "1.0")]
    public void Equals_SameOrder_IsEqualWithEqualHash(string left, string right)
    {
        Assert.Equal(new DebianVersion(left), new DebianVersion(right));
        Assert.Equal(new DebianVersion(left).GetHashCode(), new DebianVersion(right).GetHashCode());
    }

    [Fact]
    public async Task Compare_ManyPairs_AgreesWithDpkg()
    {
        var random = Gen.Char["0123456789019azAZ.+~-"].Array[0, 8].Select(c => "1" + new string(c).TrimEnd('-')).Array[150].Single();
        var pairs = s_versions.SelectMany((a, i) => s_versions.Skip(i + 1).Where((_, j) => (i + j) % 3 == 0).Select(b => (a, b)))
            .Concat(random.Chunk(2).Select(c => (c[0], c[1]))).ToList();
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", "while read -r a b; do for o in lt eq gt; do dpkg --compare-versions \"$a\" $o \"$b\" 2>/dev/null && echo $o && break; done; done"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var writing = Task.Run(() =>
        {
            foreach (var (a, b) in pairs)
            {
                shell.StandardInput.Write($"{a} {b}\n");
            }

            shell.StandardInput.Close();
        });
        var answers = (await shell.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await writing;
        Assert.Equal(pairs.Count, answers.Length);
        for (var i = 0; i < pairs.Count; i++)
        {
            var (a, b) = pairs[i];
            var ours = Math.Sign(DebianVersion.Compare(a, b)) switch { < 0 => "lt", 0 => "eq", _ => "gt" };
            Assert.True(answers[i] == ours, $"{a} {b}: dpkg {answers[i]}, ours {ours}");
        }

        TestContext.Current.SendDiagnosticMessage($"{pairs.Count} pairs compared with dpkg");
    }

    [Fact]
    public void Compare_AnyTexts_IsAnOrder() =>
        Gen.Select(Gen.String[0, 12], Gen.String[0, 12], Gen.String[0, 12]).Sample((a, b, c) =>
        {
            var (ab, bc, ac) = (DebianVersion.Compare(a, b), DebianVersion.Compare(b, c), DebianVersion.Compare(a, c));
            return Math.Sign(ab) == -Math.Sign(DebianVersion.Compare(b, a)) && !(ab <= 0 && bc <= 0 && ac > 0);
        });

    [Theory]
    [InlineData("")]
    [InlineData("a1")]
    [InlineData("1:")]
    [InlineData("x:1")]
    [InlineData("1.0-")]
    [InlineData("1 0")]
    public void Parse_NotAVersion_ReportsHULL2004(string text) => Assert.Equal("HULL2004", Assert.Throws<HullException>(() => DebianVersion.Parse(text)).Code.Code);

    [Fact]
    public void Satisfies_Relations_FollowTheOrder()
    {
        Assert.True(DebianVersion.Satisfies("1.0-1", VersionRelation.LaterOrEqual, "1.0"));
        Assert.False(DebianVersion.Satisfies("1.0~a", VersionRelation.LaterOrEqual, "1.0"));
        Assert.True(DebianVersion.Satisfies("1.0", VersionRelation.Equal, "0:1.0-0"));
        Assert.True(DebianVersion.Satisfies("1", VersionRelation.Earlier, "2"));
        Assert.True(DebianVersion.Satisfies("anything", VersionRelation.Any, ""));
    }
}
