using System.Buffers.Binary;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Verity;

/// <summary>
/// The superblock that veritysetup puts before a hash tree: 512 bytes, little-endian, padded to one hash block
/// (cryptsetup: <c>lib/verity/verity.c</c>). Only version 1, hash type 1, SHA-256 and blocks of 4096 bytes are supported.
/// </summary>
public sealed record VeritySuperblock
{
    /// <summary>Bytes that are defined.</summary>
    public const int Size = 512;

    /// <summary>Data and hash block size in bytes.</summary>
    public const int BlockSize = 4096;

    /// <summary>Longest salt in bytes.</summary>
    public const int MaxSaltLength = 256;

    /// <summary>Identifier; systemd expects nothing of it.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Number of data blocks.</summary>
    public required long DataBlocks { get; init; }

    /// <summary>Bytes hashed before every block.</summary>
    public required ReadOnlyMemory<byte> Salt { get; init; }

    /// <summary>Reads and checks a superblock.</summary>
    /// <param name="source">At least 512 bytes.</param>
    /// <param name="name">What to call the input in an error.</param>
    /// <exception cref="HullException">HULL1001, HULL1002 or HULL1004.</exception>
    public static VeritySuperblock Parse(ReadOnlySpan<byte> source, string name)
    {
        if (source.Length < Size)
        {
            throw FormatErrors.Truncated.Error("The hash image is shorter than its superblock.", Location.At(name, source.Length));
        }

        var where = Location.At(name, 0);
        if (!source.StartsWith("verity\0\0"u8))
        {
            throw FormatErrors.Malformed.Error("There is no dm-verity superblock here.", where);
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(source[8..]);
        var type = BinaryPrimitives.ReadUInt32LittleEndian(source[12..]);
        var algorithm = source.Slice(32, 32);
        var end = algorithm.IndexOf((byte)0);
        var algorithmName = Encoding.ASCII.GetString(end < 0 ? algorithm : algorithm[..end]);
        var dataBlock = BinaryPrimitives.ReadUInt32LittleEndian(source[64..]);
        var hashBlock = BinaryPrimitives.ReadUInt32LittleEndian(source[68..]);
        if (version != 1 || type != 1 || algorithmName != "sha256" || dataBlock != BlockSize || hashBlock != BlockSize)
        {
            throw FormatErrors.Unsupported.Error($"The hash tree has version {version}, type {type}, hash '{algorithmName}', blocks of {dataBlock} and {hashBlock} bytes; only 1, 1, 'sha256', 4096 and 4096 are supported.", where);
        }

        var blocks = BinaryPrimitives.ReadInt64LittleEndian(source[72..]);
        var saltLength = BinaryPrimitives.ReadUInt16LittleEndian(source[80..]);
        if (blocks <= 0 || blocks > long.MaxValue / BlockSize || saltLength > MaxSaltLength)
        {
            throw FormatErrors.Malformed.Error($"The superblock announces {blocks} data blocks and a salt of {saltLength} bytes.", where);
        }

        return new()
        {
            Uuid = new Guid(source.Slice(16, 16), bigEndian: true),
            DataBlocks = blocks,
            Salt = source.Slice(88, saltLength).ToArray(),
        };
    }

    /// <summary>Writes the superblock.</summary>
    /// <param name="destination">At least 512 bytes; cleared first.</param>
    public void WriteTo(Span<byte> destination)
    {
        destination.Clear();
        "verity\0\0"u8.CopyTo(destination);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], 1);
        Uuid.TryWriteBytes(destination.Slice(16, 16), bigEndian: true, out _);
        "sha256"u8.CopyTo(destination[32..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[64..], BlockSize);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[68..], BlockSize);
        BinaryPrimitives.WriteInt64LittleEndian(destination[72..], DataBlocks);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[80..], (ushort)Salt.Length);
        Salt.Span.CopyTo(destination[88..]);
    }
}
