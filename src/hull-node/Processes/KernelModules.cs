using System.Diagnostics;

namespace Ironhull.Node.Processes;

/// <summary>Loads kernel modules by <c>modprobe</c>. That a module is built in, or not there, shows where it is needed.</summary>
internal sealed class KernelModules
{
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <summary>Loads a module once.</summary>
    public void Load(string module)
    {
        if (!_asked.Add(module))
        {
            return;
        }

        try
        {
            using var process = Process.Start(new ProcessStartInfo("modprobe", ["--quiet", module]) { UseShellExecute = false });
            process?.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Without modprobe there is nothing to load either.
        }
    }
}
