using Ironhull.Formats.Io;

namespace Ironhull.Formats.Gpt;

/// <summary>Partition types and attributes of the Discoverable Partitions Specification (UAPI Group) for x86-64.</summary>
public static class PartitionTypes
{
    /// <summary>EFI System Partition (UEFI 2.10 section 13.3.1).</summary>
    public static readonly Guid EfiSystem = new("C12A7328-F81F-11D2-BA4B-00A0C93EC93B");

    /// <summary>Extended boot loader partition.</summary>
    public static readonly Guid ExtendedBoot = new("BC13C2FF-59E6-4262-A352-B275FD6F7172");

    /// <summary>/usr, x86-64.</summary>
    public static readonly Guid Usr = new("8484680C-9521-48C6-9C11-B0720656F69E");

    /// <summary>Hash tree of /usr, x86-64.</summary>
    public static readonly Guid UsrVerity = new("77FF5F63-E7B6-4633-ACF4-1565B864C0E6");

    /// <summary>Signed root hash of /usr, x86-64.</summary>
    public static readonly Guid UsrVeritySignature = new("E7BB33FB-06CF-4E81-8273-E543B413E2E2");

    /// <summary>Root file system, x86-64.</summary>
    public static readonly Guid Root = new("4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709");

    /// <summary>Hash tree of the root file system, x86-64.</summary>
    public static readonly Guid RootVerity = new("2C7357ED-EBD2-46D9-AEC1-23D437EC2BF5");

    /// <summary>Signed root hash of the root file system, x86-64.</summary>
    public static readonly Guid RootVeritySignature = new("41092B05-9FC8-4523-994F-2DEF0408B176");

    /// <summary>/var.</summary>
    public static readonly Guid Var = new("4D21B016-B534-45C2-A9FB-5C16E091FD2D");

    /// <summary>Linux data, of no particular mount point.</summary>
    public static readonly Guid LinuxGeneric = new("0FC63DAF-8483-4772-8E79-3D69D8477DE4");

    /// <summary>Attribute bit 60: mount read-only.</summary>
    public const ulong ReadOnly = 1UL << 60;

    /// <summary>Attribute bit 63: not to be discovered automatically.</summary>
    public const ulong NoAuto = 1UL << 63;

    /// <summary>Attribute bit 59: grow the file system to the partition.</summary>
    public const ulong GrowFileSystem = 1UL << 59;

    /// <summary>
    /// The partition UUIDs by which systemd finds a verity pair: the first and last 128 bits of the root hash, in the
    /// order in which the hash is written.
    /// </summary>
    public static (Guid Data, Guid Verity) IdsOf(Sha256Digest rootHash)
    {
        var bytes = rootHash.ToArray();
        return (new Guid(bytes.AsSpan(0, 16), bigEndian: true), new Guid(bytes.AsSpan(16, 16), bigEndian: true));
    }
}
