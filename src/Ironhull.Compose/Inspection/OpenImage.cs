using System.Globalization;
using System.Text;
using System.Text.Json;
using Ironhull.Compose.Build;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Extensions;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Erofs;
using Ironhull.Formats.Fat;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Io;
using Ironhull.Formats.Pe;
using Ironhull.Formats.Trees;
using Ironhull.Formats.Verity;
using Ironhull.Measurement;
using Ironhull.Signing;

namespace Ironhull.Compose.Inspection;

/// <summary>A finished disk image, opened for reading. Any supported format; the image is never trusted.</summary>
public sealed class OpenImage : IDisposable
{
    private const int LargestProgram = 512 << 20;
    private const int LargestManifest = 16 << 20;

    /// <summary>Where the image lists its packages, in the tree of the <c>/usr</c> partition.</summary>
    private const string Manifest = "/share/ironhull/manifest.json";

    private static readonly string[] s_uki = [".linux", ".initrd", ".cmdline"];

    private readonly FileStream _file;
    private readonly Stream _disk;
    private readonly GptTable _table;
    private ErofsImage? _usr;

    private OpenImage(string path, FileStream file)
    {
        Path = path;
        _file = file;
        (Format, _disk) = DiskImage.Open(file);
        _table = GptTable.Read(_disk);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Its format.</summary>
    public DiskFormat Format { get; }

    /// <summary>When the image's <c>/usr</c> was made, by the lock: seconds since 1970-01-01 UTC; 0 without <c>/usr</c>.</summary>
    public long BuildTimeSeconds => Usr()?.Superblock.BuildTimeSeconds ?? 0;

    /// <summary>Its partition table.</summary>
    public GptTable Table => _table;

    /// <summary>Writes the disk's bytes into a new sparse file.</summary>
    public void CopyTo(string path)
    {
        _disk.Position = 0;
        SparseFile.Copy(_disk, path);
    }

    /// <summary>Opens an image.</summary>
    /// <param name="path">The file, or an output folder, of which the raw disk, or else the first disk, is taken.</param>
    /// <exception cref="HullException">HULL4030: there is none; HULL10xx: it cannot be read.</exception>
    public static OpenImage Open(string path)
    {
        path = Find(path);
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DefinitionErrors.NoImage.Error($"'{path}' cannot be opened: {e.Message}", new Location(path), cause: e);
        }

        try
        {
            return new OpenImage(path, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads everything but the files of <c>/usr</c>.</summary>
    /// <param name="verify">Checks every block of <c>/usr</c> against its hash tree.</param>
    public ImageFacts Read(bool verify = false)
    {
        var programs = Programs();
        var (name, version, packaging, packages) = Packages();
        return new(
            Path, Format, _file.Length, _disk.Length, _table.DiskId, name, version, [.. _table.Partitions.Select(Describe)], programs, Verity(programs, verify), packaging, packages)
        {
            ProvisionFailure = ProvisionFailure(),
        };
    }

    /// <summary>Whether it is an extension: a root file system with its hash tree, and no <c>/usr</c> partition.</summary>
    public bool IsExtension => Partition(PartitionTypes.Usr) is null && Partition(PartitionTypes.RootVerity) is not null;

    /// <summary>Reads the tree of <c>/usr</c>, or of an extension; paths are those of a running system.</summary>
    /// <exception cref="HullException">HULL4030: the image has no such partition; HULL10xx: it cannot be read.</exception>
    public FileTree ReadTree()
    {
        var usr = Usr() ?? throw DefinitionErrors.NoImage.Error("The image has no /usr partition.", new Location(Path));
        if (IsExtension)
        {
            return usr.ReadTree();
        }

        var tree = new FileTree();
        foreach (var (path, inode) in usr.ReadTree().Entries)
        {
            tree.Set(path == "/" ? "/usr" : "/usr" + path, inode);
        }

        return tree;
    }

    /// <summary>Reads the tree of <c>/usr</c> as a machine has it, with the image's own extensions merged and their files left out.</summary>
    /// <inheritdoc cref="ReadTree" path="/exception"/>
    public FileTree ReadMergedTree()
    {
        var tree = ReadTree();
        foreach (var (path, inode) in tree.Subtree(ExtensionEmbedder.Folder).Where(e => e.Value.Type == InodeType.File).ToList())
        {
            using var stream = inode.Content!.OpenRead();
            var root = GptTable.Read(stream).Partitions.FirstOrDefault(p => p.Type == PartitionTypes.Root)
                ?? throw FormatErrors.Malformed.Error($"The extension {path} has no root partition.", new Location(Path));
            // The merged files go on reading from it.
            var files = inode.Content.OpenRead();
            files.Position = root.Offset;
            foreach (var (name, file) in ErofsImage.Open(files, $"{Path}: {path}").ReadTree().Entries.Where(e => e.Value.Type != InodeType.Directory))
            {
                tree.Set(name, file);
            }

            tree.Remove(path);
        }

        return tree;
    }

    /// <summary>Predicts the TPM registers of machines that boot this image with some keys enrolled.</summary>
    /// <inheritdoc cref="BootPredictor.Predict" path="/returns"/>
    /// <inheritdoc cref="BootPredictor.Predict" path="/exception"/>
    public IReadOnlyList<BootPrediction> Predict(KeyStore keys, IReadOnlyList<(string FileName, byte[] Content)>? further = null) => BootPredictor.Predict(_disk, keys, Path, further);

    /// <inheritdoc/>
    public void Dispose()
    {
        _disk.Dispose();
        _file.Dispose();
    }

    private static string Find(string path)
    {
        if (!Directory.Exists(path))
        {
            return File.Exists(path) ? path : throw DefinitionErrors.NoImage.Error($"'{path}' does not exist.", new Location(path));
        }

        var files = SortedDirectory.Files(path);
        return ((string[])[".raw", ".qcow2", ".vhd"]).SelectMany(e => files.Where(f => f.EndsWith(e, StringComparison.Ordinal))).FirstOrDefault()
            ?? throw DefinitionErrors.NoImage.Error($"The folder '{path}' holds no disk (*.raw, *.qcow2, *.vhd).", new Location(path));
    }

    private GptPartition? Partition(Guid type) => _table.Partitions.FirstOrDefault(p => p.Type == type);

    private ErofsImage? Usr()
    {
        if (_usr is null && Partition(IsExtension ? PartitionTypes.Root : PartitionTypes.Usr) is { } partition)
        {
            _disk.Position = partition.Offset;
            _usr = ErofsImage.Open(_disk, $"{Path} ({partition.Name})");
        }

        return _usr;
    }

    private PartitionFacts Describe(GptPartition p)
    {
        var content = p.Type == PartitionTypes.EfiSystem ? "FAT32"
            : p.Type == (IsExtension ? PartitionTypes.Root : PartitionTypes.Usr) && Usr() is { } usr ? string.Create(CultureInfo.InvariantCulture, $"EROFS, {usr.Superblock.Inodes} files and folders, {(long)usr.Superblock.Blocks * 4096} bytes")
            : p.Type == PartitionTypes.UsrVerity || p.Type == PartitionTypes.RootVerity ? "dm-verity hash tree"
            : p.Type == PartitionTypes.UsrVeritySignature || p.Type == PartitionTypes.RootVeritySignature ? "signed root hash"
            : "";
        return new(p.Name, TypeName(p.Type), p.Id, p.Offset, p.Length, content);
    }

    private static string TypeName(Guid type) =>
        type == PartitionTypes.EfiSystem ? "esp"
        : type == PartitionTypes.Usr ? "usr-x86-64"
        : type == PartitionTypes.UsrVerity ? "usr-x86-64-verity"
        : type == PartitionTypes.UsrVeritySignature ? "usr-x86-64-verity-sig"
        : type == PartitionTypes.Root ? "root-x86-64"
        : type == PartitionTypes.RootVerity ? "root-x86-64-verity"
        : type == PartitionTypes.RootVeritySignature ? "root-x86-64-verity-sig"
        : type.ToString();

    private List<EfiFacts> Programs()
    {
        if (Partition(PartitionTypes.EfiSystem) is not { } esp)
        {
            return [];
        }

        var volume = FatVolume.Open(_disk, esp.Offset, esp.Length);
        var programs = new List<EfiFacts>();
        foreach (var entry in volume.Entries.Where(e => !e.IsDirectory && e.Path.EndsWith(".efi", StringComparison.OrdinalIgnoreCase)).OrderBy(e => e.Path, StringComparer.Ordinal))
        {
            if (entry.Length > LargestProgram)
            {
                throw FormatErrors.LimitExceeded.Error($"{entry.Path} has {entry.Length} bytes.", new Location(Path));
            }

            var image = PeImage.Parse(volume.ReadFile(entry));
            var isUki = s_uki.Any(s => image.Find(s) is not null);
            programs.Add(new(
                entry.Path, entry.Length, SignatureText.OfProgram(image), image.AuthenticodeDigest(),
                isUki ? [.. image.Sections.Where(s => s.Name.StartsWith('.')).Where(s => IsOwn(s.Name)).Select(s => Section(image, s))] : [],
                Text(image, ".cmdline"), Text(image, ".uname")));
        }

        return programs;
    }

    // The digest that hull-node leaves; a disk that somebody else had may hold anything there.
    private string? ProvisionFailure()
    {
        const int LargestDigest = 64 << 10;
        if (Partition(PartitionTypes.EfiSystem) is not { } esp)
        {
            return null;
        }

        var volume = FatVolume.Open(_disk, esp.Offset, esp.Length);
        return volume.Entries.FirstOrDefault(e => !e.IsDirectory && string.Equals(e.Path, "/EFI/ironhull/provision-failure.txt", StringComparison.OrdinalIgnoreCase)) is { Length: <= LargestDigest } entry
            ? string.Concat(Encoding.UTF8.GetString(volume.ReadFile(entry).AsSpan()).Where(c => c == '\n' || !char.IsControl(c))) : null;
    }

    // The sections that systemd's stub knows, as opposed to those of the program itself.
    private static bool IsOwn(string name) => name is ".linux" or ".initrd" or ".cmdline" or ".osrel" or ".uname" or ".sbat" or ".ucode" or ".splash" or ".dtb" or ".pcrsig" or ".pcrpkey" or ".profile";

    private static SectionFacts Section(PeImage image, PeSection section)
    {
        var data = Data(image, section);
        return new(section.Name, data.Length, Sha256Digest.Of(data.Span));
    }

    private static ReadOnlyMemory<byte> Data(PeImage image, PeSection section)
    {
        var data = image.Read(section);
        return data[..(int)Math.Min(section.VirtualSize, (uint)data.Length)];
    }

    private static string? Text(PeImage image, string section) =>
        image.Find(section) is { } found ? Encoding.UTF8.GetString(Data(image, found).Span).TrimEnd('\0', '\n') : null;

    private VerityFacts? Verity(IReadOnlyList<EfiFacts> programs, bool verify)
    {
        var (dataType, hashType, signedType) = IsExtension
            ? (PartitionTypes.Root, PartitionTypes.RootVerity, PartitionTypes.RootVeritySignature)
            : (PartitionTypes.Usr, PartitionTypes.UsrVerity, PartitionTypes.UsrVeritySignature);
        if (Partition(dataType) is not { } data || Partition(hashType) is not { } hash || Partition(signedType) is not { } signed)
        {
            return null;
        }

        var signature = VeritySignature.Parse(VeritySignature.Read(_disk, signed, Path), Location.At(Path, signed.Offset));
        _disk.Position = hash.Offset;
        var tree = VerityTree.Open(_disk, $"{Path} ({hash.Name})");
        var wanted = $"usrhash={signature.RootHash}";
        return new(
            signature.RootHash, tree.Superblock.DataBlocks, Convert.ToHexStringLower(tree.Superblock.Salt.Span),
            PartitionTypes.IdsOf(signature.RootHash) == (data.Id, hash.Id),
            programs.Where(p => p.CommandLine is not null && p.KernelVersion is not null).All(p => p.CommandLine!.Split(' ').Contains(wanted, StringComparer.Ordinal)),
            SignatureText.OfRootHash(signature), verify ? Check(tree, data, signature.RootHash) : null);
    }

    private string Check(VerityTree tree, GptPartition partition, Sha256Digest rootHash)
    {
        // The tree reads through this image's stream; the data needs a position of its own.
        using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        using var disk = DiskImage.Open(file).Disk;
        disk.Position = partition.Offset;
        return tree.Check(disk, rootHash) is { } fault ? $"the {fault} is wrong" : "every block is right";
    }

    private (string Name, string Version, PackagingKind Packaging, IReadOnlyList<PackageFacts> Packages) Packages()
    {
        if (Usr()?.OpenFile(Manifest) is not { } content)
        {
            return ("", "", PackagingKind.Debian, []);
        }

        if (content.Length > LargestManifest)
        {
            throw FormatErrors.LimitExceeded.Error($"The package manifest has {content.Length} bytes.", new Location(Path));
        }

        try
        {
            using var json = JsonDocument.Parse(content.ToArray());
            string Value(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
            return (
                Value(json.RootElement, "image"), Value(json.RootElement, "version"),
                json.RootElement.TryGetProperty("packaging", out var packaging) && packaging.GetString() == PackagingKind.Rpm.Word() ? PackagingKind.Rpm : PackagingKind.Debian,
                [.. json.RootElement.GetProperty("packages").EnumerateArray().Select(p => new PackageFacts(Value(p, "name"), Value(p, "version"), Value(p, "architecture"), Value(p, "source")))]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw FormatErrors.Malformed.Error($"The package manifest cannot be read: {e.Message}", new Location(Path), cause: e);
        }
    }
}
