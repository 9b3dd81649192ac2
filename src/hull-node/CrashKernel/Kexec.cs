using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ironhull.Node.CrashKernel;

/// <summary>
/// The system call itself, on the files themselves: so the kernel's integrity policy sees which volume they come from (kexec-tools hands the kernel
/// over in an anonymous file, which comes from none).
/// </summary>
internal sealed partial class Kexec : IKexec
{
    // KEXEC_FILE_UNLOAD and KEXEC_FILE_ON_CRASH of include/uapi/linux/kexec.h.
    private const ulong UnloadFlag = 1;
    private const ulong OnCrashFlag = 2;

    // __NR_kexec_file_load: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h.
    private static readonly long s_number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 294 : 320;

    /// <inheritdoc/>
    public int Load(SafeFileHandle kernel, SafeFileHandle initrd, string commandLine) =>
        Result(KexecFileLoad(s_number, kernel.DangerousGetHandle(), initrd.DangerousGetHandle(), (nuint)Encoding.UTF8.GetByteCount(commandLine) + 1, commandLine, OnCrashFlag));

    /// <inheritdoc/>
    public int Unload() => Result(KexecFileLoad(s_number, -1, -1, 0, null, OnCrashFlag | UnloadFlag));

    private static int Result(long result) => result == 0 ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long KexecFileLoad(long number, nint kernel, nint initrd, nuint commandLineLength, string? commandLine, ulong flags);
}
