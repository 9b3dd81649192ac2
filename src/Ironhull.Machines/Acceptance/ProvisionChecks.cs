using System.IO.Compression;
using System.Text;

namespace Ironhull.Machines.Acceptance;

/// <summary>The test that boots the image with its addon for provisioning and an Ignition config.</summary>
internal static class ProvisionChecks
{
    private const string Payload = "/opt/azure/containers/nodecustomdata.yml";
    private const string Controller = "aks-node-controller.service";

    /// <summary>All tests.</summary>
    public static IReadOnlyList<BootChecks.BootCheck> All { get; } =
    [
        new("provision/first-boot-applies-a-config", "A first boot applies an Ignition config as AKS sends it, with one of kubeadm's shape (spec 2.3) merged: files, links, users, units that run", FirstBootAsync),
    ];

    private static async Task<string> FirstBootAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        var addon = ProvisionedDisk.AddonOf(context.Options.ImagePath);
        if (!File.Exists(addon))
        {
            throw new CheckSkippedException($"{addon} is not there");
        }

        var (disk, config) = (Path.Combine(context.Folder, "provision.raw"), Path.Combine(context.Folder, "provision.ign"));
        ProvisionedDisk.SwitchOn(context.Image, addon, disk);
        await File.WriteAllTextAsync(config, Config(), cancel).ConfigureAwait(false);
        await using var machine = await Machine.StartAsync(BootChecks.Options(context, disk) with { IgnitionPath = config }, cancel).ConfigureAwait(false);
        try
        {
            await machine.WaitForBootAsync(cancel).ConfigureAwait(false);
            await machine.ConnectAsync(cancel).ConfigureAwait(false);
            return await LookAsync(machine, cancel).ConfigureAwait(false);
        }
        finally
        {
            context.Keep(machine);
        }
    }

    private static async Task<string> LookAsync(Machine machine, CancellationToken cancel)
    {
        var state = (await machine.TrySshAsync("systemctl is-system-running --wait", cancel: cancel).ConfigureAwait(false)).Output.Trim();
        var tree = await machine.SshAsync(
            $"stat -c '%n %a %U:%G' {Payload} /etc/kubeadm.sh /etc/kubeadm.yml /etc/hostname /home/core /home/core/.ssh/authorized_keys.d/ignition /etc/.ignition-result.json; " +
            $"sha256sum < {Payload} | cut -c1-16; cat /etc/hostname; readlink /etc/systemd/system/basic.target.wants/{Controller}; readlink /etc/extensions-link; " +
            "grep -c '^core:' /etc/passwd /etc/shadow /etc/group; id core; cat /run/controller-ran /run/kubeadm-ran; " +
            "systemctl is-enabled aks-node-controller.service kubeadm.service; grep -o '\"userConfigProvided\": true' /etc/.ignition-result.json", cancel: cancel).ConfigureAwait(false);
        foreach (var expected in (string[])
        [
            $"{Payload} 600 root:root", "/etc/kubeadm.sh 700 root:root", "/etc/kubeadm.yml 600 root:root", "/etc/hostname 644 root:root", "/home/core 700 core:core",
            "/home/core/.ssh/authorized_keys.d/ignition 600 core:core", "/etc/.ignition-result.json 600 root:root",
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(NodeData())))[..16],
            "aks-node-1", $"/etc/systemd/system/{Controller}", "../opt/extensions", "/etc/passwd:1", "/etc/shadow:1", "/etc/group:1", "uid=1000(core) gid=1000(core)",
            "the controller has read its data", "kubeadm.sh has run", "\"userConfigProvided\": true",
        ])
        {
            Check.Contains(expected, tree, "the provisioned tree");
        }

        var labels = await machine.SshAsync(
            $"matchpathcon -V {Payload} /opt/azure /etc/kubeadm.sh /etc/hostname /etc/shadow /etc/passwd /home/core /home/core/.ssh /home/core/.ssh/authorized_keys.d/ignition /var/lib/ironhull/provisioned.json | grep -v ' verified' || true", cancel: cancel).ConfigureAwait(false);
        Check.Equal("", labels.Trim(), "labels that are not the policy's");

        var failed = await machine.SshAsync("systemctl --failed --no-legend --plain", cancel: cancel).ConfigureAwait(false);
        Check.Equal("", failed.Trim(), "systemctl --failed");
        return $"{state}; the controller and kubeadm.sh have run, {Check.Lines(tree).Count} lines of the tree are as the config says";
    }

    /// <summary>What AKS's scriptless bootstrap sends, with a config of spec 2.3, as Cluster API's kubeadm provider writes it, merged into it.</summary>
    internal static string Config() => $$$"""
        {
          "ignition": {"version": "3.4.0", "config": {"merge": [{"source": "{{{Url(KubeadmConfig())}}}"}]}},
          "storage": {
            "files": [
              {"path": "{{{Payload}}}", "mode": 384, "contents": {"compression": "gzip", "source": "{{{Compressed(NodeData())}}}"}},
              {"path": "/etc/hostname", "mode": 420, "overwrite": true, "contents": {"source": "data:,aks-node-1%0A"}}
            ],
            "links": [
              {"path": "/etc/systemd/system/basic.target.wants/{{{Controller}}}", "target": "/etc/systemd/system/{{{Controller}}}", "overwrite": true},
              {"path": "/etc/extensions-link", "target": "../opt/extensions"}
            ]
          },
          "passwd": {"users": [{"name": "core", "sshAuthorizedKeys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl test"]}]},
          "systemd": {"units": [
            {"name": "{{{Controller}}}", "enabled": true, "contents": "[Unit]\nDescription=The node's controller\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/bash -c 'grep -q ^last: {{{Payload}}} && echo the controller has read its data > /run/controller-ran'\n[Install]\nWantedBy=basic.target\n"}
          ]}
        }
        """;

    private static string KubeadmConfig() => $$$"""
        {
          "ignition": {"version": "2.3.0"},
          "storage": {"files": [
            {"filesystem": "root", "path": "/etc/kubeadm.sh", "mode": 448, "contents": {"source": "data:,%23!%2Fbin%2Fbash%0Aecho%20kubeadm.sh%20has%20run%20%3E%20%2Frun%2Fkubeadm-ran%0A"}},
            {"filesystem": "root", "path": "/etc/kubeadm.yml", "mode": 384, "contents": {"source": "data:,kind%3A%20InitConfiguration%0A"}}
          ]},
          "systemd": {"units": [
            {"name": "kubeadm.service", "enabled": true, "contents": "[Unit]\nDescription=kubeadm\nConditionPathExists=/etc/kubeadm.yml\nAfter=network.target\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/bash /etc/kubeadm.sh\n[Install]\nWantedBy=multi-user.target\n"}
          ]}
        }
        """;

    private static string NodeData() => string.Concat(Enumerable.Range(0, 2000).Select(i => $"key{i}: value {i * 7}\n")) + "last: line\n";

    private static string Url(string text) => "data:;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Compressed(string text)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return "data:;base64," + Convert.ToBase64String(buffer.ToArray());
    }
}
