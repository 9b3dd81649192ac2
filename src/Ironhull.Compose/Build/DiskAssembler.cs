using System.Globalization;
using System.Text;
using Ironhull.Compose.Definition;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Fat;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;
using Ironhull.Measurement;
using Ironhull.Signing;

namespace Ironhull.Compose.Build;

/// <summary>What goes onto a disk.</summary>
/// <param name="UsrPath">The EROFS image.</param>
/// <param name="VerityPath">Its hash tree.</param>
/// <param name="RootHash">The hash tree's root.</param>
/// <param name="Loader">systemd-boot, not signed.</param>
/// <param name="Uki">The Unified Kernel Image, not signed, with zeroes for the root hash's signature.</param>
/// <param name="BootCode">The certificate of the key that will sign programs.</param>
/// <param name="UsrRoot">The certificate of the key that will sign the root hash.</param>
public sealed record DiskContent(
    string UsrPath, string VerityPath, Sha256Digest RootHash, byte[] Loader, byte[] Uki, SigningCertificate BootCode, SigningCertificate UsrRoot)
{
    /// <summary>The UKI's addons, not signed.</summary>
    public IReadOnlyList<AddonImage> Addons { get; init; } = [];
}

/// <summary>Lays partitions out and writes the raw disk, with zeroes where signatures will be.</summary>
public static class DiskAssembler
{
    /// <summary>The folder of UKIs on the EFI system partition.</summary>
    public const string UkiFolder = "/EFI/Linux";

    /// <summary>systemd-boot's place on the EFI system partition: the firmware's default.</summary>
    public const string LoaderPath = "/EFI/BOOT/BOOTX64.EFI";

    private const long SmallestVerity = 8L << 20;
    private const long SignatureSize = 1L << 20;
    private const int Mebibyte = 1 << 20;

    /// <summary>The UKI's file name: systemd-boot sorts by it, and counts boot attempts in it.</summary>
    public static string UkiName(ImageDefinition definition) => definition.Boot!.Counter > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{definition.Name}_{definition.Version}+{definition.Boot.Counter}.efi")
        : $"{definition.Name}_{definition.Version}.efi";

    /// <summary>Writes the disk.</summary>
    /// <param name="path">Made as a sparse file; must not exist.</param>
    /// <param name="definition">Sizes and names.</param>
    /// <param name="content">What goes in.</param>
    /// <param name="timestamp">Seconds since 1970-01-01 UTC for the EFI system partition's entries.</param>
    /// <exception cref="HullException">HULL5004: a partition is too small.</exception>
    public static void Write(string path, ImageDefinition definition, DiskContent content, long timestamp)
    {
        var disk = definition.Disk!;
        var usrLength = new FileInfo(content.UsrPath).Length;
        var verityLength = new FileInfo(content.VerityPath).Length;
        var usrSize = disk.Usr.Size == 0 ? Align(usrLength) : disk.Usr.Size;
        var veritySize = Math.Max(SmallestVerity, Align(verityLength));
        RequireRoom("USR-A", usrLength, usrSize);

        var (dataId, hashId) = PartitionTypes.IdsOf(content.RootHash);
        var identity = $"{definition.Name} {definition.Version} {content.RootHash}";
        Guid Id(string purpose) => DerivedGuid.Of(purpose, identity);
        var (table, length) = GptTable.Place(Id("disk"),
        [
            (PartitionTypes.EfiSystem, Id("esp"), "ESP", disk.EspSize, 0),
            (PartitionTypes.Usr, dataId, "USR-A", usrSize, 0),
            (PartitionTypes.UsrVerity, hashId, "USR-A-VERITY", veritySize, 0),
            (PartitionTypes.UsrVeritySignature, Id("usr-verity-sig"), "USR-A-VERITY-SIG", SignatureSize, 0),
        ]);

        using var stream = SparseFile.Create(path, length);
        table.WriteTo(stream);
        long Offset(int index) => table.Partitions[index].Offset;
        WriteEsp(stream, Offset(0), definition, content, timestamp, Id("esp"));
        CopyFile(content.UsrPath, stream, Offset(1));
        CopyFile(content.VerityPath, stream, Offset(2));
        stream.Position = Offset(3);
        stream.Write(new VeritySignature(content.RootHash, CmsDetachedSignature.Placeholder(content.UsrRoot)).ToJson(content.UsrRoot.Leaf));
        stream.Flush();
    }

    private static void WriteEsp(Stream disk, long offset, ImageDefinition definition, DiskContent content, long timestamp, Guid identity)
    {
        var tree = new FileTree();
        void Put(string path, byte[] bytes) => tree.Set(path, Inode.File(Content.FromBytes(bytes)));
        Put(LoaderPath, Authenticode.Prepare(content.Loader, replaceSignature: true).Placeholder(content.BootCode));
        Put($"{UkiFolder}/{UkiName(definition)}", Authenticode.Prepare(content.Uki).Placeholder(content.BootCode));
        // In the UKI's own folder: what an addon says belongs to this version, and goes with it when its slot is written anew.
        var addons = BootPredictor.ExtrasOf($"{UkiFolder}/{UkiName(definition)}");
        foreach (var addon in content.Addons.Where(a => a.Place != AddonPlace.Outputs))
        {
            Put((addon.Place == AddonPlace.Installed ? addons : addons + BootPredictor.CatalogueFolder) + addon.FileName, Authenticode.Prepare(addon.Image).Placeholder(content.BootCode));
        }

        // The editor would let anybody at the console change an unsigned command line; under Secure Boot it is off anyway.
        Put("/loader/loader.conf", Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"timeout {definition.Boot!.LoaderTimeout}\neditor no\n")));
        RequireRoom("ESP", tree.Entries.Sum(e => e.Value.Content?.Length ?? 0), definition.Disk!.EspSize);
        var serial = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(identity.ToByteArray());
        FatWriter.Write(disk, offset, tree, new FatOptions(definition.Disk.EspSize, serial, "ESP", timestamp, (uint)(offset / GptTable.SectorSize)));
    }

    private static void CopyFile(string source, Stream disk, long offset)
    {
        using var stream = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
        SparseFile.CopyNonZero(stream, disk, offset);
    }

    private static void RequireRoom(string partition, long needed, long size)
    {
        if (needed > size)
        {
            throw ComposeErrors.PartitionFull.Error($"{partition} has {size} bytes; {needed} are needed.", new(partition));
        }
    }

    private static long Align(long length) => (length + Mebibyte - 1) / Mebibyte * Mebibyte;
}
