namespace Ironhull.Formats.Fat;

/// <summary>What a FAT32 volume is made with, beside its files.</summary>
/// <param name="Length">Length of the volume in bytes, a multiple of 512; at least 33 MiB.</param>
/// <param name="VolumeId">Volume serial number.</param>
/// <param name="Label">At most 11 characters of A-Z, 0-9, space, '-' and '_'.</param>
/// <param name="TimestampSeconds">Time stamp of every entry: seconds since 1970-01-01 UTC; before 1980 it becomes 1980-01-01, and two seconds are the resolution.</param>
/// <param name="HiddenSectors">Sectors before the volume on its disk (the partition's first LBA).</param>
public sealed record FatOptions(long Length, uint VolumeId, string Label, long TimestampSeconds, uint HiddenSectors = 0);
