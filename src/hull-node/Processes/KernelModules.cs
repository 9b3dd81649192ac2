using System.Diagnostics;

namespace Ironhull.Node.Processes;

/// <summary>
/// Loads kernel modules by <c>modprobe</c>. That a module is built in, or not there, shows where it is needed.
/// </summary>
/// <param name="root">The root whose modules are loaded: an initrd has few of its own and takes those of the system it starts.</param>
internal sealed class KernelModules(string root)
{
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly string[] _options = root != "/" && Directory.Exists(Path.Combine(root, "usr/lib/modules")) ? ["--quiet", "--dirname", Path.Combine(root, "usr"), "--all"] : ["--quiet", "--all"];

    /// <summary>Loads a module once.</summary>
    public void Load(string module) => Load([module]);

    /// <summary>Loads modules by their names or aliases, each once.</summary>
    public void Load(IEnumerable<string> modules)
    {
        string[] asked = [.. modules.Where(_asked.Add)];
        if (asked.Length == 0)
        {
            return;
        }

        try
        {
            using var process = Process.Start(new ProcessStartInfo("modprobe", [.. _options, .. asked]) { UseShellExecute = false });
            process?.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Without modprobe there is nothing to load either.
        }
    }
}
