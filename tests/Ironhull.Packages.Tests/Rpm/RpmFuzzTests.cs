using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Cpio;
using Ironhull.Packages.Rpm;

namespace Ironhull.Packages.Tests.Rpm;

/// <summary>Whatever comes in a package's place, only coded errors come out, soon and in little memory.</summary>
public sealed class RpmFuzzTests
{
    private const long MostMemory = 8 << 20;

    private static void ReadEverything(string path)
    {
        using var file = RpmFile.Open(path);
        _ = (file.SourceRpm, file.License, file.Summary, file.Url, file.Vendor, file.BuildSeconds, file.InstalledSize, file.Format, file.IsSource);
        _ = (file.Provides, file.Requires, file.Conflicts, file.Obsoletes, file.Recommends, file.Suggests, file.Supplements, file.Enhances, file.Orders);
        _ = (file.Scriptlets, file.Changelog);
        var buffer = new byte[1 << 16];
        while (file.Next() is not null)
        {
            while (file.Read(buffer) > 0)
            {
            }
        }
    }

    // True when the bytes were read to their end.
    private static bool Try(string path, byte[] bytes, long memory)
    {
        File.WriteAllBytes(path, bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            ReadEverything(path);
            return true;
        }
        catch (HullException)
        {
            return false;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, memory);
        }
    }

    private static void Mutate(byte[] sound, int iterations, long memory, int from = 0, int to = int.MaxValue)
    {
        using var folder = new TempFolder();
        Assert.True(Try(folder["x.rpm"], sound, memory));
        var last = Math.Min(sound.Length, to) - 1;
        var value = Gen.OneOf(Gen.Byte, Gen.Int[0, 5].Select(i => new byte[] { 0, 1, 0x7F, 0x80, 0xFE, 0xFF }[i]));
        var refused = 0;
        Gen.Select(Gen.Select(Gen.Int[from, last], value).Array[1, 4], Gen.Int[0, 15], Gen.Int[0, sound.Length - 1]).Sample(
            (changes, cut, length) =>
            {
                var bytes = (byte[])sound.Clone();
                foreach (var (at, b) in changes)
                {
                    bytes[at] = b;
                }

                refused += Try(folder["x.rpm"], cut == 0 ? bytes[..length] : bytes, memory) ? 0 : 1;
            },
            iter: iterations,
            threads: 1);
        Assert.True(refused > iterations / 20, $"only {refused} of {iterations} were refused: nothing is looked at");
    }

    [Fact]
    public void Open_MutatedHeaders_ThrowNothingElseInLittleMemory()
    {
        var package = new SmallPackage();
        package.Header.Strings(Formats.Rpm.RpmTag.FileCaps, "cap_net_raw=ep", "", "", "", "", "")
            .Strings(Formats.Rpm.RpmTag.RequireName, "a", "(b or c)").Strings(Formats.Rpm.RpmTag.RequireVersion, "1", "").Int32(Formats.Rpm.RpmTag.RequireFlags, 8, 0)
            .Strings(Formats.Rpm.RpmTag.TriggerScripts, "x").Strings(Formats.Rpm.RpmTag.TriggerScriptProg, "/bin/sh")
            .Strings(Formats.Rpm.RpmTag.TriggerName, "a").Strings(Formats.Rpm.RpmTag.TriggerVersion, "").Int32(Formats.Rpm.RpmTag.TriggerFlags, 1 << 16).Int32(Formats.Rpm.RpmTag.TriggerIndex, 0);
        Mutate(package.Build(), 4_000, MostMemory);
    }

    [Fact]
    public void Next_MutatedPayload_ThrowsNothingElseInLittleMemory()
    {
        var package = new SmallPackage();
        Mutate(package.Build(), 3_000, MostMemory, package.Build().Length - package.Payload.Length);
    }

    [Fact]
    public void Next_MutatedStrippedPayload_ThrowsNothingElseInLittleMemory()
    {
        var package = new SmallPackage { Payload = new CpioBuilder().Stripped(0, "tool").Stripped(1).Stripped(2, "linked").Stripped(3).Stripped(4, "a").Build() };
        Mutate(package.Build(), 3_000, MostMemory, package.Build().Length - package.Payload.Length);
    }

    [Theory]
    [InlineData("4.18", 4)]
    [InlineData("6", 6)]
    public void Open_MutatedPackageOfRpmbuild_ThrowsNothingElse(string release, int format)
    {
        var sound = File.ReadAllBytes(FeaturePackage.Get(release, "w9.gzdio", format));
        Mutate(sound, 200, 64 << 20, to: 12_000);
    }

    [Fact]
    public void Next_AnyBytesAsAnArchive_ThrowNothingElse()
    {
        var member = Gen.Select(Gen.Int[0, 2], Gen.Byte.Array[0, 120]).Select(m => (byte[])[.. m.Item1 == 0 ? "070701"u8 : m.Item1 == 1 ? "070702"u8 : "07070X"u8, .. m.Item2]);
        var digits = Gen.Int[0, 15].Select(d => (byte)"0123456789abcdef"[d]);
        var numbers = Gen.Select(Gen.Int[0, 2], digits.Array[104]).Select(m => (byte[])[.. m.Item1 == 0 ? "070701"u8 : m.Item1 == 1 ? "070702"u8 : "07070X"u8, .. m.Item2, .. "a\0"u8]);
        Gen.OneOf(member, numbers).Array[0, 5].Sample(
            parts =>
            {
                try
                {
                    var reader = new CpioStreamReader(new MemoryStream([.. parts.SelectMany(p => p)]), "x");
                    var buffer = new byte[100];
                    while (reader.Next() is { } entry)
                    {
                        if (entry.Form == CpioForm.Stripped)
                        {
                            reader.SetLength(entry.FileIndex % 100);
                        }

                        while (reader.Read(buffer) > 0)
                        {
                        }
                    }
                }
                catch (HullException)
                {
                }
            },
            iter: 5_000,
            threads: 1);
    }
}
