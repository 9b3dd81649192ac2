using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Failures;

/// <summary>Which machine and which image a report is of; null where something is not known.</summary>
/// <param name="Image">The image's name and version.</param>
/// <param name="Model">Who makes the machine, and how it is called.</param>
/// <param name="Hardware">The identifier that the firmware has for the machine (SMBIOS type 1, UUID).</param>
/// <param name="MachineId">The system's own identifier, which only a root has that was started before.</param>
/// <param name="BootId">The identifier of this boot.</param>
public sealed record MachineFacts(string? Image, string? Model, string? Hardware, string? MachineId, string? BootId)
{
    /// <summary>Looks at the machine.</summary>
    /// <param name="paths">Where the running system keeps what it knows.</param>
    /// <param name="root">The root that is provisioned; null when there is none.</param>
    public static MachineFacts Read(NodePaths paths, RootFolder? root)
    {
        var model = string.Join(' ', new[] { Firmware(paths, "sys_vendor"), Firmware(paths, "product_name") }.OfType<string>());
        return new(
            root is null ? null : Release(Text(() => root.Read("/usr/lib/os-release"))), model.Length > 0 ? model : null, Firmware(paths, "product_uuid"),
            root is null ? null : MachineIdOf(root), Text(() => StageFile.ReadVirtual(paths.BootId)));
    }

    /// <summary>The identifier of a system; null for a root that no system was started from yet.</summary>
    internal static string? MachineIdOf(RootFolder root) => Text(() => root.Read("/etc/machine-id")) is { } id && id != "uninitialized" ? id : null;

    private static string? Firmware(NodePaths paths, string name) => Text(() => StageFile.ReadVirtual(paths.At($"sys/class/dmi/id/{name}")));

    private static string? Release(string? release)
    {
        if (release is null)
        {
            return null;
        }

        var (name, version) = (Value("IMAGE_ID") ?? Value("ID"), Value("IMAGE_VERSION") ?? Value("VERSION_ID"));
        return ShownText.Line($"{name} {version}".Trim()) is { Length: > 0 } image ? image : null;

        string? Value(string key) => release.Split('\n').FirstOrDefault(l => l.StartsWith(key + "=", StringComparison.Ordinal))?[(key.Length + 1)..].Trim('"', '\'', ' ', '\r');
    }

    private static string? Text(Func<byte[]?> read)
    {
        try
        {
            return read() is { Length: > 0 } bytes && Encoding.UTF8.GetString(bytes).Trim() is { Length: > 0 } text ? text.Contains('\n', StringComparison.Ordinal) ? text : ShownText.Line(text) : null;
        }
        catch (HullException)
        {
            return null;
        }
    }
}
