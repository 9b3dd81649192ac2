using Ironhull.Packages.Rpm;
using Ironhull.Testing;
using Xunit;

namespace Ironhull.Packages.Tests.Rpm;

public sealed class RpmVersionTests
{
    private static readonly string[] Versions =
    [
        "1", "1.0", "1.00", "1.0.0", "1.1", "1.10", "1.9", "01.1", "2", "10", "1a", "1.a", "1.0a", "1.0b", "a", "A", "b", "1.0~rc1", "1.0~rc2", "1.0~", "1.0~~",
        "1.0~rc1~git1", "1.0^", "1.0^git1", "1.0^git2", "1.0^20200101", "1.0~rc1^git1", "1.0^git1~pre", "1.0.", "1.0_", "1_0", "1-1", "1-2", "1-10", "1.0-1", "1.0-1.fc40",
        "1.0-1.azl3", "0:1.0-1", "1:0.5-1", "1:1.0-1", "2:0", "1.0~rc1-1", "1.0^git1-1", "20240101", "1.0.20240101", "xyz10", "xyz10.1", "xyz.4", "6.0.rc1", "6.0",
        "5.4.18-1.azl3", "5.4.2-1", "1.0+dfsg", "1.0+b1", "99999999999999999999", "99999999999999999998",
    ];

    [Fact]
    public void Compare_EveryPair_IsOrderedAsByRpm()
    {
        var list = string.Join(", ", Versions.Select(v => $"\"{v}\""));
        var script = $"%{{lua: local v = {{{list}}}; for i = 1, #v do local t = \"\"; for j = 1, #v do t = t .. rpm.vercmp(v[i], v[j]) .. \" \" end; print(t .. \"\\n\") end}}";
        var rows = ToolRoot.Rpm6.Run("rpm", "--eval", script).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(Versions.Length, rows.Length);
        for (var i = 0; i < Versions.Length; i++)
        {
            var row = rows[i].Split(' ');
            for (var j = 0; j < Versions.Length; j++)
            {
                // rpm's sort puts a version without a release first; a dependency without one, which is what there is to compare here, means every release.
                if (Versions[i].Contains('-', StringComparison.Ordinal) != Versions[j].Contains('-', StringComparison.Ordinal))
                {
                    continue;
                }

                Assert.True(int.Parse(row[j]) == Math.Sign(RpmVersion.Compare(Versions[i], Versions[j])), $"{Versions[i]} and {Versions[j]}: rpm says {row[j]}");
            }
        }
    }

    [Theory]
    [InlineData("= 1-1", ">= 1", true)]
    [InlineData("= 1-1", "> 1", false)]
    [InlineData("= 1-1", "< 1", false)]
    [InlineData("= 1", "< 1-5", true)]
    [InlineData("= 1", "> 1-5", true)]
    [InlineData("= 1-1", "= 1", true)]
    [InlineData("= 1-1", "= 1-2", false)]
    [InlineData("< 2", "> 1", true)]
    [InlineData("< 2", "> 2", false)]
    [InlineData("<= 2", ">= 2", true)]
    [InlineData("< 2", "< 1", true)]
    [InlineData("> 5", "> 1", true)]
    [InlineData("= 1:1", "= 1", false)]
    [InlineData("= 0:1", "= 1", true)]
    [InlineData("= 1~rc1", "< 1", true)]
    [InlineData("= 1^git1", "> 1", true)]
    [InlineData("", "= 1", true)]
    [InlineData("< 1", "", true)]
    public void Overlaps_TwoRanges_DependsOnWhetherAVersionIsInBoth(string left, string right, bool expected)
    {
        var (leftRelation, leftVersion) = Read(left);
        var (rightRelation, rightVersion) = Read(right);
        Assert.Equal(expected, RpmVersionRange.Overlaps(leftRelation, leftVersion, rightRelation, rightVersion));
        Assert.Equal(expected, RpmVersionRange.Overlaps(rightRelation, rightVersion, leftRelation, leftVersion));
    }

    private static (VersionRelation, string) Read(string text) => text.Split(' ') switch
    {
        ["<", var version] => (VersionRelation.Earlier, version),
        ["<=", var version] => (VersionRelation.EarlierOrEqual, version),
        ["=", var version] => (VersionRelation.Equal, version),
        [">=", var version] => (VersionRelation.LaterOrEqual, version),
        [">", var version] => (VersionRelation.Later, version),
        _ => (VersionRelation.Any, ""),
    };
}
