using System.Runtime.InteropServices;

namespace Ironhull.Formats.Xz;

/// <summary>The decoder of the system's libbz2 (bzlib.h), present on every Debian system because dpkg needs it.</summary>
internal static partial class Libbz2
{
    public const int Ok = 0;
    public const int StreamEnd = 4;

    private const string Library = "libbz2.so.1.0";

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompressInit")]
    public static unsafe partial int DecompressInit(StreamState* stream, int verbosity, int small);

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompress")]
    public static unsafe partial int Decompress(StreamState* stream);

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompressEnd")]
    public static unsafe partial int DecompressEnd(StreamState* stream);

    /// <summary>bz_stream.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct StreamState
    {
        public byte* NextIn;
        public uint AvailableIn;
        public uint TotalInLow;
        public uint TotalInHigh;
        public byte* NextOut;
        public uint AvailableOut;
        public uint TotalOutLow;
        public uint TotalOutHigh;
        public void* State;
        public void* Allocate;
        public void* Free;
        public void* Opaque;
    }
}
