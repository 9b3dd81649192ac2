using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Platforms;

/// <summary>
/// Azure: the user data of the instance metadata service, or else the custom data on the disc that comes with the machine. Both are asked for at
/// once. Where the service does not answer and the disc is there, the disc counts; where neither tells anything in time, that is an error; where
/// the service says that there is no user data and no disc comes, the machine was given no config.
/// </summary>
internal sealed class AzurePlatform : IPlatform
{
    private const string Marker = "ovf-env.xml";
    private const string CustomData = "CustomData.bin";
    private const string UserData = "metadata/instance/compute/userData?api-version=2021-01-01&format=text";
    private static readonly string[] s_formats = ["udf"];
    private static readonly KeyValuePair<string, string>[] s_metadata = [KeyValuePair.Create("Metadata", "true")];

    // Answers that a service gives while it starts, moves, or is asked too often.
    private static readonly int[] s_again = [404, 410, 429];
    private static readonly TimeSpan s_forTheService = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public string Name => "azure";

    /// <inheritdoc/>
    public byte[]? Fetch(PlatformContext context) => FetchAsync(context).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public MachineMetadata? Describe(PlatformContext context)
    {
        var disc = context.Volumes.Discs().Select(d => TryRead(context, d, Marker)).FirstOrDefault(m => m is not null);
        using var limit = new CancellationTokenSource(disc is null ? context.Limit : s_forTheService, context.Fetcher.Time);
        try
        {
            var answer = context.Fetcher.GetAsync(new Uri(context.MetadataService, AzureMetadata.Compute), s_metadata, s_again, limit.Token).GetAwaiter().GetResult();
            return answer.Status == 200 ? AzureMetadata.OfCompute(answer.Contents, context.Fetcher.Log)
                : throw ProvisioningErrors.PlatformAnswer.Error($"The metadata service answered {answer.Status} when it was asked about this machine.");
        }
        catch (HullException e) when (e.Code == ProvisioningErrors.FetchFailed && disc is not null)
        {
            context.Fetcher.Log("azure: the metadata service does not say what this machine is; the disc does");
            return AzureMetadata.OfDisc(disc, context.Fetcher.Log);
        }
    }

    private static async Task<byte[]?> FetchAsync(PlatformContext context)
    {
        using var limit = new CancellationTokenSource(context.Limit, context.Fetcher.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.Fetcher.Deadline);
        var service = UserDataAsync(context, both.Token);
        var disc = Task.Run(() => WaitForDiscAsync(context, both.Token), CancellationToken.None);
        if (service.IsFaulted)
        {
            // Without the network the disc is not waited for either: user data would come before it.
            both.Cancel();
            await disc.ConfigureAwait(false);
            return await service.ConfigureAwait(false);
        }

        if (await Task.WhenAny((Task)service, disc).ConfigureAwait(false) == disc && await disc.ConfigureAwait(false) is not null)
        {
            both.CancelAfter(s_forTheService);
        }

        try
        {
            if (await service.ConfigureAwait(false) is { Length: > 0 } userData)
            {
                both.Cancel();
                return userData;
            }
        }
        catch (HullException e) when (e.Code == ProvisioningErrors.FetchFailed)
        {
            context.Fetcher.Log("azure: the metadata service does not answer; the disc decides");
            return await disc.ConfigureAwait(false) is { } instead ? Given(instead)
                : throw ProvisioningErrors.PlatformFailed.Error($"Neither the metadata service nor a disc gave this machine a config within {context.Limit.TotalSeconds:0} s.");
        }

        context.Fetcher.Log("azure: no user data; looking for custom data on the disc");
        return Given(await disc.ConfigureAwait(false));
    }

    private static byte[]? Given(byte[]? customData) => customData is { Length: > 0 } ? customData : null;

    private static async Task<byte[]> UserDataAsync(PlatformContext context, CancellationToken cancel)
    {
        var answer = await context.Fetcher.GetAsync(new Uri(context.MetadataService, UserData), s_metadata, s_again, cancel).ConfigureAwait(false);
        if (answer.Status != 200)
        {
            throw ProvisioningErrors.FetchFailed.Error($"The metadata service answered {answer.Status}.");
        }

        try
        {
            return Convert.FromBase64String(Encoding.ASCII.GetString(answer.Contents).Trim());
        }
        catch (FormatException e)
        {
            throw ProvisioningErrors.PlatformFailed.Error("The user data of the metadata service is not base64.", cause: e);
        }
    }

    /// <summary>Custom data; empty when the disc has none; null when no disc came.</summary>
    private static async Task<byte[]?> WaitForDiscAsync(PlatformContext context, CancellationToken cancel)
    {
        while (true)
        {
            foreach (var device in context.Volumes.Discs())
            {
                if (TryRead(context, device, Marker) is not null)
                {
                    return TryRead(context, device, CustomData) ?? [];
                }
            }

            try
            {
                await Task.Delay(s_betweenLooks, context.Fetcher.Time, cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    // A disc of another kind may be in the drive.
    private static byte[]? TryRead(PlatformContext context, string device, string path)
    {
        try
        {
            return context.Volumes.Read(device, s_formats, path);
        }
        catch (HullException e) when (e.Code == ProvisioningErrors.PlatformFailed)
        {
            context.Fetcher.Log($"azure: {device} is not the disc of the machine");
            return null;
        }
    }
}
