namespace Ironhull.Machines.Acceptance;

/// <summary>
/// A pod that the tests start as kubelet would, on the node's own network, so that no network plugin is needed. The numbers of fields are those
/// of <c>runtime.v1</c>.
/// </summary>
internal sealed class Pod
{
    /// <summary>The image of every container: a program that stays, unless the container says otherwise.</summary>
    public const string Image = "ironhull.invalid/acceptance:pod";

    private const string Slice = "acceptance.slice"; // what SystemdCgroup asks for: the name of a slice
    private const uint Node = 2; // NamespaceMode.NODE

    private readonly Machine _machine;
    private readonly ContainerInterface _client;
    private readonly ProtobufMessage _configuration;
    private readonly string _sandbox;
    private readonly string _logs;

    private Pod(Machine machine, ContainerInterface client, ProtobufMessage configuration, string sandbox, string logs) =>
        (_machine, _client, _configuration, _sandbox, _logs) = (machine, client, configuration, sandbox, logs);

    /// <summary>Brings the image to a machine, and the one that containerd takes for a pod itself.</summary>
    public static async Task PrepareAsync(Machine machine, AcceptanceOptions options, string archive, CancellationToken cancel)
    {
        var client = await IpeChecks.ClientAsync(machine, options, cancel).ConfigureAwait(false);
        var pause = await machine.SshAsync("containerd config dump | sed -n 's/^ *sandbox_image = \"\\(.*\\)\"/\\1/p'", cancel: cancel).ConfigureAwait(false);
        var there = Check.Lines(await machine.SshAsync($"{client} -n k8s.io image ls -q", cancel: cancel).ConfigureAwait(false));
        foreach (var name in ((string[])[pause.Trim(), Image]).Except(there))
        {
            await using var image = OciCommand.Replace(archive, ["/usr/bin/busybox", "sleep", "3600"]);
            await machine.SshAsync($"{client} -n k8s.io image import --index-name {name} -", image, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Starts a pod without containers.</summary>
    public static async Task<Pod> StartAsync(Machine machine, ContainerInterface client, string name, bool privileged, CancellationToken cancel)
    {
        var logs = $"/var/log/pods/{name}";
        var security = new ProtobufMessage().Message(1, Network()).Number(6, privileged ? 1u : 0);
        var configuration = new ProtobufMessage()
            .Message(1, new ProtobufMessage().Text(1, name).Text(2, name + "-uid").Text(3, "default"))
            .Text(3, logs)
            .Message(8, new ProtobufMessage().Text(1, Slice).Message(2, security));
        var sandbox = await client.CallAsync("RunPodSandbox", new ProtobufMessage().Message(1, configuration), cancel).ConfigureAwait(false);
        return new(machine, client, configuration, sandbox, logs);
    }

    /// <summary>Runs a script in a container that stays afterwards.</summary>
    /// <param name="name">The container's name.</param>
    /// <param name="script">For busybox' shell.</param>
    /// <param name="container">Its mounts and what its label shall be.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The container's identifier and what it wrote.</returns>
    /// <exception cref="CheckFailedException">It was not started, or did not come to its end.</exception>
    public async Task<(string Id, string Output)> RunAsync(string name, string script, PodContainer container, CancellationToken cancel)
    {
        var request = new ProtobufMessage().Text(1, _sandbox).Message(2, Configuration(name, script, container)).Message(3, _configuration);
        var id = await _client.CallAsync("CreateContainer", request, cancel).ConfigureAwait(false);
        await _client.CallAsync("StartContainer", new ProtobufMessage().Text(1, id), cancel).ConfigureAwait(false);
        var log = $"{_logs}/{name}";
        // A line of the log: time, stream, whole or part, text.
        var said = await _machine.SshAsync($"for i in {{1..240}}; do grep -q ' end$' {log} 2>/dev/null && break; sleep 0.5; done; cut -d' ' -f4- {log}", cancel: cancel).ConfigureAwait(false);
        Check.That(Check.Lines(said).Contains("end"), $"The container {name} did not come to its end:\n{said}");
        return (id, said);
    }

    /// <summary>Stops and removes the pod and its containers.</summary>
    public async Task RemoveAsync(ContainerInterface client, CancellationToken cancel)
    {
        await client.CallAsync("StopPodSandbox", new ProtobufMessage().Text(1, _sandbox), cancel).ConfigureAwait(false);
        await client.CallAsync("RemovePodSandbox", new ProtobufMessage().Text(1, _sandbox), cancel).ConfigureAwait(false);
    }

    private static ProtobufMessage Configuration(string name, string script, PodContainer container)
    {
        var security = new ProtobufMessage().Number(2, container.Privileged ? 1u : 0).Message(3, Network());
        if (container.Domain is { } domain)
        {
            security.Message(4, new ProtobufMessage().Text(3, domain));
        }

        var configuration = new ProtobufMessage()
            .Message(1, new ProtobufMessage().Text(1, name))
            .Message(2, new ProtobufMessage().Text(1, Image))
            .Text(3, "/usr/bin/busybox").Text(3, "sh").Text(3, "-c").Text(3, $"busybox cat /proc/self/attr/current; echo; {script}; echo; echo end; busybox sleep 3600");
        foreach (var (path, host, relabel) in container.Mounts)
        {
            configuration.Message(7, new ProtobufMessage().Text(1, path).Text(2, host).Number(4, relabel ? 1u : 0));
        }

        return configuration.Text(11, name).Message(15, new ProtobufMessage().Message(2, security));
    }

    private static ProtobufMessage Network() => new ProtobufMessage().Number(1, Node);
}

/// <summary>What a container of a pod has.</summary>
/// <param name="Mounts">Folders of the host: where in the container, where on the host, and whether they get the pod's label, as kubelet does for volumes.</param>
/// <param name="Domain">The SELinux type that it asks for, or null.</param>
/// <param name="Privileged">Whether it is privileged.</param>
internal sealed record PodContainer(IReadOnlyList<(string Path, string Host, bool Relabel)> Mounts, string? Domain = null, bool Privileged = false);
