using System.Globalization;
using System.Security.Cryptography;
using Ironhull.Formats.Tar;
using Ironhull.Formats.Trees;
using Ironhull.Packages.Rpm;

namespace Ironhull.Packages.Tests.Rpm;

/// <summary>What is read from packages that rpm built is what the same release of rpm says and unpacks.</summary>
public sealed class RpmOracleTests
{
    // Unit and record separators: no text of a package holds them.
    private const char Unit = '\x1f', Record = '\x1e';

    public static TheoryData<string, string, int> Variants
    {
        get
        {
            var data = new TheoryData<string, string, int>();
            foreach (var (release, payload, format) in FeaturePackage.Variants)
            {
                data.Add(release, payload, format);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Open_Identity_IsWhatRpmSays(string release, string payload, int format)
    {
        var path = FeaturePackage.Get(release, payload, format);
        using var file = RpmFile.Open(path);
        var expected = Query(release, path, "NAME", "EPOCH", "VERSION", "RELEASE", "ARCH", "SOURCERPM", "LICENSE", "SUMMARY", "URL", "VENDOR", "BUILDTIME", "LONGSIZE")[0];
        var version = file.Version.Split(':', '-');
        Assert.Equal<string>(
            expected,
            [file.Name, version[0], version[1], version[2], file.Architecture, file.SourceRpm, file.License, file.Summary, file.Url, file.Vendor, Text(file.BuildSeconds), Text(file.InstalledSize)]);
        Assert.Equal(format, file.Format);
        Assert.Equal(format == 6 ? 4 : 3, file.Lead.Major);
        Assert.False(file.IsSource);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Files_EveryField_IsWhatRpmSays(string release, string payload, int format)
    {
        var path = FeaturePackage.Get(release, payload, format);
        using var file = RpmFile.Open(path);
        var expected = Query(
            release, path, "FILENAMES", "FILEMODES:octal", "FILEUSERNAME", "FILEGROUPNAME", "FILEMTIMES", "LONGFILESIZES", "FILEDIGESTS", "FILELINKTOS", "FILEFLAGS", "FILECAPS",
            "FILECOLORS", "FILERDEVS", "FILEVERIFYFLAGS", "FILENLINKS", "FILELANGS", "FILEINODES");
        var actual = file.Files.Select(f => new[]
        {
            f.Path, Convert.ToString(f.Mode, 8), f.User, f.Group, Text(f.ModifiedSeconds), Text(f.Size), f.Digest, f.LinkTarget ?? "", Text((uint)f.Flags), f.Capabilities,
            Text(f.Color), Text((f.Device.Major << 8) | f.Device.Minor), Text(f.VerifyFlags), Text(f.LinkCount), f.Language, Text(f.Inode),
        });
        Assert.Equal(expected, actual);
        Assert.Equal(29, file.Files.Count);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Relations_OfEveryKind_AreWhatRpmSays(string release, string payload, int format)
    {
        var path = FeaturePackage.Get(release, payload, format);
        using var file = RpmFile.Open(path);
        foreach (var (kind, list, least) in new[]
        {
            ("PROVIDE", file.Provides, 3), ("REQUIRE", file.Requires, 15), ("CONFLICT", file.Conflicts, 2), ("OBSOLETE", file.Obsoletes, 1), ("RECOMMEND", file.Recommends, 1),
            ("SUGGEST", file.Suggests, 1), ("SUPPLEMENT", file.Supplements, 1), ("ENHANCE", file.Enhances, 1), ("ORDER", file.Orders, 1),
        })
        {
            var expected = Query(release, path, $"{kind}NAME", $"{kind}FLAGS:depflags", $"{kind}VERSION", $"{kind}FLAGS")
                .Select(r => ($"{r[0]} {r[1].Trim()} {r[2]}".Trim(), (uint.Parse(r[3], CultureInfo.InvariantCulture) & 0x640) != 0));
            Assert.Equal(expected, list.Select(d => (d.ToString(), d.IsPre)));
            Assert.True(list.Count >= least, kind);
        }

        Assert.Equal(7, file.Requires.Count(d => d.IsRich) + file.Conflicts.Count(d => d.IsRich) + file.Supplements.Count(d => d.IsRich));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Scriptlets_OfEveryKind_AreWhatRpmSays(string release, string payload, int format)
    {
        var path = FeaturePackage.Get(release, payload, format);
        using var file = RpmFile.Open(path);
        var scriptlets = file.Scriptlets.Where(s => s.Conditions.Count == 0).ToList();
        List<string> kinds = ["pretrans", "prein", "postin", "preun", "postun", "posttrans", .. release == "4.18" ? Array.Empty<string>() : ["preuntrans", "postuntrans"], "verify"];
        Assert.Equal(kinds, scriptlets.Select(s => s.Kind));
        foreach (var scriptlet in scriptlets)
        {
            var tag = scriptlet.Kind == "verify" ? "VERIFYSCRIPT" : scriptlet.Kind.ToUpperInvariant();
            var expected = Query(release, path, tag, $"{tag}PROG", $"{tag}FLAGS")[0];
            Assert.Equal<string>(expected, [scriptlet.Body, string.Join(' ', scriptlet.Interpreter), scriptlet.Flags == 0 ? "" : Text((uint)scriptlet.Flags)]);
        }

        foreach (var (prefix, tag, count) in new[] { ("trigger", "TRIGGER", 4), ("filetrigger", "FILETRIGGER", 2), ("transfiletrigger", "TRANSFILETRIGGER", 2) })
        {
            string[] priorities = prefix == "trigger" ? [] : [$"{tag}PRIORITIES"];
            var expected = Query(release, path, [$"{tag}TYPE", $"{tag}CONDS", $"{tag}SCRIPTPROG", $"{tag}SCRIPTS", .. priorities]);
            var actual = file.Scriptlets.Where(s => s.Conditions.Count > 0 && s.Kind.StartsWith(prefix, StringComparison.Ordinal)).Select(s => new List<string>
            {
                s.Kind[prefix.Length..], string.Join(", ", s.Conditions), string.Join(' ', s.Interpreter), s.Body,
            }.Concat(priorities.Select(_ => Text(s.Priority))).ToArray()).ToList();
            Assert.Equal(expected, actual);
            Assert.Equal(count, actual.Count);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Changelog_Entries_AreWhatRpmSays(string release, string payload, int format)
    {
        var path = FeaturePackage.Get(release, payload, format);
        using var file = RpmFile.Open(path);
        Assert.Equal(Query(release, path, "CHANGELOGTIME", "CHANGELOGNAME", "CHANGELOGTEXT"), file.Changelog.Select(c => new[] { Text(c.Seconds), c.Author, c.Text }));
        Assert.Contains("CVE-2024-12345", file.Changelog[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Next_EveryFile_IsWhatRpm2ArchiveUnpacks(string release, string payload, int format)
    {
        var path = FeaturePackage.Get(release, payload, format);
        using var folder = new TempFolder();
        RpmRelease.Get(release).Run("sh", "-c", "rpm2archive -n < \"$1\" > \"$2\"", "sh", path, folder["tar"]);
        var expected = ReadTar(folder["tar"]);
        var actual = Unpack(path);
        Assert.Equal(expected, actual);
        Assert.Equal(27, actual.Count);
    }

    private static SortedDictionary<string, string> ReadTar(string path)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var stream = File.OpenRead(path);
        var reader = new TarReader(stream, "tar");
        var contents = new Dictionary<string, string>();
        while (reader.Next() is { } entry)
        {
            var hash = entry.IsHardLink ? contents[entry.LinkTarget!] : contents[entry.Path] = Hash(reader.Read);
            files.Add(entry.Path, Describe(entry.Type, entry.Mode, entry.UserName, entry.GroupName, entry.ModifiedSeconds, entry.IsHardLink ? null : entry.LinkTarget, entry.Device, hash));
        }

        return files;
    }

    private static SortedDictionary<string, string> Unpack(string path)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var file = RpmFile.Open(path);
        var contents = new Dictionary<string, string>();
        while (file.Next() is { } entry)
        {
            var hash = entry.HardLinkTo is { } first ? contents[first] : contents[entry.Path] = Hash(file.Read);
            files.Add(entry.Path, Describe(entry.Type, (int)entry.Mode & 0xFFF, entry.User, entry.Group, entry.ModifiedSeconds, entry.LinkTarget, entry.Device, hash));
        }

        return files;
    }

    private delegate int Reader(Span<byte> destination);

    private static string Hash(Reader read)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1000];
        while (read(buffer) is var count and > 0)
        {
            hash.AppendData(buffer.AsSpan(0, count));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Describe(InodeType type, int mode, string user, string group, long time, string? target, (uint Major, uint Minor) device, string hash) =>
        $"{type} {Convert.ToString(mode, 8)} {user}:{group} {time} {target} {device} {hash}";

    // One row per value of the array tags; a tag that is missing is "(none)" to rpm.
    private static List<string[]> Query(string release, string path, params string[] tags)
    {
        var format = $"[{string.Join(Unit, tags.Select(t => $"%{{{t}}}"))}{Record}]";
        return [.. RpmRelease.Get(release).Run("rpm", "-qp", "--nosignature", "--qf", format, path).Split(Record, StringSplitOptions.RemoveEmptyEntries)
            .Select(r => r.Split(Unit).Select(v => v == "(none)" ? "" : v).ToArray())];
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
