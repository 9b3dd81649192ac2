using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Ironhull.Packages.Cache;
using Ironhull.Packages.Rpm;
using Org.BouncyCastle.Bcpg;

namespace Ironhull.Packages.Tests.Rpm;

/// <summary>A small signed RPM-MD repository on a <see cref="TestMirror"/>, whose every part can be exchanged.</summary>
internal sealed class RpmMdRepository : IDisposable
{
    public const string Root = "3.0/base/x86_64/";
    public const string Archive = "rpm-test";
    public const long Timestamp = 1_740_000_000;
    public static readonly TestKey Key = TestKey.Rsa();
    public static readonly DateTimeOffset Now = new(TestKey.Created.AddDays(100));

    public RpmMdRepository(bool publish = true)
    {
        File.WriteAllBytes(Folder["k.gpg"], Key.PublicKey());
        if (publish)
        {
            Publish();
        }
    }

    public TestMirror Mirror { get; } = new();

    public TempFolder Folder { get; } = new();

    /// <summary>Paths of the metadata published last, by type.</summary>
    public Dictionary<string, string> Paths { get; } = [];

    public RpmRepositorySource Source => new("test", Archive, Root, [Folder["k.gpg"]], []);

    public byte[] Repomd
    {
        get => Mirror.Files[Root + "repodata/repomd.xml"];
        set => Mirror.Files[Root + "repodata/repomd.xml"] = value;
    }

    public byte[] Signature
    {
        get => Mirror.Files[Root + "repodata/repomd.xml.asc"];
        set => Mirror.Files[Root + "repodata/repomd.xml.asc"] = value;
    }

    /// <summary>Publishes the parts that are given, and the sample's for those that are not.</summary>
    public void Publish(
        string? primary = null, string? fileLists = null, string? updateInfo = null, string form = ".gz", string algorithm = "sha256",
        long timestamp = Timestamp, string revision = "7", TestKey? key = null, Func<string, string>? edit = null)
    {
        Paths.Clear();
        var data = new StringBuilder();
        foreach (var (type, text) in new[] { ("primary", primary ?? RpmMdSample.Primary()), ("filelists", fileLists ?? RpmMdSample.FileLists()), ("updateinfo", updateInfo) })
        {
            if (text is null)
            {
                continue;
            }

            var open = Encoding.UTF8.GetBytes(text);
            var packed = Pack(open, form);
            var href = $"repodata/{Hex(algorithm, packed)}-{type}.xml{form}";
            Paths[type] = Root + href;
            Mirror.Files[Root + href] = packed;
            data.Append($"""
                  <data type="{type}">
                    <checksum type="{algorithm}">{Hex(algorithm, packed)}</checksum>
                    <open-checksum type="{algorithm}">{Hex(algorithm, open)}</open-checksum>
                    <location href="{href}"/>
                    <timestamp>{timestamp}</timestamp>
                    <size>{packed.Length}</size>
                    <open-size>{open.Length}</open-size>
                  </data>

                """);
        }

        var repomd = $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">
              <revision>{revision}</revision>
              <tags><content>binary-x86_64</content></tags>
            {data}</repomd>
            """;
        Repomd = Encoding.UTF8.GetBytes(edit is null ? repomd : edit(repomd));
        Sign(key);
    }

    public void Sign(TestKey? key = null) => Signature = Armored((key ?? Key).Sign(Repomd));

    public MirrorClient Client() => new(new MirrorMap([new(Archive, Mirror.Base)]), 3, TimeSpan.FromMilliseconds(1));

    public async Task<RpmRepositorySnapshot> RefreshAsync(bool offline = false, RpmRepositorySource? source = null, DateTimeOffset? now = null, MirrorClient? client = null)
    {
        using var own = client is null ? Client() : null;
        var cache = new DownloadCache(Folder["downloads"], offline ? null : client ?? own);
        return await new RpmRepository(cache, new Repository.FixedTime(now ?? Now)).RefreshAsync(source ?? Source);
    }

    public void Dispose()
    {
        Mirror.Dispose();
        Folder.Dispose();
    }

    public static byte[] Armored(byte[] packets)
    {
        using var output = new MemoryStream();
        using (var armor = new ArmoredOutputStream(output))
        {
            armor.Write(packets);
        }

        return output.ToArray();
    }

    public static string Hex(string algorithm, byte[] bytes) => Convert.ToHexStringLower(algorithm switch
    {
        "sha512" => SHA512.HashData(bytes),
        "sha1" or "sha" => SHA1.HashData(bytes),
        "md5" => MD5.HashData(bytes),
        _ => SHA256.HashData(bytes),
    });

    public static byte[] Pack(byte[] bytes, string form)
    {
        if (form is ".xz" or ".bz2")
        {
            using var folder = new TempFolder();
            File.WriteAllBytes(folder["f"], bytes);
            HostTool.Run(form == ".xz" ? "xz" : "bzip2", folder["f"]);
            return File.ReadAllBytes(folder["f"] + form);
        }

        using var output = new MemoryStream();
        using (Stream packer = form switch
        {
            ".gz" => new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true),
            ".zst" => new ZstdSharp.CompressionStream(output, leaveOpen: true),
            _ => new BufferedStream(new NonClosing(output)),
        })
        {
            packer.Write(bytes);
        }

        return output.ToArray();
    }

    private sealed class NonClosing(MemoryStream inner) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);
    }
}
