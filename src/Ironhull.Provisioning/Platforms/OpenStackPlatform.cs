using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Platforms;

/// <summary>OpenStack, and what uses its forms (Ironic, metal3): the config drive if there is one, or else the metadata service.</summary>
internal sealed class OpenStackPlatform : IPlatform
{
    private const string File = "openstack/latest/user_data";
    private static readonly string[] s_labels = ["config-2", "CONFIG-2"];
    private static readonly string[] s_formats = ["iso9660", "vfat", "ext4", "udf"];

    /// <inheritdoc/>
    public string Name => "openstack";

    /// <inheritdoc/>
    public byte[]? Fetch(PlatformContext context)
    {
        foreach (var label in s_labels)
        {
            if (context.Volumes.Find(label) is { } device)
            {
                return context.Volumes.Read(device, s_formats, File);
            }
        }

        using var limit = new CancellationTokenSource(context.Limit, context.Fetcher.Time);
        var answer = context.Fetcher.GetAsync(new Uri(context.MetadataService, File), [], [], limit.Token).GetAwaiter().GetResult();
        return answer.Status switch
        {
            200 => answer.Contents,
            404 => null,
            _ => throw ProvisioningErrors.PlatformFailed.Error($"The metadata service answered {answer.Status}."),
        };
    }
}
