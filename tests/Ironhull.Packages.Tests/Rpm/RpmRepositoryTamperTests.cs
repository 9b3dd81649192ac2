using System.Text;
using System.Text.RegularExpressions;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.Tests.Rpm;

/// <summary>What someone on the way, or whoever holds the mirror or even the key, may do to a repository; each kind has its own code.</summary>
public sealed class RpmRepositoryTamperTests
{
    private static readonly TestKey s_stranger = TestKey.Rsa("Stranger <stranger@example.org>");
    private static readonly TestKey s_expired = TestKey.Rsa("Expired <expired@example.org>", validFor: 50 * 86400);

    private static readonly Dictionary<string, (string Code, Action<RpmMdRepository> Tamper)> s_cases = new()
    {
        ["signature stripped"] = ("HULL2201", r => r.Mirror.Files.TryRemove(RpmMdRepository.Root + "repodata/repomd.xml.asc", out _)),
        ["signature empty"] = ("HULL2201", r => r.Signature = []),
        ["signature of noise"] = ("HULL2010", r => r.Signature = "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n"u8.ToArray()),
        ["signature truncated"] = ("HULL2010", r => r.Signature = r.Signature[..(r.Signature.Length / 2)]),
        ["signed by a stranger"] = ("HULL2011", r => r.Sign(s_stranger)),
        ["signed by an expired key"] = ("HULL2014", r =>
        {
            File.WriteAllBytes(r.Folder["k.gpg"], s_expired.PublicKey());
            r.Sign(s_expired);
        }),
        ["signature of another repomd.xml"] = ("HULL2012", r => r.Signature = RpmMdRepository.Armored(RpmMdRepository.Key.Sign("<repomd/>"u8.ToArray()))),
        ["repomd.xml changed"] = ("HULL2012", r => r.Repomd = Edit(r.Repomd, "<revision>7", "<revision>8")),
        ["repomd.xml truncated"] = ("HULL2012", r => r.Repomd = r.Repomd[..^40]),
        ["repomd.xml truncated and signed"] = ("HULL2208", r => Resign(r, r.Repomd[..^40])),
        ["repomd.xml empty and signed"] = ("HULL2208", r => Resign(r, [])),
        ["repomd.xml is another document"] = ("HULL2208", r => Resign(r, "<metadata/>"u8.ToArray())),
        ["repomd.xml too large"] = ("HULL2034", r => r.Repomd = new byte[5 << 20]),
        ["primary is stated twice"] = ("HULL2200", r => r.Publish(edit: t => t.Replace("type=\"filelists\"", "type=\"primary\"", StringComparison.Ordinal))),
        ["primary without size"] = ("HULL2200", r => r.Publish(edit: t => Regex.Replace(t, "<size>[0-9]+</size>", ""))),
        ["primary without open-checksum"] = ("HULL2200", r => r.Publish(edit: t => Regex.Replace(t, "<open-checksum.*</open-checksum>", ""))),
        ["only a database"] = ("HULL2205", r => r.Publish(edit: t => t.Replace("type=\"primary\"", "type=\"primary_db\"", StringComparison.Ordinal))),
        ["primary in an unknown form"] = ("HULL2205", r =>
        {
            r.Publish(edit: t => t.Replace("primary.xml.gz", "primary.xml.zck", StringComparison.Ordinal));
            r.Mirror.Files[r.Paths["primary"].Replace(".gz", ".zck", StringComparison.Ordinal)] = r.Mirror.Files[r.Paths["primary"]];
        }),
        ["primary swapped for an older one"] = ("HULL2203", r => Swap(r, RpmMdSample.Wrap(RpmMdSample.Package("bash", "5.1"), 1))),
        ["primary swapped for one of the same length"] = ("HULL2203", r => r.Mirror.Files[r.Paths["primary"]] = [.. r.Mirror.Files[r.Paths["primary"]].Reverse()]),
        ["primary gone"] = ("HULL2203", r => r.Mirror.Files.TryRemove(r.Paths["primary"], out _)),
        ["primary truncated"] = ("HULL2203", r => r.Mirror.Files[r.Paths["primary"]] = r.Mirror.Files[r.Paths["primary"]][..^9]),
        ["primary longer than stated"] = ("HULL2203", r => r.Mirror.Files[r.Paths["primary"]] = [.. r.Mirror.Files[r.Paths["primary"]], 0]),
        ["primary cut off in the compression"] = ("HULL1001", r => Packed(r, p => p[..^9])),
        ["primary damaged in the compression"] = ("HULL1002", r => Packed(r, p => [.. p.Select((b, i) => i == p.Length / 2 ? (byte)~b : b)])),
        ["decompression bomb"] = ("HULL2206", r => r.Publish(edit: t => Regex.Replace(t, "<open-size>[0-9]+", "<open-size>100"))),
        ["open-size too large"] = ("HULL2206", r => r.Publish(edit: t => Regex.Replace(t, "<open-size>([0-9]+)", "<open-size>1$1"))),
        ["open-size absurd"] = ("HULL2215", r => r.Publish(edit: t => Regex.Replace(t, "<open-size>[0-9]+", "<open-size>4000000000"))),
        ["open-checksum of other bytes"] = ("HULL2207", r => r.Publish(edit: t => Regex.Replace(t, "<open-checksum type=\"sha256\">....", "<open-checksum type=\"sha256\">0000"))),
        ["repository rolled back by its date"] = ("HULL2202", r => Newer(r, RpmMdRepository.Timestamp + 60, "7")),
        ["repository rolled back by its revision"] = ("HULL2202", r => Newer(r, RpmMdRepository.Timestamp, "8")),
        ["metadata checksums of MD5"] = ("HULL2204", r => r.Publish(algorithm: "md5")),
        ["metadata checksums of SHA-1"] = ("HULL2204", r => r.Publish(algorithm: "sha")),
        ["package checksum of SHA-1"] = ("HULL2204", r => One(r, RpmMdSample.Package("a", checksumType: "sha1", id: new string('a', 40)))),
        ["package checksum of SHA-256's name and SHA-1's length"] = ("HULL2208", r => One(r, RpmMdSample.Package("a", id: new string('a', 40)))),
        ["mixed checksums"] = ("HULL2212", r => r.Publish(RpmMdSample.Wrap(RpmMdSample.Package("a") + RpmMdSample.Package("a", id: RpmMdSample.Id("other")), 2))),
        ["mixed checksums, epoch 0 and none"] = ("HULL2212", r => r.Publish(RpmMdSample.Wrap(RpmMdSample.Package("a", epoch: "0") + RpmMdSample.Package("a", epoch: ""), 2))),
        ["one package twice"] = ("HULL2213", r => r.Publish(RpmMdSample.Wrap(RpmMdSample.Package("a") + RpmMdSample.Package("a"), 2))),
        ["one file under two names"] = ("HULL2213", r => r.Publish(RpmMdSample.Wrap(RpmMdSample.Package("a", id: RpmMdSample.Id("x")) + RpmMdSample.Package("b", id: RpmMdSample.Id("x")), 2))),
        ["location climbs out"] = ("HULL2211", r => One(r, RpmMdSample.Package("a", location: "<location href=\"Packages/../../../etc/passwd\"/>"))),
        ["location is absolute"] = ("HULL2211", r => One(r, RpmMdSample.Package("a", location: "<location href=\"/etc/passwd\"/>"))),
        ["location is a URL"] = ("HULL2211", r => One(r, RpmMdSample.Package("a", location: "<location href=\"https://example.org/a.rpm\"/>"))),
        ["location has another base"] = ("HULL2211", r => One(r, RpmMdSample.Package("a", location: "<location xml:base=\"https://example.org/\" href=\"a.rpm\"/>"))),
        ["metadata location climbs out"] = ("HULL2211", r => r.Publish(edit: t => t.Replace("href=\"repodata/", "href=\"../repodata/", StringComparison.Ordinal))),
        ["document type"] = ("HULL2209", r => r.Publish(RpmMdSample.Primary().Replace("<metadata", "<!DOCTYPE metadata><metadata", StringComparison.Ordinal))),
        ["entity bomb"] = ("HULL2209", r => r.Publish(RpmMdSample.Primary().Replace(
            "<metadata", "<!DOCTYPE m [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]><metadata", StringComparison.Ordinal))),
        ["external entity in repomd.xml"] = ("HULL2209", r => r.Publish(edit: t => t.Replace("<repomd", "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><repomd", StringComparison.Ordinal))),
        ["undeclared entity"] = ("HULL2208", r => One(r, RpmMdSample.Package("a").Replace("About a", "&x;", StringComparison.Ordinal))),
        ["processing instruction"] = ("HULL2209", r => r.Publish(RpmMdSample.Primary().Replace("<package ", "<?php x?><package ", StringComparison.Ordinal))),
        ["fewer packages than announced"] = ("HULL2210", r => r.Publish(RpmMdSample.Wrap(RpmMdSample.Package("a"), 2))),
        ["more packages than announced"] = ("HULL2210", r => r.Publish(RpmMdSample.Wrap(RpmMdSample.Package("a") + RpmMdSample.Package("b"), 1))),
        ["absurd count of packages"] = ("HULL2215", r => r.Publish(RpmMdSample.Wrap("", int.MaxValue))),
        ["absurdly long name"] = ("HULL2215", r => One(r, RpmMdSample.Package(new string('a', 600)))),
        ["absurdly long tag"] = ("HULL2215", r => r.Publish(RpmMdSample.Primary().Replace("<url>", $"<url x=\"{new string('a', 5 << 20)}\">", StringComparison.Ordinal), form: "")),
        ["absurdly deep"] = ("HULL2215", r => r.Publish(RpmMdSample.Primary().Replace("<url>", $"{string.Concat(Enumerable.Repeat("<u>", 100))}<url>", StringComparison.Ordinal))),
        ["control character"] = ("HULL2216", r => r.Publish(RpmMdSample.Primary().Replace("About", "\u001b[31m", StringComparison.Ordinal))),
        ["control character by reference"] = ("HULL2208", r => r.Publish(RpmMdSample.Primary().Replace("About", "&#27;", StringComparison.Ordinal))),
        ["text in another encoding"] = ("HULL2216", r => r.Publish(RpmMdSample.Primary().Replace("UTF-8", "ISO-8859-1", StringComparison.Ordinal))),
        ["name with a slash"] = ("HULL2208", r => One(r, RpmMdSample.Package("a/b", location: "<location href=\"a.rpm\"/>"))),
        ["release with a dash"] = ("HULL2208", r => One(r, RpmMdSample.Package("a", release: "1-2"))),
        ["package without checksum"] = ("HULL2208", r => One(r, Regex.Replace(RpmMdSample.Package("a"), "<checksum.*</checksum>", ""))),
        ["package with two names"] = ("HULL2208", r => One(r, RpmMdSample.Package("a").Replace("<name>a</name>", "<name>a</name><name>b</name>", StringComparison.Ordinal))),
        ["size below zero"] = ("HULL2208", r => One(r, RpmMdSample.Package("a").Replace("package=\"4321\"", "package=\"-1\"", StringComparison.Ordinal))),
        ["size beyond 64 bits"] = ("HULL2208", r => One(r, RpmMdSample.Package("a").Replace("package=\"4321\"", "package=\"99999999999999999999\"", StringComparison.Ordinal))),
        ["files of unknown packages"] = ("HULL2214", r => r.Publish(fileLists: RpmMdSample.FileLists(("x", "1", "1", "x86_64", [])))),
        ["files of too few packages"] = ("HULL2214", r => r.Publish(fileLists: RpmMdSample.FileLists(("glibc", "2.38", "7.azl3", "x86_64", [])))),
        ["files under another name"] = ("HULL2214", r => r.Publish(fileLists: RpmMdSample.FileLists().Replace("name=\"glibc\"", "name=\"bash\"", StringComparison.Ordinal))),
        ["files under another version"] = ("HULL2214", r => r.Publish(fileLists: RpmMdSample.FileLists().Replace("ver=\"2.38\"", "ver=\"2.39\"", StringComparison.Ordinal))),
        ["files swapped"] = ("HULL2203", r => r.Mirror.Files[r.Paths["filelists"]] = [.. r.Mirror.Files[r.Paths["filelists"]].Reverse()]),
    };

