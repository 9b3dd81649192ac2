using Ironhull.Formats.Io;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Planning;

/// <summary>What a first boot with a config would do to a machine. No contents are in it, only their lengths and hashes.</summary>
/// <param name="Disks">Disks and their partitions.</param>
/// <param name="Volumes">RAID arrays, encrypted volumes and file systems, in the order in which they are made.</param>
/// <param name="Accounts">Users and groups.</param>
/// <param name="Units">Units.</param>
/// <param name="Nodes">Files, folders and links by path.</param>
/// <param name="KernelArguments">Words of the kernel command line.</param>
/// <param name="FetchedOnNode">URLs, without query, that only the machine fetches.</param>
/// <param name="Findings">What the config's rules say, and what stands in the way on this image, in the order of the config.</param>
public sealed record ProvisioningPlan(
    IReadOnlyList<PlannedDisk> Disks, IReadOnlyList<PlannedVolume> Volumes, IReadOnlyList<PlannedAccount> Accounts, IReadOnlyList<PlannedUnit> Units,
    IReadOnlyList<PlannedNode> Nodes, IReadOnlyList<PlannedArgument> KernelArguments, IReadOnlyList<string> FetchedOnNode, IReadOnlyList<Finding> Findings)
{
    /// <summary>Whether the machine would refuse the config.</summary>
    public bool HasConflicts => Findings.Any(f => f.Level == FindingLevel.Error);
}

/// <summary>A disk.</summary>
/// <param name="Device">Its path.</param>
/// <param name="IsSystem">Whether it is the one with the image on it; others are taken as empty.</param>
/// <param name="IsWiped">Whether its table is erased first.</param>
/// <param name="Partitions">Its partitions afterwards, and those that go.</param>
public sealed record PlannedDisk(string Device, bool IsSystem, bool IsWiped, IReadOnlyList<PlannedPartition> Partitions);

/// <summary>A partition.</summary>
/// <param name="Change">What happens to it.</param>
/// <param name="Number">Its number.</param>
/// <param name="Label">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Id">Its identifier; null for one that the machine makes.</param>
/// <param name="Offset">Where it starts, in bytes.</param>
/// <param name="Length">Its length in bytes; null for all that the disk has from there on.</param>
public sealed record PlannedPartition(PlanChange Change, int Number, string Label, Guid Type, Guid? Id, long Offset, long? Length);

/// <summary>A RAID array, an encrypted volume or a file system.</summary>
/// <param name="Change">What happens to it.</param>
/// <param name="Kind">"raid", "luks" or a file system's format.</param>
/// <param name="Device">The device that it makes or is on.</param>
/// <param name="Details">What else the config says of it; keys are not shown.</param>
public sealed record PlannedVolume(PlanChange Change, string Kind, string Device, string Details);

/// <summary>A user or group.</summary>
/// <param name="Change">What happens to it.</param>
/// <param name="Kind">"user" or "group".</param>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its number.</param>
/// <param name="Details">Its other fields, or what of them changes; of passwords and keys only that there are some.</param>
public sealed record PlannedAccount(PlanChange Change, string Kind, string Name, string Id, string Details);

/// <summary>A unit of systemd.</summary>
/// <param name="Change">What happens to its file; unchanged when the config has no contents.</param>
/// <param name="Name">Its name.</param>
/// <param name="Enabled">Whether it is enabled or disabled; null leaves it.</param>
/// <param name="Masked">Whether it is masked or unmasked; null leaves it.</param>
/// <param name="Dropins">Names of its drop-ins.</param>
/// <param name="Links">The links that enable it, as paths.</param>
public sealed record PlannedUnit(PlanChange Change, string Name, bool? Enabled, bool? Masked, IReadOnlyList<string> Dropins, IReadOnlyList<string> Links);

/// <summary>A file, folder or link.</summary>
/// <param name="Change">What happens to it.</param>
/// <param name="Kind">"file", "directory" or "link".</param>
/// <param name="Path">Its path.</param>
/// <param name="Mode">The mode's twelve bits.</param>
/// <param name="User">The owner's number.</param>
/// <param name="Group">The group's number.</param>
/// <param name="Length">A file's length in bytes; null when only the machine knows it.</param>
/// <param name="Sha256">A file's hash; null when only the machine knows it.</param>
/// <param name="Target">A link's target; null for others.</param>
/// <param name="Source">Where the contents come from: a URL without query and without contents, or the section that leads to them; null when nothing says.</param>
public sealed record PlannedNode(
    PlanChange Change, string Kind, string Path, int Mode, uint User, uint Group, long? Length, Sha256Digest? Sha256, string? Target, string? Source);

/// <summary>A word of the kernel command line.</summary>
/// <param name="Word">The word.</param>
/// <param name="ShouldExist">Whether it is wanted, or not wanted.</param>
/// <param name="Holds">Whether that is so already; the machine refuses what is not.</param>
public sealed record PlannedArgument(string Word, bool ShouldExist, bool Holds);
