using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Ironhull.Packages.Debian;
using Ironhull.Packages.Rpm;
using Ironhull.Resolution.Rpm;
using Ironhull.Testing;

namespace Ironhull.Resolution.Tests.Rpm;

/// <summary>The trixie archive as RPM packages, with metadata for dnf5; made once for each state of the archive.</summary>
public sealed class RpmArchive
{
    /// <summary>Changes when the metadata that <see cref="DebianConversion"/> and <see cref="RpmMetadata"/> make do.</summary>
    private const string Format = "2";

    public RpmArchive()
    {
        var index = AptRoot.Open().IndexFile("trixie");
        using var text = File.OpenRead(index);
        var debian = PackagesIndex.Read(text, "trixie", 500, index);
        var (packages, lists) = DebianConversion.Convert(debian);
        Packages = packages;
        var owners = lists.SelectMany(l => l.Value.Select(path => (path, l.Key))).ToLookup(l => l.path, l => l.Key, StringComparer.Ordinal);
        var watch = Stopwatch.StartNew();
        Universe = new RpmUniverse(packages, "x86_64", [new FileLists(owners)]);
        UniverseTime = watch.Elapsed;
        Folder = TestCache.Folder("oracles", "rpm-trixie", [Format, Digest(packages)], folder => RpmMetadata.Write(Path.Combine(folder, "repo"), packages, lists));
        Dnf = new Dnf5([("trixie", Path.Combine(Folder, "repo"), 99)], Path.Combine(Folder, "dnf"));
    }

    /// <summary>The folder of the repository and of dnf5's cache.</summary>
    public string Folder { get; }

    public IReadOnlyList<RpmPackage> Packages { get; }

    public RpmUniverse Universe { get; }

    public TimeSpan UniverseTime { get; }

    internal Dnf5 Dnf { get; }

    private static string Digest(IReadOnlyList<RpmPackage> packages)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var package in packages)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{package} {package.Checksum.Hex} {package.SourceRpm}\n"));
            foreach (var relation in package.Provides.Concat(package.Requires).Concat(package.Conflicts).Concat(package.Obsoletes)
                .Concat(package.Recommends).Concat(package.Suggests).Concat(package.Supplements))
            {
                hash.AppendData(Encoding.UTF8.GetBytes(relation.ToString()));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed class FileLists(ILookup<string, RpmPackage> owners) : IRpmFileLists
    {
        public IReadOnlyList<RpmPackage> OwnersOf(string path) => [.. owners[path]];
    }
}
