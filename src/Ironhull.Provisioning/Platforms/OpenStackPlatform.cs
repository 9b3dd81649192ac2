using System.Text.Json;
using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Platforms;

/// <summary>OpenStack, and what uses its forms (Ironic, metal3): the config drive if there is one, or else the metadata service.</summary>
internal sealed class OpenStackPlatform : IPlatform
{
    private const string UserData = "openstack/latest/user_data";
    private const string Metadata = "openstack/latest/meta_data.json";
    private static readonly string[] s_labels = ["config-2", "CONFIG-2"];
    private static readonly string[] s_formats = ["iso9660", "vfat", "ext4", "udf"];

    /// <inheritdoc/>
    public string Name => "openstack";

    /// <inheritdoc/>
    public byte[]? Fetch(PlatformContext context) => Read(context, UserData);

    /// <inheritdoc/>
    public MachineMetadata? Describe(PlatformContext context)
    {
        if (Read(context, Metadata) is not { } document)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(document);
            var keys = json.RootElement.TryGetProperty("public_keys", out var map) && map.ValueKind == JsonValueKind.Object
                ? map.EnumerateObject().SelectMany(k => (k.Value.GetString() ?? "").Split('\n')).ToList() : [];
            return MachineMetadata.From(json.RootElement.TryGetProperty("hostname", out var name) ? name.GetString() : null, keys, context.Fetcher.Log);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw ProvisioningErrors.PlatformAnswer.Error($"{Metadata} is not what OpenStack says about machines.", cause: e);
        }
    }

    private static byte[]? Read(PlatformContext context, string file)
    {
        foreach (var label in s_labels)
        {
            if (context.Volumes.Find(label) is { } device)
            {
                return context.Volumes.Read(device, s_formats, file);
            }
        }

        using var limit = new CancellationTokenSource(context.Limit, context.Fetcher.Time);
        var answer = context.Fetcher.GetAsync(new Uri(context.MetadataService, file), [], [], limit.Token).GetAwaiter().GetResult();
        return answer.Status switch
        {
            200 => answer.Contents,
            404 => null,
            _ => throw ProvisioningErrors.PlatformFailed.Error($"The metadata service answered {answer.Status}."),
        };
    }
}
