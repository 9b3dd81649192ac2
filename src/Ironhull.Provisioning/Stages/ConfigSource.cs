using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Merging;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Platforms;

namespace Ironhull.Provisioning.Stages;

/// <summary>
/// Finds the machine's config: the kernel command line's, or else the system's own, or else the platform's; with all that it refers to.
/// </summary>
/// <param name="platform">The platform.</param>
/// <param name="context">What there is to find it with.</param>
/// <param name="state">Told of every config.</param>
public sealed class ConfigSource(IPlatform platform, PlatformContext context, ProvisioningState state)
{
    private static readonly string[] s_urlWords = ["ignition.config.url", "flatcar.config.url", "coreos.config.url"];
    private static readonly string[] s_formats = ["vfat", "ext4", "iso9660", "xfs", "btrfs"];

    /// <summary>Finds it.</summary>
    /// <returns>The config, merged and checked; null when the machine was given none.</returns>
    /// <exception cref="HullException">It cannot be told, fetched or accepted.</exception>
    public IgnitionConfig? Find()
    {
        var (text, source, provider) = CommandLine() ?? System() ?? (platform.Fetch(context), platform.Name, platform.Name);
        if (text is null || text.All(b => b is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r'))
        {
            context.Fetcher.Log($"no config was given to this machine ({provider})");
            return null;
        }

        context.Fetcher.Log($"fetched user config from \"{provider}\"");
        state.Add(new("user", provider, false));
        var assembler = new ConfigAssembler(context.Fetcher.FetchConfig, context.Fetcher.Use, url =>
        {
            context.Fetcher.Log($"fetched referenced user config from \"{url}\"");
            state.Add(new("user", url, true));
        });
        return assembler.Assemble(text, source).Config;
    }

    private (byte[]? Text, string Source, string Provider)? CommandLine()
    {
        var words = KernelCommandLine.Read(context.Paths);
        if (s_urlWords.Select(w => words[w]).LastOrDefault(v => v is { Length: > 0 }) is { } url)
        {
            var node = new ConfigObject(new("kernel command line", 1, 1), [new("source", new("kernel command line", 1, 1), new ConfigText(new("kernel command line", 1, 1), url))]);
            return (context.Fetcher.FetchConfig(new Resource(node)), url.Split('?')[0], "cmdline");
        }

        if (words["ignition.config.device"] is not { Length: > 0 } device)
        {
            return null;
        }

        var path = words["ignition.config.path"] is { Length: > 0 } given ? given.TrimStart('/') : "config.ign";
        return (context.Volumes.Read(device, s_formats, path) ?? throw ProvisioningErrors.PlatformFailed.Error($"There is no file {path} on {device}.", new Location(device)), $"{device}:{path}", "cmdline");
    }

    private (byte[]? Text, string Source, string Provider)? System() => SystemConfigs.User(context.Paths) is { } user ? (user.Text, user.Path, "system") : null;
}
