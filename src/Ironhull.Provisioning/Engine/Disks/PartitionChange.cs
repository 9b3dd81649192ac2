using Ironhull.Formats.Gpt;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>What happens to a partition.</summary>
public enum PartitionAction
{
    /// <summary>It is there, as the config wants it.</summary>
    Keep,

    /// <summary>It is new.</summary>
    Create,

    /// <summary>It is of another size from now on; its contents stay.</summary>
    Resize,

    /// <summary>Another one takes its number.</summary>
    Replace,

    /// <summary>It goes.</summary>
    Delete,
}

/// <summary>A partition that the config names, and what happens to it.</summary>
/// <param name="Action">What happens.</param>
/// <param name="Partition">The partition afterwards; the former one where it is deleted.</param>
public sealed record PartitionChange(PartitionAction Action, GptPartition Partition);
