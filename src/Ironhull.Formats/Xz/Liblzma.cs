using System.Runtime.InteropServices;

namespace Ironhull.Formats.Xz;

/// <summary>The decoder of the system's liblzma (lzma/base.h, lzma/container.h), present on every Debian system.</summary>
internal static partial class Liblzma
{
    public const int Ok = 0;
    public const int StreamEnd = 1;
    public const int MemoryLimit = 6;
    public const int BufferError = 10;
    public const int Run = 0;
    public const int Finish = 3;
    public const uint Concatenated = 0x08;

    private const string Library = "liblzma.so.5";

    [LibraryImport(Library, EntryPoint = "lzma_stream_decoder")]
    public static unsafe partial int StreamDecoder(StreamState* stream, ulong memoryLimit, uint flags);

    [LibraryImport(Library, EntryPoint = "lzma_alone_decoder")]
    public static unsafe partial int AloneDecoder(StreamState* stream, ulong memoryLimit);

    [LibraryImport(Library, EntryPoint = "lzma_code")]
    public static unsafe partial int Code(StreamState* stream, int action);

    [LibraryImport(Library, EntryPoint = "lzma_end")]
    public static unsafe partial void End(StreamState* stream);

    /// <summary>lzma_stream.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct StreamState
    {
        public byte* NextIn;
        public nuint AvailableIn;
        public ulong TotalIn;
        public byte* NextOut;
        public nuint AvailableOut;
        public ulong TotalOut;
        public void* Allocator;
        public void* Internal;
        public void* ReservedPointer1;
        public void* ReservedPointer2;
        public void* ReservedPointer3;
        public void* ReservedPointer4;
        public ulong SeekPosition;
        public ulong ReservedInteger2;
        public nuint ReservedInteger3;
        public nuint ReservedInteger4;
        public int ReservedEnum1;
        public int ReservedEnum2;
    }
}
