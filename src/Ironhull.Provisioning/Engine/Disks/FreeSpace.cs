using System.Numerics;
using Ironhull.Formats.Gpt;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>
/// Where new partitions go: the rules of sgdisk 1.0.9, which Ignition leaves that choice to.
/// </summary>
/// <param name="firstUsable">The first sector that partitions may use.</param>
/// <param name="lastUsable">The last sector that partitions may use.</param>
/// <param name="sector">Bytes of a sector.</param>
/// <param name="existing">What is on the disk; decides to which boundary starts are moved.</param>
internal sealed class FreeSpace(long firstUsable, long lastUsable, int sector, IEnumerable<GptPartition> existing)
{
    private readonly long _alignment = existing.Select(p => 1L << BitOperations.TrailingZeroCount(p.FirstLba)).Append((1 << 20) / sector).Min();
    private readonly SortedDictionary<long, long> _used = new(existing.ToDictionary(p => p.FirstLba, p => p.LastLba));

    /// <summary>Gives the room of a partition back.</summary>
    public void Release(GptPartition partition) => _used.Remove(partition.FirstLba);

    /// <summary>Finds room and takes it.</summary>
    /// <param name="start">First sector; 0 for the start of the largest free block. Moved to a boundary where the way to it is free.</param>
    /// <param name="size">Sectors; 0 for all that is free from the start on.</param>
    /// <returns>First and last sector, or null: there is no such room.</returns>
    public (long First, long Last)? Take(long start, long size)
    {
        var blocks = Blocks();
        if (start == 0)
        {
            if (blocks.Count == 0)
            {
                return null;
            }

            start = blocks.MaxBy(b => b.Last - b.First).First;
        }

        start = Align(start, blocks);
        var block = blocks.FirstOrDefault(b => b.First <= start && start <= b.Last, (First: -1, Last: -1));
        var last = size == 0 ? block.Last : start + size - 1;
        if (block.First < 0 || last > block.Last || last < start)
        {
            return null;
        }

        _used.Add(start, last);
        return (start, last);
    }

    private long Align(long start, List<(long First, long Last)> blocks)
    {
        var earlier = start / _alignment * _alignment;
        if (earlier == start)
        {
            return start;
        }

        var (first, last) = blocks.FirstOrDefault(b => b.First <= start && start <= b.Last);
        return earlier >= first && first > 0 ? earlier : earlier + _alignment <= last ? earlier + _alignment : start;
    }

    private List<(long First, long Last)> Blocks()
    {
        var blocks = new List<(long, long)>();
        var next = firstUsable;
        foreach (var (first, last) in _used)
        {
            if (first > next)
            {
                blocks.Add((next, first - 1));
            }

            next = Math.Max(next, last + 1);
        }

        if (next <= lastUsable)
        {
            blocks.Add((next, lastUsable));
        }

        return blocks;
    }
}
