using Ironhull.Provisioning.Json;

namespace Ironhull.Provisioning.Model;

/// <summary>Disks, file systems and files.</summary>
/// <param name="node">The object.</param>
public sealed class StorageSection(ConfigObject node) : ConfigView(node)
{
    /// <summary>Disks.</summary>
    public IReadOnlyList<Disk> Disks => Items("disks", n => new Disk(n));

    /// <summary>RAID arrays.</summary>
    public IReadOnlyList<Raid> Raid => Items("raid", n => new Raid(n));

    /// <summary>Encrypted volumes.</summary>
    public IReadOnlyList<Luks> Luks => Items("luks", n => new Luks(n));

    /// <summary>File systems.</summary>
    public IReadOnlyList<Filesystem> Filesystems => Items("filesystems", n => new Filesystem(n));

    /// <summary>Files.</summary>
    public IReadOnlyList<FileEntry> Files => Items("files", n => new FileEntry(n));

    /// <summary>Directories.</summary>
    public IReadOnlyList<DirectoryEntry> Directories => Items("directories", n => new DirectoryEntry(n));

    /// <summary>Links.</summary>
    public IReadOnlyList<LinkEntry> Links => Items("links", n => new LinkEntry(n));
}

/// <summary>A disk.</summary>
/// <param name="node">The object.</param>
public sealed class Disk(ConfigObject node) : ConfigView(node)
{
    /// <summary>The path of the device.</summary>
    public string Device => Text("device") ?? "";

    /// <summary>Whether the partition table is erased first.</summary>
    public bool? WipeTable => Truth("wipeTable");

    /// <summary>Partitions.</summary>
    public IReadOnlyList<Partition> Partitions => Items("partitions", n => new Partition(n));
}

/// <summary>A partition.</summary>
/// <param name="node">The object.</param>
public sealed class Partition(ConfigObject node) : ConfigView(node)
{
    /// <summary>The number; 0 for the next that is free.</summary>
    public long Number => Integer("number") ?? 0;

    /// <summary>The name in the partition table.</summary>
    public string? Label => Text("label");

    /// <summary>The size in MiB; 0 for all the room there is.</summary>
    public long? SizeMiB => Integer("sizeMiB");

    /// <summary>The start in MiB; 0 for the largest free block.</summary>
    public long? StartMiB => Integer("startMiB");

    /// <summary>The type.</summary>
    public string? TypeGuid => Text("typeGuid");

    /// <summary>The identifier.</summary>
    public string? Guid => Text("guid");

    /// <summary>Whether another partition of that number or label may be replaced.</summary>
    public bool? WipePartitionEntry => Truth("wipePartitionEntry");

    /// <summary>False for a partition that must not be there.</summary>
    public bool? ShouldExist => Truth("shouldExist");

    /// <summary>Whether a partition that differs only in size is resized.</summary>
    public bool? Resize => Truth("resize");
}

/// <summary>A RAID array.</summary>
/// <param name="node">The object.</param>
public sealed class Raid(ConfigObject node) : ConfigView(node)
{
    /// <summary>The name of the device.</summary>
    public string Name => Text("name") ?? "";

    /// <summary>The level.</summary>
    public string? Level => Text("level");

    /// <summary>The devices.</summary>
    public IReadOnlyList<string> Devices => Texts("devices");

    /// <summary>The number of spares.</summary>
    public long? Spares => Integer("spares");

    /// <summary>More options of mdadm.</summary>
    public IReadOnlyList<string> Options => Texts("options");
}

/// <summary>An encrypted volume.</summary>
/// <param name="node">The object.</param>
public sealed class Luks(ConfigObject node) : ConfigView(node)
{
    /// <summary>The name of the device.</summary>
    public string Name => Text("name") ?? "";

    /// <summary>The path of the device below.</summary>
    public string? Device => Text("device");

    /// <summary>The label.</summary>
    public string? Label => Text("label");

    /// <summary>The identifier.</summary>
    public string? Uuid => Text("uuid");

    /// <summary>The key.</summary>
    public Resource KeyFile => new(Object("keyFile"));

    /// <summary>More options of cryptsetup luksFormat.</summary>
    public IReadOnlyList<string> Options => Texts("options");

    /// <summary>More options of cryptsetup luksOpen.</summary>
    public IReadOnlyList<string> OpenOptions => Texts("openOptions");

    /// <summary>Whether freed blocks are discarded.</summary>
    public bool? Discard => Truth("discard");

    /// <summary>Whether the device is wiped first.</summary>
    public bool? WipeVolume => Truth("wipeVolume");

    /// <summary>Unlocking by clevis.</summary>
    public Clevis Clevis => new(Object("clevis"));

    /// <summary>Whether keys are protected by a Crypto Express card.</summary>
    public bool? CexEnabled => (Object("cex")["enabled"] as ConfigTruth)?.Value;
}

/// <summary>Unlocking by clevis.</summary>
/// <param name="node">The object.</param>
public sealed class Clevis(ConfigObject node) : ConfigView(node)
{
    /// <summary>Tang servers.</summary>
    public IReadOnlyList<Tang> Tang => Items("tang", n => new Tang(n));

    /// <summary>Whether the TPM unlocks.</summary>
    public bool? Tpm2 => Truth("tpm2");

    /// <summary>How many pieces are needed.</summary>
    public long? Threshold => Integer("threshold");

    /// <summary>A configuration of clevis itself.</summary>
    public ClevisCustom Custom => new(Object("custom"));

    /// <summary>Whether anything is set that unlocks.</summary>
    public bool IsPresent => Custom.Pin is { Length: > 0 } || Tang.Count > 0 || Tpm2 == true || Threshold is not (null or 0);
}

/// <summary>A configuration of clevis itself.</summary>
/// <param name="node">The object.</param>
public sealed class ClevisCustom(ConfigObject node) : ConfigView(node)
{
    /// <summary>The pin.</summary>
    public string? Pin => Text("pin");

    /// <summary>Its configuration, as JSON.</summary>
    public string? Config => Text("config");

    /// <summary>Whether unlocking needs the network.</summary>
    public bool? NeedsNetwork => Truth("needsNetwork");
}

/// <summary>A Tang server.</summary>
/// <param name="node">The object.</param>
public sealed class Tang(ConfigObject node) : ConfigView(node)
{
    /// <summary>Its URL.</summary>
    public string Url => Text("url") ?? "";

    /// <summary>The thumbprint of its signing key.</summary>
    public string? Thumbprint => Text("thumbprint");

    /// <summary>Its advertisement, as JSON.</summary>
    public string? Advertisement => Text("advertisement");
}

/// <summary>A file system.</summary>
/// <param name="node">The object.</param>
public sealed class Filesystem(ConfigObject node) : ConfigView(node)
{
    /// <summary>The path of the device, or the tag of a virtiofs.</summary>
    public string Device => Text("device") ?? "";

    /// <summary>The format.</summary>
    public string? Format => Text("format");

    /// <summary>Where it is mounted while the config is applied.</summary>
    public string? Path => Text("path");

    /// <summary>The label.</summary>
    public string? Label => Text("label");

    /// <summary>The identifier.</summary>
    public string? Uuid => Text("uuid");

    /// <summary>More options of mkfs.</summary>
    public IReadOnlyList<string> Options => Texts("options");

    /// <summary>Options of mount.</summary>
    public IReadOnlyList<string> MountOptions => Texts("mountOptions");

    /// <summary>Whether the device is wiped first.</summary>
    public bool? WipeFilesystem => Truth("wipeFilesystem");
}
