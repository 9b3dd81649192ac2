using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Reporting;

namespace Ironhull.Provisioning.Platforms;

/// <summary>What Azure says about a machine: the instance metadata service's <c>compute</c>, or the disc's <c>ovf-env.xml</c>.</summary>
internal static class AzureMetadata
{
    /// <summary>Where the instance metadata service says it.</summary>
    public const string Compute = "metadata/instance/compute?api-version=2021-02-01&format=json";

    /// <summary>Reads the document of the instance metadata service.</summary>
    /// <exception cref="HullException">HULL8090.</exception>
    public static MachineMetadata OfCompute(byte[] document, Action<string> log)
    {
        try
        {
            using var json = JsonDocument.Parse(document);
            var profile = json.RootElement.TryGetProperty("osProfile", out var given) ? given : default;
            var hostname = profile.ValueKind == JsonValueKind.Object && profile.TryGetProperty("computerName", out var name) ? name.GetString() : null;
            var keys = json.RootElement.TryGetProperty("publicKeys", out var list) && list.ValueKind == JsonValueKind.Array
                ? list.EnumerateArray().Select(k => k.GetProperty("keyData").GetString() ?? "").ToList() : [];
            return MachineMetadata.From(hostname, keys, log);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw ProvisioningErrors.PlatformAnswer.Error("What the metadata service says about this machine is not what it says about machines.", cause: e);
        }
    }

    /// <summary>Reads the disc's document.</summary>
    /// <exception cref="HullException">HULL8090.</exception>
    public static MachineMetadata OfDisc(byte[] document, Action<string> log)
    {
        var elements = XmlElements.Read(document, "ovf-env.xml");
        return MachineMetadata.From(elements["LinuxProvisioningConfigurationSet/HostName"], elements.All("PublicKey/Value"), log);
    }
}
