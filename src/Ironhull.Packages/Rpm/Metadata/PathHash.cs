using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Ironhull.Packages.Rpm.Metadata;

/// <summary>64 bits that stand for a path in memory; they are kept nowhere else.</summary>
internal static class PathHash
{
    /// <summary>The hash of a path: multiply and fold, eight bytes at a time.</summary>
    public static ulong Of(ReadOnlySpan<char> path)
    {
        const ulong A = 0x9E3779B97F4A7C15, B = 0xD6E8FEB86659FD93;
        var bytes = MemoryMarshal.AsBytes(path);
        var hash = Fold(A ^ (ulong)bytes.Length, B);
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes), B);
        }

        var last = 0UL;
        for (var i = 0; i < bytes.Length; i++)
        {
            last |= (ulong)bytes[i] << (8 * i);
        }

        return Fold(Fold(hash ^ last, B) ^ A, B);
    }

    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}
