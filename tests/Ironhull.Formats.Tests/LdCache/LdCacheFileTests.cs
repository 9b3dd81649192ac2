using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.LdCache;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tests.LdCache;

public sealed class LdCacheFileTests
{
    private static readonly LdCacheEntry[] s_sample =
    [
        new("libc.so.6", "/lib/x/libc.so.6", 0x303), new("liba.so.2", "/lib/x/liba.so.2", 0x303), new("liba.so.10", "/lib/x/liba.so.10", 0x303),
        new("liba.so.2", "/usr/lib/liba.so.2", 0x303),
    ];

    [Fact]
    public void Write_Entries_AreReadBackInTheLinkersOrder()
    {
        var entries = LdCacheFile.Parse(LdCacheFile.Write(s_sample, "test"), "cache");
        Assert.Equal([s_sample[0], s_sample[2], s_sample[1], s_sample[3]], entries);
    }

    [Fact]
    public void Write_NameThatEndsItsPath_SharesTheBytes() =>
        Assert.Equal(48 + 24 + 20 + 24 + 1, LdCacheFile.Write([new("libc.so.6", "/lib/xx/libc.so.6", 3)], "x").Length);

    [Theory]
    [InlineData("liba.so.10", "liba.so.9", 1)]
    [InlineData("liba.so.1", "liba.so", 1)]
    [InlineData("lib1", "liba", 1)]
    [InlineData("liba", "libb", -1)]
    [InlineData("liba", "liba", 0)]
    public void CompareNames_TwoNames_ComparesNumbersByValue(string left, string right, int sign)
    {
        Assert.Equal(sign, Math.Sign(LdCacheFile.CompareNames(left, right)));
        Assert.Equal(-sign, Math.Sign(LdCacheFile.CompareNames(right, left)));
    }

    [Fact]
    public void Write_AnyEntries_RoundTrips()
    {
        var name = Gen.String[Gen.Char["lib.so0129-"], 1, 12];
        Gen.Select(name, name, Gen.Int[0, 3], (n, p, f) => new LdCacheEntry(n, "/" + p, f)).List[0, 20].Sample(entries =>
        {
            var read = LdCacheFile.Parse(LdCacheFile.Write(entries, "g"), "cache");
            Assert.Equal(entries.OrderBy(e => e.ToString(), StringComparer.Ordinal), read.OrderBy(e => e.ToString(), StringComparer.Ordinal));
        });
    }

    [Fact]
    public void Parse_MutatedCache_NeverThrowsAnythingElse()
    {
        var good = LdCacheFile.Write(s_sample, "test");
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample((at, value, length) =>
        {
            var bad = good.ToArray();
            bad[at] = value;
            try
            {
                LdCacheFile.Parse(bad.AsSpan(0, length), "cache");
            }
            catch (HullException)
            {
            }
        });
    }

    [Fact]
    public void ReadSharedObject_HostsLibc_FindsItsName()
    {
        var path = Directory.GetDirectories("/usr/lib", "*-linux-gnu").Select(d => d + "/libc.so.6").First(File.Exists);
        var shared = SharedObject.Read(Content.FromBytes(File.ReadAllBytes(path)));
        Assert.Equal("libc.so.6", shared?.SoName);
    }

    [Fact]
    public void ReadSharedObject_MutatedLibrary_NeverThrows()
    {
        var path = Directory.GetDirectories("/usr/lib", "*-linux-gnu").Select(d => d + "/libutil.so.1").First(File.Exists);
        var good = File.ReadAllBytes(path);
        Gen.Select(Gen.Int[0, 1023], Gen.Byte, Gen.Int[0, good.Length]).Sample((at, value, length) =>
        {
            var bad = good.ToArray();
            bad[at] = value;
            SharedObject.Read(Content.FromBytes(bad.AsMemory(0, length)));
        });
    }
}
