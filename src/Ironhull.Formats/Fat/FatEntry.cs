namespace Ironhull.Formats.Fat;

/// <summary>A file or directory of a FAT volume.</summary>
/// <param name="Path">Absolute path with '/' separators.</param>
/// <param name="IsDirectory">Whether it is a directory.</param>
/// <param name="Length">Length in bytes; 0 for a directory.</param>
/// <param name="FirstCluster">First cluster; 0 when it has none.</param>
/// <param name="ModifiedSeconds">Modification time, seconds since 1970-01-01, taken as UTC.</param>
public sealed record FatEntry(string Path, bool IsDirectory, long Length, uint FirstCluster, long ModifiedSeconds);
