using System.Buffers.Binary;
using System.Text;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.LdCache;

/// <summary>What ldconfig needs to know of a shared library: ELF, 64 bit, little-endian (System V gABI).</summary>
/// <param name="Flags">The value for the cache: <see cref="LdCacheFlags"/>.</param>
/// <param name="SoName">DT_SONAME, or null when it has none.</param>
public sealed record SharedObject(int Flags, string? SoName)
{
    private const ushort DynamicType = 3;          // ET_DYN
    private const ushort X8664 = 62;               // EM_X86_64
    private const ushort AArch64 = 183;            // EM_AARCH64
    private const uint Load = 1, Dynamic = 2;      // PT_LOAD, PT_DYNAMIC
    private const long Null = 0, StringTable = 5, StringSize = 10, SoNameTag = 14; // DT_*

    /// <summary>Reads a file; anything that is not a shared library of a known architecture gives null, as ldconfig passes over it.</summary>
    public static SharedObject? Read(Content content)
    {
        Span<byte> header = stackalloc byte[64];
        if (content.Length < header.Length)
        {
            return null;
        }

        content.Read(0, header);
        var machine = BinaryPrimitives.ReadUInt16LittleEndian(header[18..]);
        if (BinaryPrimitives.ReadUInt32BigEndian(header) != 0x7F454C46 || header[4] != 2 || header[5] != 1 ||
            BinaryPrimitives.ReadUInt16LittleEndian(header[16..]) != DynamicType || machine is not (X8664 or AArch64))
        {
            return null;
        }

        var flags = LdCacheFlags.ElfLibc6 | (machine == X8664 ? LdCacheFlags.X8664 : LdCacheFlags.AArch64);
        var offset = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
        var size = BinaryPrimitives.ReadUInt16LittleEndian(header[54..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        if (size != 56 || offset < 0 || offset > content.Length - ((long)size * count))
        {
            return null;
        }

        var table = new byte[size * count];
        content.Read(offset, table);
        return Dynamics(content, table) is { } entries ? new(flags, Name(content, table, entries)) : null;
    }

    private static List<(long Tag, long Value)>? Dynamics(Content content, byte[] programHeaders)
    {
        for (var at = 0; at < programHeaders.Length; at += 56)
        {
            var record = programHeaders.AsSpan(at, 56);
            if (BinaryPrimitives.ReadUInt32LittleEndian(record) != Dynamic)
            {
                continue;
            }

            var start = BinaryPrimitives.ReadInt64LittleEndian(record[8..]);
            var length = BinaryPrimitives.ReadInt64LittleEndian(record[32..]);
            if (start < 0 || length is < 0 or > 1 << 20 || start > content.Length - length)
            {
                return null;
            }

            var bytes = new byte[length];
            content.Read(start, bytes);
            var entries = new List<(long, long)>();
            for (var i = 0; i + 16 <= bytes.Length; i += 16)
            {
                var tag = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i));
                if (tag == Null)
                {
                    break;
                }

                entries.Add((tag, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i + 8))));
            }

            return entries;
        }

        return null;
    }

    private static string? Name(Content content, byte[] programHeaders, List<(long Tag, long Value)> entries)
    {
        long? Find(long tag) => entries.Exists(e => e.Tag == tag) ? entries.Find(e => e.Tag == tag).Value : null;
        if (Find(SoNameTag) is not { } name || Find(StringTable) is not { } address || Find(StringSize) is not { } size ||
            name < 0 || name >= size || FileOffset(programHeaders, address) is not { } start)
        {
            return null;
        }

        var available = Math.Min(Math.Min(size - name, 4096), content.Length - start - name);
        if (start < 0 || start > content.Length || available <= 0)
        {
            return null;
        }

        var bytes = new byte[available];
        content.Read(start + name, bytes);
        var end = bytes.AsSpan().IndexOf((byte)0);
        return end > 0 ? Encoding.UTF8.GetString(bytes, 0, end) : null;
    }

    private static long? FileOffset(byte[] programHeaders, long address)
    {
        for (var at = 0; at < programHeaders.Length; at += 56)
        {
            var record = programHeaders.AsSpan(at, 56);
            var start = BinaryPrimitives.ReadInt64LittleEndian(record[16..]);
            var length = BinaryPrimitives.ReadInt64LittleEndian(record[32..]);
            if (BinaryPrimitives.ReadUInt32LittleEndian(record) == Load && address >= start && address - start < length)
            {
                return BinaryPrimitives.ReadInt64LittleEndian(record[8..]) + (address - start);
            }
        }

        return null;
    }
}
