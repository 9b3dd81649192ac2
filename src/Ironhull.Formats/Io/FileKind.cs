using System.Runtime.InteropServices;

namespace Ironhull.Formats.Io;

/// <summary>What kind of file lies at a path. The runtime tells directories and links from the rest, and takes a pipe for a file.</summary>
public static partial class FileKind
{
    // linux/fcntl.h and linux/stat.h: the working directory, links not followed, the type alone; where stx_mode lies.
    private const int WorkingDirectory = -100;
    private const int NotFollowed = 0x100;
    private const uint TypeAsked = 0x1;
    private const int StructureSize = 256;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;

    /// <summary>Whether a path is a regular file: no pipe, socket or device, whose reading may never end.</summary>
    /// <returns>True for a regular file; also where the system cannot be asked.</returns>
    public static bool IsRegular(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        Span<byte> facts = stackalloc byte[StructureSize];
        return Statx(WorkingDirectory, path, NotFollowed, TypeAsked, ref MemoryMarshal.GetReference(facts)) != 0
            || (MemoryMarshal.Read<ushort>(facts[ModeOffset..]) & TypeMask) == Regular;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte facts);
}
