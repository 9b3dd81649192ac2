using System.Security.Cryptography;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Applied;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Engine.Disks;
using Ironhull.Provisioning.Fetching;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Merging;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Platforms;
using Ironhull.Provisioning.Resetting;

namespace Ironhull.Provisioning.Stages;

/// <summary>Runs one stage. The fetch stages find the config and leave it in the cache; the others read it there. A stage may run again.</summary>
/// <param name="options">What the run is told.</param>
/// <param name="paths">Where the running system keeps what it knows.</param>
/// <param name="volumes">Reads volumes that are not mounted.</param>
/// <param name="loadModule">Loads a kernel module by its name, if it can be.</param>
/// <param name="ownership">Sets owners.</param>
/// <param name="disks">The machine's devices and the programs that work on them.</param>
/// <param name="time">Waits, and dates the result.</param>
/// <param name="log">Told what happens; never of contents.</param>
public sealed class ProvisioningStage(
    StageOptions options, NodePaths paths, IVolumes volumes, Action<string> loadModule, IOwnership ownership, DiskTools disks, TimeProvider time, Action<string> log)
{
    private const string FetchOffline = "fetch-offline";

    /// <summary>Every stage, in the order in which a boot runs them.</summary>
    public static IReadOnlyList<string> Names { get; } = [FetchOffline, "fetch", "kargs", "disks", "mount", "files", "umount"];

    /// <summary>Runs it.</summary>
    /// <exception cref="HullException">Whatever is wrong; the stage may have done a part.</exception>
    public void Run()
    {
        if (!Names.Contains(options.Stage))
        {
            throw CommandErrors.NodeUsage.Error($"There is no stage '{options.Stage}'; these are: {string.Join(", ", Names)}.");
        }

        var platform = PlatformList.Find(options.Platform);
        var state = ProvisioningState.Load(options.StateFile);
        var system = SystemConfigs.Base(paths, platform.Name);
        if (system is not null)
        {
            state.Add(new("base", "system", false));
        }

        using var deadline = new CancellationTokenSource(options.Deadline, time);
        using var fetcher = new ResourceFetcher(options.Stage == FetchOffline, paths.Oem, time, log, deadline.Token);
        var isFetch = options.Stage is FetchOffline or "fetch";
        if ((isFetch ? Acquire(platform, state, fetcher) : Cached(fetcher)) is { } config)
        {
            Apply(system is null ? config : ConfigMerger.Merge(system, config), fetcher, state);
        }

        state.Save(options.StateFile);
    }

    // Null when the network has to come first.
    private IgnitionConfig? Acquire(IPlatform platform, ProvisioningState state, ResourceFetcher fetcher)
    {
        fetcher.Use(options.FetchTimeout);
        try
        {
            var context = new PlatformContext(paths, fetcher, volumes, loadModule, options.FetchTimeout);
            var found = new ConfigSource(platform, context, state).Find() ?? ConfigCache.Empty;

            // The platform's own services are asked past the config's proxies.
            fetcher.Use(options.FetchTimeout);
            var config = Below(platform.Describe(context)?.ToConfig(), found);
            fetcher.Use(config);
            ConfigCache.Write(options.ConfigCache, config, fetcher);
            return config;
        }
        catch (HullException e) when (e.Code == ProvisioningErrors.NetworkNeeded && fetcher.IsOffline)
        {
            log(e.Diagnostics[0].Message);
            SignalNetwork();
            return null;
        }
    }

    private static IgnitionConfig Below(IgnitionConfig? metadata, IgnitionConfig config) =>
        metadata is null ? config : ConfigReader.Read(ConfigJson.Write(ConfigMerger.Merge(metadata, config).Node), "config and metadata").Require();

    private IgnitionConfig Cached(ResourceFetcher fetcher)
    {
        var config = ConfigCache.Read(options.ConfigCache);
        fetcher.Use(config);
        return config;
    }

    private void Apply(IgnitionConfig config, ResourceFetcher fetcher, ProvisioningState state)
    {
        switch (options.Stage)
        {
            case FetchOffline:
                if (NetworkNeed.Of(config) || KernelCommandLine.Read(paths).Words.Any(w => w is "rd.neednet" or "rd.neednet=1"))
                {
                    SignalNetwork();
                }

                break;
            case "kargs":
                KernelArgumentsStage.Apply(config.KernelArguments, KernelCommandLine.Read(paths));
                break;
            case "disks":
                using (var root = Directory.Exists(options.Root) ? new RootFolder(options.Root) : null)
                {
                    state.Volumes = ApplyDisks(config.Storage, new(root, ownership), fetcher);
                }

                break;
            case "mount":
                using (var root = new RootFolder(options.Root))
                {
                    new MountStage(root, disks.Programs, ownership).Mount(config.Storage);
                }

                break;
            case "umount":
                using (var root = new RootFolder(options.Root))
                {
                    new MountStage(root, disks.Programs, ownership).Unmount(config.Storage);
                    new UnfinishedDevices(root, ownership).EndAll();
                }

                break;
            case "files":
                using (var root = new RootFolder(options.Root))
                {
                    var mark = new StartedMark(root, ownership);
                    mark.Set(StageFile.Read(options.ConfigCache), () => RootVolume.Find(paths, options.Root) is not null);
                    var files = new FilesStage(root, ownership, fetcher.Fetch);
                    files.Apply(config);
                    new VolumeTable(root, ownership).Write(state.Volumes);
                    string[] made = [.. files.Made, .. VolumeTable.Paths(state.Volumes)];
                    AppliedManifest.Record(root, made, config, ownership);
                    if (options.Root != "/")
                    {
                        LabelList.Write(paths, [.. made, .. MountStage.Places(config.Storage)]);
                    }

                    new ResultFile(root, ownership).Write(new(StageFile.ReadVirtual(paths.BootId) is { } id ? System.Text.Encoding.ASCII.GetString(id).Trim() : "", time.GetUtcNow(), state.HasUserConfig));
                    root.Flush();
                    mark.Remove();
                }

                break;
        }
    }

    private void SignalNetwork()
    {
        if (options.IsOffline)
        {
            throw ProvisioningErrors.NetworkNeeded.Error("The config needs the network, and this machine has none before it is provisioned.", null, "Put the contents into the config, as data: URLs.");
        }

        log($"the network is needed; {options.NeedNet} says so");
        StageFile.Write(options.NeedNet, []);
    }

    private IReadOnlyList<OpenVolume> ApplyDisks(StorageSection storage, UnfinishedDevices unfinished, ResourceFetcher fetcher)
    {
        // Keys are in memory only, where root alone reads them, and for as long as a program needs them.
        var keys = OperatingSystem.IsWindows()
            ? throw new PlatformNotSupportedException()
            : Directory.CreateDirectory(paths.At("run/ignition/luks-keyfiles"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            return new DisksStage(disks.Devices, disks.Programs, loadModule, unfinished, fetcher.Fetch, keys.FullName, RandomGuid).Apply(storage);
        }
        finally
        {
            keys.Delete(recursive: true);
        }
    }

    // RFC 9562 version 4: identifiers of a disk are nobody else's.
    private static Guid RandomGuid()
    {
        var bytes = RandomNumberGenerator.GetBytes(16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new(bytes, bigEndian: true);
    }
}