    public static TheoryData<string> Cases => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Refresh_TamperedRepository_IsRefusedWithItsCode(string name)
    {
        using var repository = new RpmMdRepository();
        var (code, tamper) = s_cases[name];
        tamper(repository);
        using var client = repository.Client();
        var error = await Assert.ThrowsAsync<HullException>(async () =>
        {
            // What concerns the lists of files shows when they are asked for.
            var snapshot = await repository.RefreshAsync(client: client);
            snapshot.FileLists.OwnersOf("/usr/bin/bash");
        });
        Assert.True(code == error.Code.Code, $"{code} was expected: {error.Message}");
        Assert.DoesNotContain("{ARCHIVE}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Edit(byte[] text, string from, string to) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text).Replace(from, to, StringComparison.Ordinal));

    private static void Resign(RpmMdRepository repository, byte[] repomd)
    {
        repository.Repomd = repomd;
        repository.Sign();
    }

    private static void One(RpmMdRepository repository, string package) => repository.Publish(RpmMdSample.Wrap(package, 1));

    private static void Swap(RpmMdRepository repository, string primary) =>
        repository.Mirror.Files[repository.Paths["primary"]] = RpmMdRepository.Pack(Encoding.UTF8.GetBytes(primary), ".gz");

    // Sees a newer state first; the older one, well signed, comes after it.
    private static void Newer(RpmMdRepository repository, long timestamp, string revision)
    {
        repository.Publish(timestamp: timestamp, revision: revision);
        repository.RefreshAsync().GetAwaiter().GetResult();
        repository.Publish();
    }

    // Bad compression under digests that are right.
    private static void Packed(RpmMdRepository repository, Func<byte[], byte[]> change)
    {
        var packed = change(repository.Mirror.Files[repository.Paths["primary"]]);
        repository.Mirror.Files[repository.Paths["primary"]] = packed;
        var old = Path.GetFileName(repository.Paths["primary"])[..64];
        var text = Encoding.UTF8.GetString(repository.Repomd).Replace($">{old}<", $">{RpmMdRepository.Hex("sha256", packed)}<", StringComparison.Ordinal);
        Resign(repository, Encoding.UTF8.GetBytes(new Regex("<size>[0-9]+").Replace(text, $"<size>{packed.Length}", 1)));
    }
}
