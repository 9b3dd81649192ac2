using Ironhull.Compose.Yaml;

namespace Ironhull.Compose.Definition;

/// <summary>
/// The names of machine architectures. Definitions, locks and outputs use Debian's (which OCI uses too); RPM has its own. This is the
/// only place that knows both.
/// </summary>
public static class MachineArchitecture
{
    /// <summary>What an image definition may say, RPM's spelling included.</summary>
    public static Choices<string> Words { get; } = new(("amd64", "amd64"), ("x86_64", "amd64"));

    /// <summary>The name that RPM repositories and packages use.</summary>
    /// <param name="architecture">Debian's name.</param>
    public static string ForRpm(string architecture) => architecture == "amd64" ? "x86_64" : architecture;
}
