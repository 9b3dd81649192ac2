namespace Ironhull.Formats.Trees;

/// <summary>The file type bits of a mode (POSIX S_IFMT, with Linux's values), as cpio archives and RPM headers hold them.</summary>
public static class FileType
{
    private const uint Mask = 0xF000;

    /// <summary>The bits of a type.</summary>
    public static uint Of(InodeType type) => type switch
    {
        InodeType.File => 0x8000,
        InodeType.Directory => 0x4000,
        InodeType.SymbolicLink => 0xA000,
        InodeType.CharacterDevice => 0x2000,
        InodeType.BlockDevice => 0x6000,
        InodeType.Fifo => 0x1000,
        _ => 0xC000,
    };

    /// <summary>The type in a mode, or null when its bits are those of none.</summary>
    public static InodeType? Parse(uint mode) => (mode & Mask) switch
    {
        0x8000 => InodeType.File,
        0x4000 => InodeType.Directory,
        0xA000 => InodeType.SymbolicLink,
        0x2000 => InodeType.CharacterDevice,
        0x6000 => InodeType.BlockDevice,
        0x1000 => InodeType.Fifo,
        0xC000 => InodeType.Socket,
        _ => null,
    };
}
