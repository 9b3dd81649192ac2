using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ironhull.Formats.Disk;

/// <summary>How much of a sparse file is there.</summary>
public static partial class AllocatedSize
{
    // linux/fs.h
    private const int SeekData = 3;
    private const int SeekHole = 4;

    /// <summary>Bytes of a file that are not holes; the whole length where holes cannot be asked for.</summary>
    public static long Of(string path)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        var sum = 0L;
        for (var position = 0L; position < length;)
        {
            var start = Seek(file, position, SeekData);
            if (start < 0)
            {
                // ENXIO: only holes follow. Anything else: the file system does not know holes.
                return Marshal.GetLastPInvokeError() == 6 ? sum : length;
            }

            position = Seek(file, start, SeekHole);
            sum += position - start;
        }

        return sum;
    }

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle file, long offset, int whence);
}
