using System.IO.Compression;
using System.Text;
using Ironhull.Formats.Io;
using Ironhull.Packages.Cache;
using Ironhull.Packages.Debian;

namespace Ironhull.Packages.Tests;

/// <summary>A small signed repository on a <see cref="TestMirror"/>.</summary>
internal sealed class Repository : IDisposable
{
    public static readonly TestKey Key = TestKey.Rsa();
    public static readonly DateTimeOffset Now = new(TestKey.Created.AddDays(100));

    private static string? s_root;

    public Repository()
    {
        File.WriteAllBytes(Folder["k.gpg"], Key.PublicKey());
        Publish();
    }

    /// <summary>The public keys that the project pins.</summary>
    public static string[] KeyFiles => [.. new[] { "automatic", "stable", "security-automatic" }.Select(k => Path.Combine(Root, "images", "keys", $"debian-archive-trixie-{k}.gpg"))];

    public TestMirror Mirror { get; } = new();

    public TempFolder Folder { get; } = new();

    public string IndexPath { get; private set; } = "";

    public string IndexByHash { get; private set; } = "";

    public RepositorySource Source => new("test", "debian", "trixie", ["main"], "amd64", [Folder["k.gpg"]], []);

    private static string Root
    {
        get
        {
            if (s_root is null)
            {
                var folder = AppContext.BaseDirectory;
                while (!File.Exists(Path.Combine(folder, "Ironhull.slnx")))
                {
                    folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run inside the source tree.");
                }

                s_root = folder;
            }

            return s_root;
        }
    }

    public void Publish(DateTimeOffset? date = null, DateTimeOffset? validUntil = null, string? packages = null, TestKey? key = null, string suite = "trixie", bool byHash = true)
    {
        var index = Gzip(Encoding.UTF8.GetBytes(packages ?? PackagesIndexTests.Sample));
        var digest = Sha256Digest.Of(index);
        const string Format = "ddd, dd MMM yyyy HH:mm:ss 'UTC'";
        var release = $"""
            Origin: Test
            Suite: stable
            Codename: {suite}
            Date: {(date ?? Now.AddDays(-1)).UtcDateTime.ToString(Format)}
            {(validUntil is { } until ? $"Valid-Until: {until.UtcDateTime.ToString(Format)}" : "Label: Test")}
            Acquire-By-Hash: {(byHash ? "yes" : "no")}
            Architectures: all amd64
            Components: main
            SHA256:
             {digest} {index.Length} main/binary-amd64/Packages.gz
            """.ReplaceLineEndings("\n");
        IndexPath = "dists/trixie/main/binary-amd64/Packages.gz";
        IndexByHash = $"dists/trixie/main/binary-amd64/by-hash/SHA256/{digest}";
        Mirror.Files["dists/trixie/InRelease"] = Encoding.UTF8.GetBytes(TestKey.ClearSign(release, key ?? Key));
        Mirror.Files[IndexPath] = index;
        if (byHash)
        {
            Mirror.Files[IndexByHash] = index;
        }
    }

    public MirrorClient Client(int attempts = 3) => new(new MirrorMap([new("debian", Mirror.Base)]), attempts, TimeSpan.FromMilliseconds(1));

    public async Task<RepositorySnapshot> RefreshAsync(bool offline = false, RepositorySource? source = null, DateTimeOffset? now = null)
    {
        using var client = Client();
        return await new DebianRepository(new DownloadCache(Folder["downloads"], offline ? null : client), new FixedTime(now ?? Now)).RefreshAsync(source ?? Source);
    }

    public void Dispose()
    {
        Mirror.Dispose();
        Folder.Dispose();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return output.ToArray();
    }

    internal sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
