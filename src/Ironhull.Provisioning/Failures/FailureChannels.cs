using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Failures;

/// <summary>Where a report goes at once: every console, and the host of a virtual machine.</summary>
public static class FailureChannels
{
    /// <summary>The name of the virtio-serial port on which a host may listen.</summary>
    public const string PortName = "org.ironhull.provision";

    private const string Rule = "----------------------------------------------------------------";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(3);

    /// <summary>Shows a digest on each console that the kernel writes to; on <c>/dev/console</c> when it names none.</summary>
    /// <returns>The consoles that took it.</returns>
    public static IReadOnlyList<string> Show(NodePaths paths, string digest)
    {
        var bytes = Encoding.ASCII.GetBytes($"\n{Rule}\n{digest.Replace('…', '.')}{Rule}\n".Replace("\n", "\r\n", StringComparison.Ordinal));
        var shown = Consoles(paths).Where(name => LineWriter.Write(paths.At("dev/" + name), bytes, s_limit)).ToList();
        return shown.Count > 0 ? shown : LineWriter.Write(paths.At("dev/console"), bytes, s_limit) ? ["console"] : [];
    }

    /// <summary>Hands a report to the host, where it has a port for it.</summary>
    /// <returns>Whether the host has taken it.</returns>
    public static bool Send(NodePaths paths, byte[] report)
    {
        var ports = paths.At("sys/class/virtio-ports");
        return Directory.Exists(ports) && Formats.Io.SortedDirectory.Folders(ports)
            .Where(entry => Name(Path.Combine(entry, "name")) == PortName)
            .Any(entry => LineWriter.Write(paths.At("dev/" + Path.GetFileName(entry)), report, s_limit));
    }

    // Names of devices, in the kernel's order; the last of them is /dev/console.
    private static IEnumerable<string> Consoles(NodePaths paths) =>
        (Name(paths.At("sys/class/tty/console/active")) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(n => n.All(char.IsAsciiLetterOrDigit));

    private static string? Name(string path)
    {
        try
        {
            return StageFile.ReadVirtual(path) is { } text ? Encoding.ASCII.GetString(text).Trim() : null;
        }
        catch (HullException)
        {
            return null;
        }
    }
}
