using System.Text;
using Ironhull.Compose.Store;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Store;

/// <summary>A package made in memory; its "package file" is a file of any bytes that names it.</summary>
internal sealed class FakePackage
{
    public required string Name { get; init; }

    public string Version { get; init; } = "1.0-1";

    public string Replaces { get; init; } = "";

    public List<KeyValuePair<string, ReadOnlyMemory<byte>>> Members { get; } = [];

    public List<(SourceEntry Entry, byte[] Data)> Entries { get; } = [];

    /// <summary>How often the package was opened.</summary>
    public int Opened { get; private set; }

    public FakePackage File(string path, string text, int mode = 0x1A4, uint uid = 0, uint gid = 0, string user = "root", string group = "root") =>
        Add(path, InodeType.File, mode, Encoding.UTF8.GetBytes(text), uid: uid, gid: gid, user: user, group: group);

    public FakePackage Bytes(string path, byte[] data) => Add(path, InodeType.File, 0x1A4, data);

    public FakePackage Directory(string path, int mode = 0x1ED) => Add(path, InodeType.Directory, mode, []);

    public FakePackage Link(string path, string target) => Add(path, InodeType.SymbolicLink, 0x1FF, [], target);

    public FakePackage HardLink(string path, string target) => Add(path, InodeType.File, 0x1A4, [], target, hard: true);

    public FakePackage Member(string name, string text)
    {
        Members.Add(new(name, Encoding.UTF8.GetBytes(text)));
        return this;
    }

    public FakePackage Add(
        string path, InodeType type, int mode, byte[] data, string? link = null, bool hard = false, uint uid = 0, uint gid = 0, string user = "root", string group = "root", long? length = null, params KeyValuePair<string, byte[]>[] xattrs)
    {
        Entries.Add((new(path, type, mode, uid, gid, user, group, 1_700_000_000, link, hard, (0, 0), length ?? data.Length, xattrs), data));
        return this;
    }

    public PackageFile WriteTo(TemporaryFolder folder)
    {
        var bytes = Encoding.UTF8.GetBytes($"{Name} {Version}");
        var path = folder.Write($"{Name}_{Version}.deb", bytes);
        return new(path, Sha256Digest.Of(bytes), Name);
    }

    public IPackageSource Open()
    {
        Opened++;
        return new Source(this);
    }

    /// <summary>A store that reads these packages.</summary>
    public static ContentStore StoreOf(string folder, params FakePackage[] packages) => ContentStore.Open(folder, Opener(packages));

    public static Func<string, IPackageSource> Opener(params FakePackage[] packages) =>
        path => packages.Single(p => System.IO.Path.GetFileName(path) == $"{p.Name}_{p.Version}.deb").Open();

    /// <summary>The packages, unpacked.</summary>
    public static IReadOnlyList<UnpackedPackage> Unpack(TemporaryFolder folder, params FakePackage[] packages) =>
        StoreOf(System.IO.Path.Combine(folder.Path, "store"), packages).UnpackAll([.. packages.Select(p => p.WriteTo(folder))]);

    private sealed class Source(FakePackage package) : IPackageSource
    {
        private int _next;
        private ReadOnlyMemory<byte> _rest;

        public IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> ControlMembers
        {
            get
            {
                var replaces = package.Replaces.Length == 0 ? "" : $"Replaces: {package.Replaces}\n";
                yield return new("control", Encoding.UTF8.GetBytes($"Package: {package.Name}\nVersion: {package.Version}\nArchitecture: all\n{replaces}Description: a\n test\n"));
                foreach (var member in package.Members)
                {
                    yield return member;
                }
            }
        }

        public SourceEntry? Next()
        {
            if (_next == package.Entries.Count)
            {
                return null;
            }

            var (entry, data) = package.Entries[_next++];
            _rest = data;
            return entry;
        }

        public int Read(Span<byte> destination)
        {
            // Small pieces, as a decompressor gives them.
            var count = Math.Min(Math.Min(destination.Length, 1000), _rest.Length);
            _rest.Span[..count].CopyTo(destination);
            _rest = _rest[count..];
            return count;
        }

        public void Dispose()
        {
        }
    }
}
