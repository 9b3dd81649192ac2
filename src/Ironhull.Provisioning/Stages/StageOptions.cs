namespace Ironhull.Provisioning.Stages;

/// <summary>What a run of one stage is told: upstream's flags, with upstream's defaults.</summary>
public sealed record StageOptions
{
    /// <summary>The stage: <c>fetch-offline</c>, <c>fetch</c>, <c>kargs</c>, <c>disks</c>, <c>mount</c>, <c>files</c> or <c>umount</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>The platform.</summary>
    public required string Platform { get; init; }

    /// <summary>The root that is provisioned.</summary>
    public string Root { get; init; } = "/";

    /// <summary>The file with the config that the fetch stages leave to the others.</summary>
    public string ConfigCache { get; init; } = "/run/ignition.json";

    /// <summary>The file that says that the network is needed.</summary>
    public string NeedNet { get; init; } = "/run/ignition/neednet";

    /// <summary>The file with what the stages tell one another.</summary>
    public string StateFile { get; init; } = "/run/ignition/state";

    /// <summary>For how long a config is waited for.</summary>
    public TimeSpan FetchTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Whether there will be no network: a config that needs it is refused.</summary>
    public bool IsOffline { get; init; }

    /// <summary>For how long the whole stage may fetch.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(15);
}
