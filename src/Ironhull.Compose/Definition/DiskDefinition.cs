using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Definition;

/// <summary>A compressor of the EROFS file system.</summary>
public enum ErofsCompression
{
    /// <summary>Zstandard.</summary>
    Zstd,

    /// <summary>LZ4, high compression.</summary>
    Lz4Hc,

    /// <summary>Stored.</summary>
    None,
}

/// <summary>The <c>/usr</c> partition.</summary>
/// <param name="Compression">The compressor.</param>
/// <param name="Level">The compressor's level.</param>
/// <param name="Cluster">Size of a physical cluster in bytes.</param>
/// <param name="Size">Size of the partition in bytes; 0 makes it as large as its content.</param>
public sealed record UsrDefinition(ErofsCompression Compression, int Level, int Cluster, long Size)
{
    private static readonly Choices<ErofsCompression> Compressions =
        new(("zstd", ErofsCompression.Zstd), ("lz4hc", ErofsCompression.Lz4Hc), ("none", ErofsCompression.None));

    private static readonly Choices<string> FileSystems = new(("erofs", "erofs"));

    internal static UsrDefinition Read(FieldReader f)
    {
        f.OptionalEnum("filesystem", FileSystems, "erofs", "The file system.");
        var compression = f.OptionalEnum("compression", Compressions, ErofsCompression.Zstd, "The compressor.");
        var level = f.OptionalInt("level", 3, 0, 22, "The compressor's level: zstd 1 to 22, lz4hc 3 to 12.");
        var cluster = f.OptionalSize("cluster", 64 << 10, "Size of a physical cluster: a power of two from 4KiB to 1MiB.");
        if (cluster is < 4096 or > 1 << 20 || (cluster & (cluster - 1)) != 0)
        {
            f.Report(DefinitionErrors.InvalidValue.With($"A cluster of {cluster} bytes is not possible.", f.WhereIs("cluster"), "Write a power of two from 4KiB to 1MiB."));
        }

        if (compression == ErofsCompression.Lz4Hc && level is < 3 or > 12)
        {
            f.Report(DefinitionErrors.InvalidValue.With($"lz4hc has no level {level}.", f.WhereIs("level"), "Write a level from 3 to 12."));
        }

        return new(
            compression, level, (int)Math.Clamp(cluster, 4096, 1 << 20),
            f.OptionalSize("size", 0, "Size of the partition, so that later versions fit; as large as its content when absent."));
    }
}

/// <summary>The disk that is built.</summary>
/// <param name="EspSize">Size of the EFI system partition in bytes.</param>
/// <param name="Usr">The <c>/usr</c> partition.</param>
public sealed record DiskDefinition(long EspSize, UsrDefinition Usr)
{
    internal static DiskDefinition Read(FieldReader f)
    {
        var esp = f.OptionalMap("esp", EspSizeOf, "The EFI system partition.");
        var usr = f.OptionalMap("usr", UsrDefinition.Read, "The /usr partition.");
        return new(esp?.Size ?? 512L << 20, usr ?? new UsrDefinition(ErofsCompression.Zstd, 3, 64 << 10, 0));
    }

    private static Esp EspSizeOf(FieldReader f)
    {
        var size = f.OptionalSize("size", 512L << 20, "Its size: at least 64MiB, a multiple of 1MiB.");
        if (size < 64L << 20 || size % (1 << 20) != 0)
        {
            f.Report(DefinitionErrors.InvalidValue.With($"An EFI system partition of {ByteSize.Format(size)} is not possible.", f.WhereIs("size"), "Write at least 64MiB and a multiple of 1MiB."));
        }

        return new(size);
    }

    private sealed record Esp(long Size);
}
