using Ironhull.Formats.Cpio;
using Ironhull.Formats.Fat;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Pe;
using Ironhull.Formats.Tests.Pe;
using Ironhull.Formats.Trees;
using Ironhull.Signing;
using Ironhull.Signing.Tests;

namespace Ironhull.Measurement.Tests;

/// <summary>Small signed disks, and what goes onto them.</summary>
internal static class BootDisk
{
    public const string Kernel = "/EFI/Linux/test_1+3.efi";

    /// <summary>Two archives one after the other, as a build makes them; the second holds a link.</summary>
    public static byte[] Initrd(string path)
    {
        var early = new FileTree();
        early.Set("/etc/usr.p7s", Inode.File(Content.FromText("signature")));
        var tree = new FileTree();
        tree.Set(path, Inode.SymbolicLink("../unit"));
        using var stream = new MemoryStream();
        CpioWriter.Write(stream, early);
        stream.SetLength((stream.Length + 511) / 512 * 512);
        stream.Position = stream.Length;
        CpioWriter.Write(stream, tree);
        return stream.ToArray();
    }

    public static byte[] Addon(TestKeys keys, string words) => Authenticode.Sign(UkiBuilder.BuildAddon(MinimalPe.Create(), words), keys.Signer);

    /// <summary>A disk with an EFI system partition: a signed boot manager, a signed kernel image, and other files.</summary>
    public static MemoryStream Create(TestKeys keys, byte[]? initrd = null, string? section = null, (string Path, byte[] Content)[]? files = null)
    {
        List<UkiSection> sections =
        [
            UkiSection.Text(".osrel", "ID=test\n"), UkiSection.Text(".cmdline", "quiet"), new(".linux", "kernel"u8.ToArray()), new(".initrd", initrd ?? Initrd("/init")),
        ];
        if (section is not null)
        {
            sections.Add(UkiSection.Text(section, "x"));
        }

        // systemd-measure of Debian 12 knows neither .uname nor .sbat.
        var stub = MinimalPe.Create();
        if (initrd is not null)
        {
            ".data"u8.CopyTo(stub.AsSpan(stub.AsSpan().IndexOf(".sbat"u8)));
        }
        else
        {
            sections.Add(UkiSection.Text(".uname", "6.12"));
        }

        var tree = new FileTree();
        void Put(string path, byte[] content) => tree.Set(path, Inode.File(Content.FromBytes(content)));
        Put("/EFI/BOOT/BOOTX64.EFI", Authenticode.Sign(MinimalPe.Create(), keys.Signer));
        Put(Kernel, Authenticode.Sign(UkiBuilder.Build(stub, sections), keys.Signer));
        foreach (var (path, content) in files ?? [])
        {
            Put(path, content);
        }

        var (table, length) = GptTable.Place(keys.Store.OwnerGuid, [(PartitionTypes.EfiSystem, keys.Store.OwnerGuid, "ESP", 36L << 20, 0)]);
        var disk = new MemoryStream();
        disk.SetLength(length);
        FatWriter.Write(disk, table.Partitions[0].Offset, tree, new FatOptions(table.Partitions[0].Length, 1, "ESP", 1_700_000_000));
        table.WriteTo(disk);
        return disk;
    }
}
