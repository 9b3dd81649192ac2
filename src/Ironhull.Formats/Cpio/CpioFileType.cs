using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Cpio;

/// <summary>The file type bits of a mode (POSIX S_IFMT).</summary>
internal static class CpioFileType
{
    public const uint Mask = 0xF000;

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
