namespace Ironhull.Formats.LdCache;

/// <summary>One library of an <c>ld.so.cache</c>.</summary>
/// <param name="Name">The name that programs ask for (SONAME), for example "libc.so.6".</param>
/// <param name="Path">The file, for example "/lib/x86_64-linux-gnu/libc.so.6".</param>
/// <param name="Flags">Kind and architecture: <see cref="LdCacheFlags"/>.</param>
/// <param name="HardwareCapabilities">The hwcap field; 0 for libraries that every processor can use.</param>
public sealed record LdCacheEntry(string Name, string Path, int Flags, ulong HardwareCapabilities = 0);

/// <summary>Values of the flags field (glibc, <c>sysdeps/generic/ldconfig.h</c>).</summary>
public static class LdCacheFlags
{
    /// <summary>An ELF library for glibc 2 (FLAG_ELF_LIBC6).</summary>
    public const int ElfLibc6 = 0x0003;

    /// <summary>x86-64, 64-bit (FLAG_X8664_LIB64).</summary>
    public const int X8664 = 0x0300;

    /// <summary>AArch64, LP64 (FLAG_AARCH64_LIB64).</summary>
    public const int AArch64 = 0x0a00;
}
