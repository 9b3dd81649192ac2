using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ironhull.Formats.Disk;

/// <summary>
/// Finds where a sparse file holds data, so that holes need not be read (lseek(2), SEEK_DATA and SEEK_HOLE). Where
/// the system cannot say, everything counts as data.
/// </summary>
internal sealed partial class HoleFinder
{
    private const int SeekData = 3;
    private const int SeekHole = 4;
    private const int NoSuchAddress = 6; // ENXIO: no data at or after the offset
    private SafeFileHandle? _file;
    private long _start;
    private long _end;

    /// <summary>Prepares a stream; only a <see cref="FileStream"/> can have holes. It must not be written meanwhile.</summary>
    public HoleFinder(Stream stream)
    {
        if (stream is FileStream { CanSeek: true } file)
        {
            file.Flush();
            _file = file.SafeFileHandle;
        }
    }

    /// <summary>The first offset at or after <paramref name="position"/> that may hold data; <see cref="long.MaxValue"/> when there is none.</summary>
    public long NextData(long position)
    {
        if (_file is null || (position >= _start && position < _end))
        {
            return position;
        }

        try
        {
            var data = Seek(_file, position, SeekData);
            if (data < 0)
            {
                if (Marshal.GetLastPInvokeError() == NoSuchAddress)
                {
                    return long.MaxValue;
                }

                _file = null;
                return position;
            }

            _start = data;
            _end = Seek(_file, data, SeekHole);
            return data;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            _file = null;
            return position;
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "lseek64", SetLastError = true)]
    private static partial long Seek(SafeFileHandle file, long offset, int whence);
}
