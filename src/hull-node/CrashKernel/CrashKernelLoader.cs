using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Ironhull.Node.CrashKernel;

/// <summary>Loads and unloads the kernel for crashes, and says in a coded error why it cannot.</summary>
/// <param name="kexec">The system call.</param>
/// <param name="state">What the kernel says.</param>
internal sealed class CrashKernelLoader(IKexec kexec, KexecState state)
{
    /// <summary>The longest command line of x86 (COMMAND_LINE_SIZE, without its end).</summary>
    public const int LongestCommandLine = 2047;

    // include/uapi/asm-generic/errno-base.h and errno.h.
    private const int NotPermitted = 1;
    private const int AccessDenied = 13;
    private const int NoData = 61;
    private const int PackageMissing = 65;
    private const int BadMessage = 74;
    private const int BadLibrary = 80;
    private const int AddressNotAvailable = 99;
    private const int NoKey = 126;
    private const int KeyExpired = 127;
    private const int KeyRevoked = 128;
    private const int KeyRejected = 129;

    /// <summary>Loads.</summary>
    /// <exception cref="HullException">HULL7101 to HULL7105, HULL9010.</exception>
    public void Load(string kernel, string initrd, string commandLine)
    {
        if (Encoding.UTF8.GetByteCount(commandLine) is > LongestCommandLine and var length)
        {
            throw CommandErrors.NodeUsage.Error($"The command line has {length} bytes; the kernel takes {LongestCommandLine}.");
        }

        if (state.ReservedBytes == 0)
        {
            throw CrashKernelErrors.NoMemory.Error("/sys/kernel/kexec_crash_size is 0.");
        }

        RequireUnlocked();
        using var kernelFile = Open(kernel);
        using var initrdFile = Open(initrd);
        Check(kexec.Load(kernelFile, initrdFile, commandLine), kernel);
    }

    /// <summary>Unloads.</summary>
    /// <exception cref="HullException">HULL7103, HULL7105.</exception>
    public void Unload()
    {
        RequireUnlocked();
        Check(kexec.Unload(), "the kernel for crashes");
    }

    private void RequireUnlocked()
    {
        if (state.IsLocked)
        {
            throw CrashKernelErrors.Locked.Error("kernel.kexec_load_disabled is 1.");
        }
    }

    private static SafeFileHandle Open(string path)
    {
        try
        {
            return File.OpenHandle(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CrashKernelErrors.FileUnreadable.Error($"{path}: {e.Message}", new(path), cause: e);
        }
    }

    private static void Check(int error, string name)
    {
        switch (error)
        {
            case 0:
                return;
            case AddressNotAvailable:
                throw CrashKernelErrors.NoMemory.Error($"The kernel has no place for {name}.", new(name));
            case AccessDenied:
                throw CrashKernelErrors.Untrusted.Error($"{name} or its initrd does not come from a volume that the integrity policy allows (EACCES).", new(name));
            case NoData:
                throw CrashKernelErrors.Untrusted.Error($"{name} has no signature (ENODATA).", new(name));
            case NoKey:
                throw CrashKernelErrors.Untrusted.Error($"{name} is signed by a key that this machine does not trust (ENOKEY).", new(name));
            case PackageMissing or BadMessage or BadLibrary or KeyExpired or KeyRevoked or KeyRejected:
                throw CrashKernelErrors.Untrusted.Error($"The signature of {name} is not valid ({Number(error)}).", new(name));
            case NotPermitted:
                throw CrashKernelErrors.Refused.Error("It is not permitted (EPERM).", new(name));
            default:
                throw CrashKernelErrors.Refused.Error($"{name}: {Number(error)}.", new(name));
        }
    }

    private static string Number(int error) => string.Create(CultureInfo.InvariantCulture, $"error {error}");
}
