using System.Globalization;

namespace Ironhull.Node.CrashKernel;

/// <summary>What the running kernel says of the kernel for crashes.</summary>
/// <param name="root">The folder of <c>sys</c> and <c>proc</c>: <c>/</c>.</param>
internal sealed class KexecState(string root)
{
    /// <summary>Bytes that are reserved.</summary>
    public long ReservedBytes => long.TryParse(Read("sys/kernel/kexec_crash_size"), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0;

    /// <summary>Whether a kernel is loaded.</summary>
    public bool IsLoaded => Read("sys/kernel/kexec_crash_loaded") == "1";

    /// <summary>Whether loading is locked until the next boot.</summary>
    public bool IsLocked => Read("proc/sys/kernel/kexec_load_disabled") == "1";

    /// <summary>The words <c>console=…</c> of the running kernel's command line, in their order.</summary>
    public IEnumerable<string> Consoles => Read("proc/cmdline").Split(' ').Where(w => w.StartsWith("console=", StringComparison.Ordinal));

    private string Read(string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root, path)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // a kernel without kexec has none of these files
        }
    }
}
