using Ironhull.Provisioning.Json;

namespace Ironhull.Provisioning.Model;

/// <summary>What concerns systemd.</summary>
/// <param name="node">The object.</param>
public sealed class SystemdSection(ConfigObject node) : ConfigView(node)
{
    /// <summary>Units.</summary>
    public IReadOnlyList<SystemdUnit> Units => Items("units", n => new SystemdUnit(n));
}

/// <summary>A unit.</summary>
/// <param name="node">The object.</param>
public sealed class SystemdUnit(ConfigObject node) : ConfigView(node)
{
    /// <summary>The name with its type: <c>a.service</c>.</summary>
    public string Name => Text("name") ?? "";

    /// <summary>Whether it is enabled or disabled; null leaves it.</summary>
    public bool? Enabled => Truth("enabled");

    /// <summary>Whether it is masked or unmasked; null leaves it.</summary>
    public bool? Mask => Truth("mask");

    /// <summary>The unit's text.</summary>
    public string? Contents => Text("contents");

    /// <summary>Drop-ins.</summary>
    public IReadOnlyList<Dropin> Dropins => Items("dropins", n => new Dropin(n));
}

/// <summary>A drop-in of a unit.</summary>
/// <param name="node">The object.</param>
public sealed class Dropin(ConfigObject node) : ConfigView(node)
{
    /// <summary>The name: <c>10-a.conf</c>.</summary>
    public string Name => Text("name") ?? "";

    /// <summary>Its text.</summary>
    public string? Contents => Text("contents");
}
