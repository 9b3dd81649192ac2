using System.Globalization;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Platforms;

/// <summary>
/// Hyper-V: the key-value pairs that the host gives the machine. The config is the value of <c>ignition.config</c>, or, as values are short, of
/// <c>ignition.config.0</c>, <c>ignition.config.1</c> and so on, one after the other.
/// </summary>
/// <param name="open">Opens the channel on which the host gives them; null when there is none.</param>
internal sealed class HyperVPlatform(Func<PlatformContext, IKvpChannel?> open) : IPlatform
{
    private const string Key = "ignition.config";
    private const int MostParts = 1024;

    // Where the daemon that keeps pairs for the running system leaves those of the host (pool 0), as records of fixed length.
    private const string PoolFile = "var/lib/hyperv/.kvp_pool_0";

    /// <summary>The platform on a machine.</summary>
    public HyperVPlatform()
        : this(context => KvpDevice.Open(context.Paths, context.LoadModule))
    {
    }

    /// <inheritdoc/>
    public string Name => "hyperv";

    /// <inheritdoc/>
    public byte[]? Fetch(PlatformContext context)
    {
        if (StageFile.Read(context.Paths.At(PoolFile)) is { } pool)
        {
            return Config(KvpRecord.ReadPool(pool, PoolFile));
        }

        using var channel = open(context)
            ?? throw ProvisioningErrors.PlatformFailed.Error("This machine has no channel for key-value pairs (/dev/vmbus/hv_kvp).", null, "Check that the machine is one of Hyper-V's and that its data exchange service is on.");
        return Config(new KvpExchange(channel).Pairs(context.Limit, context.Fetcher.Time));
    }

    private static byte[]? Config(IReadOnlyDictionary<string, byte[]> pairs)
    {
        using var config = new MemoryStream();
        for (var part = 0; part < MostParts && pairs.TryGetValue($"{Key}.{part.ToString(CultureInfo.InvariantCulture)}", out var value); part++)
        {
            config.Write(value);
        }

        return config.Length > 0 ? config.ToArray() : pairs.GetValueOrDefault(Key);
    }
}
