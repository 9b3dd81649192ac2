using System.Security.Cryptography;
using Ironhull.Diagnostics;
using Ironhull.Formats.Rpm;
using Ironhull.Packages.Rpm;

namespace Ironhull.Packages.Tests.Rpm;

/// <summary>What a package must not be, each with its code, and what no rpmbuild of today makes.</summary>
public sealed class RpmFileTests
{
    private static List<string> ReadAll(byte[] package)
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["x.rpm"], package);
        using var file = RpmFile.Open(folder["x.rpm"]);
        var lines = new List<string> { $"{file} {file.Scriptlets.Count} {file.Changelog.Count} {file.Requires.Count}" };
        var buffer = new byte[3];
        while (file.Next() is { } entry)
        {
            var content = new List<byte>();
            while (file.Read(buffer) is var read and > 0)
            {
                content.AddRange(buffer[..read]);
            }

            lines.Add($"{entry.Path} {entry.Type} '{System.Text.Encoding.UTF8.GetString([.. content])}' {entry.LinkTarget}{entry.HardLinkTo} {entry.LinkCount}");
        }

        return lines;
    }

    private static string CodeOf(SmallPackage package) => CodeOf(package.Build());

    private static string CodeOf(byte[] package) => Assert.Throws<HullException>(() => ReadAll(package)).Code.Code;

    private static string CodeOf(Action<RpmHeaderBuilder> change)
    {
        var package = new SmallPackage();
        change(package.Header);
        return CodeOf(package);
    }

    private static string CodeOf(byte[] payload, string compressor)
    {
        var package = new SmallPackage { Payload = payload };
        package.Header.String(RpmTag.PayloadCompressor, compressor);
        return CodeOf(package);
    }

    private static readonly List<string> s_sound =
    [
        "small-1-2.noarch 0 0 0", "/usr/bin/tool File 'tool'  1", "/usr/share/x/a File 'linked'  2", "/usr/share/x/b File '' /usr/share/x/a 2", "/usr/share/x Directory ''  1",
        "/usr/share/x/link SymbolicLink '' a 1",
    ];

    [Fact]
    public void Next_SoundPackage_GivesEveryFileOnceAndLinksTogether() => Assert.Equal(s_sound, ReadAll(new SmallPackage().Build()));

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public void Next_NamesWithAnotherPrefix_FindTheFilesOfTheHeader(string prefix)
    {
        var payload = new CpioBuilder().Add($"{prefix}usr/bin/tool", SmallPackage.File, "tool").Add($"{prefix}usr/share/x/a", SmallPackage.File, "", 2, 2)
            .Add($"{prefix}usr/share/x/b", SmallPackage.File, "linked", 2, 2).Add($"{prefix}usr/share/x", SmallPackage.Folder).Add($"{prefix}usr/share/x/link", SmallPackage.Link, "a");
        Assert.Equal(s_sound, ReadAll(new SmallPackage { Payload = payload.Build() }.Build()));
    }

    [Fact]
    public void Open_TextOfBeforeUtf8_IsLatin1ButNamesAreRefused()
    {
        var package = new SmallPackage();
        package.Header.Add(RpmTag.Summary, 9, 1, [0xFC, (byte)'b', 0]);
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["x.rpm"], package.Build());
        using (var file = RpmFile.Open(folder["x.rpm"]))
        {
            Assert.Equal("üb", file.Summary);
        }

        Assert.Equal("HULL2117", CodeOf(h => h.Add(RpmTag.DirNames, 8, 3, [.. "/usr/bin/\0/usr/share/x/\0/usr/"u8, 0xFC, (byte)'/', 0])));
    }

    [Fact]
    public void Next_StrippedPayload_TakesEverythingFromTheHeader()
    {
        var payload = new CpioBuilder().Stripped(0, "tool").Stripped(1).Stripped(2, "linked").Stripped(3).Stripped(4, "a").Build();
        Assert.Equal(s_sound, ReadAll(new SmallPackage { Payload = payload }.Build()));
    }

    [Fact]
    public void Next_ChecksummedPayload_IsReadAndItsSumChecked()
    {
        static byte[] Payload(uint sum) => new CpioBuilder().Add("./usr/bin/tool", SmallPackage.File, "tool", sum: sum).Unfinished();
        var rest = SmallPackage.Members().Build()[Payload(0).Length..];
        Assert.Equal(s_sound, ReadAll(new SmallPackage { Payload = [.. Payload('t' + 'o' + 'o' + 'l'), .. rest] }.Build()));
        Assert.Equal("HULL1002", CodeOf(new SmallPackage { Payload = [.. Payload(5), .. rest] }));
    }

    [Fact]
    public void Files_OldFileNames_AreWholePaths()
    {
        var package = new SmallPackage();
        package.Header.Remove(RpmTag.BaseNames).Remove(RpmTag.DirNames).Remove(RpmTag.DirIndexes)
            .Strings(RpmTag.OldFileNames, "/usr/bin/tool", "/usr/share/x/a", "/usr/share/x/b", "/usr/share/x", "/usr/share/x/link", "/usr/share/x/log");
        Assert.Equal(s_sound, ReadAll(package.Build()));
    }

    [Fact]
    public void Files_ImaSignatures_AreTheBytesOfTheAttribute()
    {
        var package = new SmallPackage();
        package.Signature.Strings(RpmSignatureTag.FileSignatures, "030204a1b2", "", "", "", "", "");
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["x.rpm"], package.Build());
        using var file = RpmFile.Open(folder["x.rpm"]);
        Assert.Equal([3, 2, 4, 0xA1, 0xB2], file.Files[0].ImaSignature.ToArray());
        Assert.True(file.Files[1].ImaSignature.IsEmpty);
        var judged = HostTool.Run("rpm", "-qp", "--nosignature", "--nodigest", "--qf", "[%{FILENAMES} %{FILESIGNATURES}\n]", folder["x.rpm"]);
        Assert.Equal(file.Files.Select(f => $"{f.Path} {Convert.ToHexStringLower(f.ImaSignature.Span)}"), judged.TrimEnd('\n').Split('\n'));
        package.Signature.Strings(RpmSignatureTag.FileSignatures, "03020", "", "", "", "", "");
        Assert.Equal("HULL2121", CodeOf(package));
        package.Signature.Strings(RpmSignatureTag.FileSignatures, "0302");
        Assert.Equal("HULL2121", CodeOf(package));
    }

    [Fact]
    public void Open_HeaderOfAnotherFile_IsRefused()
    {
        Assert.Equal("HULL2100", CodeOf("!<arch>\ndebian-binary"u8.ToArray()));
        var package = new SmallPackage().Build();
        package[RpmLead.Size] ^= 1;
        Assert.Equal("HULL2102", CodeOf(package));
    }

    [Fact]
    public void Open_TruncatedAnywhere_ReportsACode()
    {
        var package = new SmallPackage().Build();
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["x.rpm"], package);
        long payload;
        using (var file = RpmFile.Open(folder["x.rpm"]))
        {
            payload = file.PayloadOffset;
        }

        for (var length = 0; length < package.Length; length += 7)
        {
            Assert.Equal(length < 4 ? "HULL2100" : length < payload ? "HULL2105" : "HULL2134", CodeOf(package[..length]));
        }

        Assert.Equal("HULL2134", CodeOf([.. package, 0]));
    }

    [Theory]
    [InlineData(RpmTag.Name)]
    [InlineData(RpmTag.Version)]
    [InlineData(RpmTag.Release)]
    [InlineData(RpmTag.Architecture)]
    public void Open_WithoutIdentity_ReportsHULL2118(int tag) => Assert.Equal("HULL2118", CodeOf(h => h.Remove(tag)));

    [Fact]
    public void Relations_ListsThatDoNotFit_ReportHULL2119()
    {
        Assert.Equal("HULL2119", CodeOf(h => h.Strings(RpmTag.RequireName, "a", "b").Strings(RpmTag.RequireVersion, "1").Int32(RpmTag.RequireFlags, 8, 8)));
        Assert.Equal("HULL2119", CodeOf(h => h.Strings(RpmTag.RequireName, "a").Strings(RpmTag.RequireVersion, "1").Int32(RpmTag.RequireFlags, 2 | 4)));
        Assert.Equal("HULL2119", CodeOf(h => h.Strings(RpmTag.RequireName, "").Strings(RpmTag.RequireVersion, "1").Int32(RpmTag.RequireFlags, 8)));
        Assert.Equal("HULL2119", CodeOf(h => h.Int32(RpmTag.ChangelogTime, 1)));
    }

    [Fact]
    public void Scriptlets_TriggersThatDoNotFit_ReportHULL2120()
    {
        static void Trigger(RpmHeaderBuilder header, uint flags, uint index, params string[] programs) => header
            .Strings(RpmTag.TriggerScripts, "x").Strings(RpmTag.TriggerScriptProg, programs)
            .Strings(RpmTag.TriggerName, "a").Strings(RpmTag.TriggerVersion, "").Int32(RpmTag.TriggerFlags, flags).Int32(RpmTag.TriggerIndex, index);
        Assert.Equal("HULL2120", CodeOf(h => Trigger(h, 1 << 16, 0, "/bin/sh", "/bin/sh")));
        Assert.Equal("HULL2120", CodeOf(h => Trigger(h, 1 << 16, 1, "/bin/sh")));
        Assert.Equal("HULL2120", CodeOf(h => Trigger(h, 0, 0, "/bin/sh")));
        Assert.Equal("HULL2120", CodeOf(h => Trigger(h, 3 << 16, 0, "/bin/sh")));
        Assert.Equal("HULL2120", CodeOf(h => h.Strings(RpmTag.FileTriggerScripts, "x").Strings(RpmTag.FileTriggerScriptProg, "/bin/sh")));
    }

    [Fact]
    public void Files_ListsThatDoNotFit_ReportHULL2121()
    {
        foreach (var tag in new[] { RpmTag.FileModes, RpmTag.FileMtimes, RpmTag.FileFlags, RpmTag.FileSizes, RpmTag.FileInodes })
        {
            Assert.Equal("HULL2121", CodeOf(h => h.Int16(tag, 1)));
            Assert.Equal("HULL2121", CodeOf(h => h.Remove(tag)));
        }

        foreach (var tag in new[] { RpmTag.FileDigests, RpmTag.FileLinkTos, RpmTag.FileUserName, RpmTag.FileGroupName, RpmTag.FileCaps, RpmTag.FileLangs })
        {
            Assert.Equal("HULL2121", CodeOf(h => h.Strings(tag, "x")));
        }

        Assert.Equal("HULL2121", CodeOf(h => h.Int32(RpmTag.DirIndexes, 0, 0, 0, 0, 0, 9)));
        Assert.Equal("HULL2121", CodeOf(h => h.Int32(RpmTag.DirIndexes, 0)));
        Assert.Equal("HULL2121", CodeOf(h => h.Int32(RpmTag.FileDigestAlgorithm, 77)));
        Assert.Equal("HULL2121", CodeOf(h => h.Int16(RpmTag.FileModes, 0x01A4, SmallPackage.File, SmallPackage.File, SmallPackage.Folder, SmallPackage.Link, SmallPackage.File)));
        Assert.Equal("HULL2121", CodeOf(h => h.Int16(RpmTag.FileModes, SmallPackage.File, SmallPackage.File, 0x89ED, SmallPackage.Folder, SmallPackage.Link, SmallPackage.File)));
        Assert.Equal("HULL2121", CodeOf(h => h.Strings(RpmTag.FileLinkTos, "", "", "", "", "", "")));
        Assert.Equal("HULL2121", CodeOf(h => h.Int64(RpmTag.LongFileSizes, ulong.MaxValue, 6, 6, 0, 1, 0)));
    }

    [Theory]
    [InlineData("/usr/../etc/", "passwd")]
    [InlineData("/usr/bin/", "../../etc/passwd")]
    [InlineData("/usr/bin/", "..")]
    [InlineData("/usr/./", "x")]
    [InlineData("/usr//", "x")]
    [InlineData("/usr/bin/", "")]
    [InlineData("usr/bin/", "x")]
    [InlineData("", "x")]
    [InlineData("/usr/bin/", "a\nb")]
    [InlineData("/usr/bin", "/")]
    public void Files_PathThatEscapes_ReportsHULL2122(string folder, string name) =>
        Assert.Equal("HULL2122", CodeOf(h => h.Strings(RpmTag.DirNames, folder, "/usr/share/x/", "/usr/share/").Strings(RpmTag.BaseNames, name, "a", "b", "x", "link", "log")));

    [Fact]
    public void Files_AbsurdlyLongPaths_AreRefused()
    {
        Assert.Equal("HULL2122", CodeOf(h => h.Strings(RpmTag.BaseNames, new string('n', 256), "a", "b", "x", "link", "log")));
        Assert.Equal("HULL2122", CodeOf(h => h.Strings(RpmTag.DirNames, string.Concat(Enumerable.Repeat("/" + new string('n', 255), 16)) + "/", "/usr/share/x/", "/usr/share/")));
    }

    [Fact]
    public void Files_ManyFilesInAFolderOfAbsurdLength_ReportHULL2121()
    {
        // A header of 20 bytes per file must not make paths of 4000 characters each.
        var names = Enumerable.Range(0, 20_000).Select(i => $"{i}").ToArray();
        Assert.Equal("HULL2121", CodeOf(h => h.Strings(RpmTag.DirNames, string.Concat(Enumerable.Repeat("/" + new string('n', 200), 19)) + "/").Strings(RpmTag.BaseNames, names)
            .Int32(RpmTag.DirIndexes, new uint[names.Length])));
    }

    [Fact]
    public void Files_SamePathTwiceOrBelowAFile_ReportHULL2123()
    {
        Assert.Equal("HULL2123", CodeOf(h => h.Strings(RpmTag.BaseNames, "tool", "a", "b", "x", "a", "log")));
        Assert.Equal("HULL2123", CodeOf(h => h.Strings(RpmTag.DirNames, "/usr/bin/", "/usr/share/x/", "/usr/share/x/link/")));
    }

    [Theory]
    [InlineData("cap_net_row=ep", "", "HULL2124")]
    [InlineData("cap_net_raw=ep", "", "HULL2125")]
    [InlineData("cap_net_raw=ep", "cap_net_raw=p", "HULL2125")]
    public void Files_Capabilities_MustBeSoundAndAgreeAmongLinks(string first, string second, string code) =>
        Assert.Equal(code, CodeOf(h => h.Strings(RpmTag.FileCaps, "", first, second, "", "", "")));

    [Fact]
    public void Files_CapabilitiesOfLinksThatSayTheSame_AreTaken()
    {
        var package = new SmallPackage();
        package.Header.Strings(RpmTag.FileCaps, "", "cap_net_raw=ep", "= cap_net_raw+ep", "", "", "");
        Assert.Equal(s_sound, ReadAll(package.Build()));
    }

    [Fact]
    public void Next_UnknownFormatOrCompression_ReportsHULL2126()
    {
        Assert.Equal("HULL2126", CodeOf(h => h.String(RpmTag.PayloadFormat, "drpm")));
        Assert.Equal("HULL2126", CodeOf(h => h.String(RpmTag.PayloadCompressor, "lzip")));
    }

    [Fact]
    public void Next_FileThatTheHeaderDoesNotShip_ReportsHULL2127()
    {
        foreach (var name in new[] { "./usr/bin/other", "../etc/passwd", "./usr/bin/../bin/tool", "/etc/passwd", "./usr/share/x/log", "./usr/bin/tool/" })
        {
            Assert.Equal("HULL2127", CodeOf(new SmallPackage { Payload = SmallPackage.Members().Add(name, SmallPackage.File).Build() }));
        }

        foreach (var index in new uint[] { 5, 6, int.MaxValue })
        {
            Assert.Equal("HULL2127", CodeOf(new SmallPackage { Payload = SmallPackage.Members().Stripped(index).Build() }));
        }
    }

    [Fact]
    public void Next_FileThatIsNotThere_ReportsHULL2128()
    {
        Assert.Equal("HULL2128", CodeOf(new SmallPackage { Payload = new CpioBuilder().Build() }));
        Assert.Equal("HULL2128", CodeOf(new SmallPackage { Payload = new CpioBuilder().Add("./usr/bin/tool", SmallPackage.File, "tool").Add("./usr/share/x/a", SmallPackage.File).Build() }));
    }

    [Fact]
    public void Next_FileTwice_ReportsHULL2129() =>
        Assert.Equal("HULL2129", CodeOf(new SmallPackage { Payload = SmallPackage.Members().Add("./usr/bin/tool", SmallPackage.File, "tool").Build() }));

    [Fact]
    public void Next_FileOfAnotherSize_ReportsHULL2130()
    {
        Assert.Equal("HULL2130", CodeOf(new SmallPackage { Payload = new CpioBuilder().Add("./usr/bin/tool", SmallPackage.File, "tools").Build() }));
        Assert.Equal("HULL2130", CodeOf(new SmallPackage { Payload = new CpioBuilder().Add("./usr/share/x", SmallPackage.Folder, "x").Build() }));
        Assert.Equal("HULL2130", CodeOf(new SmallPackage { Payload = new CpioBuilder().Add("./usr/share/x/a", SmallPackage.File, "linked", 2, 2).Build() }));
    }

    [Fact]
    public void Next_FileOfOtherBytes_ReportsHULL2131()
    {
        Assert.Equal("HULL2131", CodeOf(new SmallPackage { Payload = new CpioBuilder().Add("./usr/bin/tool", SmallPackage.File, "tulp").Build() }));
        Assert.Equal("HULL2131", CodeOf(h => h.Strings(RpmTag.FileDigests, "", "", "", "", "", "")));
    }

    [Fact]
    public void Next_UnpackedPayloadOfAnotherDigest_ReportsHULL2149()
    {
        static Action<RpmHeaderBuilder> Stating(byte[] payload) => h => h.Strings(RpmTag.PayloadSha256Alt, Convert.ToHexStringLower(SHA256.HashData(payload))).Int32(RpmTag.PayloadSha256Algorithm, 8);
        var package = new SmallPackage();
        Stating(package.Payload)(package.Header);
        ReadAll(package.Build());
        Assert.Equal("HULL2149", CodeOf(Stating([.. package.Payload, 0])));
        Assert.Equal("HULL2153", CodeOf(h => h.Strings(RpmTag.PayloadSha256Alt, "12")));
    }

    [Fact]
    public void ListedSha256_IsThatOfTheBytesThatWereRead()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["x.rpm"], new SmallPackage().Build());
        using var file = RpmFile.Open(folder["x.rpm"]);
        var buffer = new byte[16];
        Assert.Equal("/usr/bin/tool", file.Next()!.Path);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(buffer[..file.Read(buffer)])), file.ListedSha256);
    }

    [Fact]
    public void Next_SkippedFileOfOtherBytes_ReportsHULL2131()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["x.rpm"], new SmallPackage { Payload = new CpioBuilder().Add("./usr/bin/tool", SmallPackage.File, "tulp").Build() }.Build());
        using var file = RpmFile.Open(folder["x.rpm"]);
        Assert.Equal("/usr/bin/tool", file.Next()!.Path);
        Assert.Equal("HULL2131", Assert.Throws<HullException>(file.Next).Code.Code);
    }

    [Fact]
    public void Next_FileOfAnotherKind_ReportsHULL2132()
    {
        Assert.Equal("HULL2132", CodeOf(new SmallPackage { Payload = new CpioBuilder().Add("./usr/bin/tool", SmallPackage.Link, "tool").Build() }));
        Assert.Equal("HULL2132", CodeOf(new SmallPackage { Payload = new CpioBuilder().Add("./usr/share/x/link", SmallPackage.Link, "b").Build() }));
    }

    [Theory]
    [InlineData(-4)]
    [InlineData(4)]
    public void Next_AnnouncedSizeThatIsNot_ReportsHULL2133(int difference)
    {
        var package = new SmallPackage();
        package.Signature.Int32(RpmSignatureTag.PayloadSize, (uint)(package.Payload.Length + difference));
        Assert.Equal("HULL2133", CodeOf(package));
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("xz", "xz")]
    [InlineData("zstd", "zstd")]
    [InlineData("bzip2", "bzip2")]
    [InlineData("lzma", "xz --format=lzma")]
    public void Next_DecompressionBomb_StopsAtTheAnnouncedSizeInLittleMemory(string compressor, string tool)
    {
        // 48 MiB of zeros in a folder's content, after a header that announces a few hundred bytes.
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["head"], new CpioBuilder().Add("./usr/bin/tool", SmallPackage.File, "tool").Unfinished());
        HostTool.Run("sh", "-c", $"(cat \"$1\"; head -c 50331648 /dev/zero) | {tool} -1 -c > \"$2\"", "sh", folder["head"], folder["bomb"]);
        var package = new SmallPackage { Payload = File.ReadAllBytes(folder["bomb"]) };
        package.Header.String(RpmTag.PayloadCompressor, compressor);
        package.Signature.Int32(RpmSignatureTag.PayloadSize, 1000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("HULL2133", CodeOf(package));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Fact]
    public void Next_BytesBehindTheTrailer_ReportHULL1002()
    {
        Assert.Equal(s_sound, ReadAll(new SmallPackage { Payload = [.. SmallPackage.Members().Build(), .. new byte[200]] }.Build()));
        Assert.Equal("HULL1002", CodeOf(new SmallPackage { Payload = [.. SmallPackage.Members().Build(), 1] }));
        Assert.Equal("HULL1002", CodeOf(new SmallPackage { Payload = [.. SmallPackage.Members().Build(), .. new byte[1 << 20]] }));
    }

    [Fact]
    public void Next_PayloadThatEndsEarly_ReportsHULL1001()
    {
        var payload = SmallPackage.Members().Unfinished();
        Assert.Equal("HULL1001", CodeOf(new SmallPackage { Payload = payload }));
        Assert.Equal("HULL1001", CodeOf(new SmallPackage { Payload = payload[..^1] }));
        Assert.Equal("HULL1001", CodeOf(new SmallPackage { Payload = [] }));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("xz")]
    [InlineData("zstd")]
    public void Next_PayloadThatIsNotCompressedAsSaid_ReportsHULL1002(string compressor) => Assert.Equal("HULL1002", CodeOf(SmallPackage.Members().Build(), compressor));
}
