using Microsoft.Win32.SafeHandles;

namespace Ironhull.Node.CrashKernel;

/// <summary>kexec_file_load(2) for the kernel that starts after a crash.</summary>
internal interface IKexec
{
    /// <summary>Loads a kernel with its initrd.</summary>
    /// <returns>0 or the error number.</returns>
    int Load(SafeFileHandle kernel, SafeFileHandle initrd, string commandLine);

    /// <summary>Unloads what is loaded.</summary>
    /// <returns>0 or the error number.</returns>
    int Unload();
}
