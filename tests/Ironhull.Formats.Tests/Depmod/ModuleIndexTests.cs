using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Depmod;

namespace Ironhull.Formats.Tests.Depmod;

public sealed class ModuleIndexTests
{
    [Fact]
    public void ToArray_AnyKeys_RoundTrips()
    {
        var key = Gen.String[Gen.Char["ab*:"], 0, 6];
        Gen.Select(key, key, Gen.UInt[0, 3]).List[0, 30].Sample(entries =>
        {
            var index = new ModuleIndex();
            foreach (var (k, v, p) in entries)
            {
                index.Add(k, v, p);
            }

            var read = ModuleIndex.Parse(index.ToArray(), "x");
            Assert.Equal(
                entries.GroupBy(e => e.Item1, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
                    .Select(g => (g.Key, string.Join(' ', Enumerable.Reverse(g).OrderBy(e => e.Item3).Select(e => $"{e.Item3}{e.Item2}")))),
                read.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => (k.Key, string.Join(' ', k.Values.Select(v => $"{v.Priority}{v.Value}")))));
        });
    }

    [Fact]
    public void Add_TextBeyondSevenBits_ReportsHULL1002() =>
        Assert.Equal("HULL1002", Assert.Throws<HullException>(() => new ModuleIndex().Add("ä", "", 0)).Code.Code);

    [Fact]
    public void Parse_MutatedIndex_NeverThrowsAnythingElse()
    {
        var index = new ModuleIndex();
        foreach (var key in (string[])["ask", "ate", "on", "once", "one"])
        {
            index.Add(key, "value of " + key, 1);
        }

        var good = index.ToArray();
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample((at, value, length) =>
        {
            var bad = good.ToArray();
            bad[at] = value;
            try
            {
                ModuleIndex.Parse(bad[..length], "x");
            }
            catch (HullException)
            {
            }
        });
    }
}
