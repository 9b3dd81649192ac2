namespace Ironhull.Formats.Erofs;

/// <summary>A run of file bytes in one physical cluster. Runs follow one another in the file, and their clusters on the disk.</summary>
/// <param name="Length">File bytes.</param>
/// <param name="Blocks">Blocks on the disk; 1 when stored as is.</param>
/// <param name="Compressed">Compressed, or stored as is from the block's start.</param>
internal readonly record struct ErofsExtent(int Length, int Blocks, bool Compressed);
