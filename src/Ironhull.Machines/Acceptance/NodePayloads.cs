using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace Ironhull.Machines.Acceptance;

/// <summary>A first boot's config and what it has to come to.</summary>
/// <param name="Config">The Ignition config.</param>
/// <param name="Tree">The tree.</param>
internal sealed record NodePayload(string Config, ExpectedTree Tree);

/// <summary>
/// Configs in the shapes that users send, written for these tests: the three of AKS (spec 3.4.0) and the one of Cluster API's kubeadm provider
/// (spec 2.3.0). What they start are stand-ins that leave a mark, as kubelet and kubeadm are not in the image.
/// </summary>
internal static class NodePayloads
{
    private const string Containers = "/opt/azure/containers";
    private const string Units = "/etc/systemd/system";
    private const string Controller = "aks-node-controller.service";
    private static readonly DateTimeOffset s_time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>AKS, classic: one compressed archive that a unit unpacks to / at sysinit, and the boot commands that follow it.</summary>
    public static NodePayload Classic()
    {
        const string Archive = "/var/lib/ignition/ignition-files.tar";
        var provision = "#!/bin/bash\n" + Lines("provision step", 400);
        var tar = Tar(("opt/azure/containers/provision.sh", 0x1E4, provision), ("etc/default/kubelet", 0x180, "KUBELET_FLAGS=--max-pods=110\n"), ("etc/kubernetes/azure.json", 0x180, "{\"cloud\":\"AzurePublicCloud\"}\n"));
        const string Extract = "[Unit]\nDescription=Extract the files of this node\nDefaultDependencies=no\nAfter=local-fs.target\nBefore=sysinit.target ignition-bootcmds.service\nConditionPathExists=" + Archive +
            "\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/tar --no-same-owner -xf " + Archive + " -C /\n[Install]\nWantedBy=sysinit.target\n";
        const string Commands = "[Unit]\nDescription=Boot commands of this node\nDefaultDependencies=no\nAfter=ignition-file-extract.service\nBefore=sysinit.target\n[Service]\nType=oneshot\nRemainAfterExit=yes\n" +
            "ExecStart=/usr/bin/bash -c 'grep -q \"provision step 399\" /opt/azure/containers/provision.sh && echo the boot commands have run > /run/bootcmds-ran'\n[Install]\nWantedBy=sysinit.target\n";
        var config = Config("3.4.0", [Zipped(Archive, 0x180, tar)],
            [Link($"{Units}/sysinit.target.wants/ignition-bootcmds.service"), Link($"{Units}/sysinit.target.wants/ignition-file-extract.service")],
            [Unit("ignition-bootcmds.service", Commands), Unit("ignition-file-extract.service", Extract)]);
        return new(config, new ExpectedTree()
            .Folder("/var/lib/ignition", "755").File("/var/lib/ignition/ignition-files.tar", "600", tar)
            .File($"{Containers}/provision.sh", "744", provision, isProvisioned: false).File("/etc/default/kubelet", "600", "KUBELET_FLAGS=--max-pods=110\n", isProvisioned: false)
            .File("/etc/kubernetes/azure.json", "600", "{\"cloud\":\"AzurePublicCloud\"}\n", isProvisioned: false)
            .File($"{Units}/ignition-bootcmds.service", "644", Commands).File($"{Units}/ignition-file-extract.service", "644", Extract)
            .Link($"{Units}/sysinit.target.wants/ignition-bootcmds.service", $"{Units}/ignition-bootcmds.service")
            .Link($"{Units}/sysinit.target.wants/ignition-file-extract.service", $"{Units}/ignition-file-extract.service")
            .File("/etc/systemd/system-preset/20-ignition.preset", "644", "enable ignition-bootcmds.service\nenable ignition-file-extract.service\n")
            .Unit("ignition-bootcmds.service", "enabled", "active").Unit("ignition-file-extract.service", "enabled", "active")
            .File("/run/bootcmds-ran", "644", "the boot commands have run\n"));
    }

    /// <summary>AKS, scriptless: files alone.</summary>
    /// <param name="secret">A text that one of the files holds.</param>
    /// <param name="isBroken">Whether an entry is in the way of something, so that the stage <c>files</c> fails after it has begun; other contents differ too.</param>
    public static NodePayload Scriptless(string secret, bool isBroken)
    {
        var (data, hotfix, features) = ScriptlessFiles(secret);
        JsonNode[] broken = isBroken ? [File($"{Containers}/enabled_features.sh.d", 0x180, Text("a leftover")), File("/etc/ssh", 0x180, Text(secret))] : [];
        var config = Config("3.4.0",
            [.. ScriptlessEntries(data, hotfix, isBroken ? "ENABLED=\n" : features), .. broken],
            [], []);
        return new(config, ScriptlessTree(data, hotfix, features).Nothing($"{Containers}/enabled_features.sh.d").Folder("/etc/ssh", "755"));
    }

    /// <summary>AKS, scriptless with its controller: more files and a unit, enabled and linked.</summary>
    /// <param name="secret">A text that one of the files holds.</param>
    /// <param name="credential">The same text, encrypted for this machine by systemd-creds under the name <c>bootstrap-token</c>; null for none.</param>
    public static NodePayload ScriptlessAuto(string secret, string? credential)
    {
        var (data, hotfix, features) = ScriptlessFiles(secret);
        const string Script = "#!/bin/bash\nset -e\ntest -s /opt/azure/containers/aks-node-controller-config.json\necho the controller has read its config > /run/controller-ran\n";
        const string Settings = "{\"version\":\"v1\",\"apiServer\":\"10.0.0.1\"}\n";
        const string Text0 = "[Unit]\nDescription=The node's controller\nAfter=network.target\n[Service]\nType=oneshot\nRemainAfterExit=yes\n" +
            "ExecStart=/usr/bin/bash /opt/azure/containers/aks-node-controller-nbc-cmd.sh\n[Install]\nWantedBy=basic.target\n";
        const string Consumer = "[Unit]\nDescription=A user of an encrypted credential\n[Service]\nType=oneshot\nRemainAfterExit=yes\nLoadCredentialEncrypted=bootstrap-token\n" +
            "ExecStart=/usr/bin/bash -c 'sha256sum < \"$CREDENTIALS_DIRECTORY\"/bootstrap-token > /run/token-hash'\n[Install]\nWantedBy=multi-user.target\n";
        var files = ScriptlessEntries(data, hotfix, features)
            .Append(Zipped($"{Containers}/aks-node-controller-nbc-cmd.sh", 0x1C0, Encoding.UTF8.GetBytes(Script)))
            .Append(Zipped($"{Containers}/aks-node-controller-config.json", 0x180, Encoding.UTF8.GetBytes(Settings)));
        JsonNode[] units = [Unit(Controller, Text0)];
        var tree = ScriptlessTree(data, hotfix, features)
            .File($"{Containers}/aks-node-controller-nbc-cmd.sh", "700", Script).File($"{Containers}/aks-node-controller-config.json", "600", Settings)
            .File($"{Units}/{Controller}", "644", Text0).Link($"{Units}/basic.target.wants/{Controller}", $"{Units}/{Controller}")
            .Unit(Controller, "enabled", "active").File("/run/controller-ran", "644", "the controller has read its config\n");
        if (credential is not null)
        {
            files = files.Append(File("/etc/credstore.encrypted/bootstrap-token", 0x180, Text(credential)));
            units = [.. units, Unit("credential-user.service", Consumer)];
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
            tree.File("/etc/credstore.encrypted/bootstrap-token", "600", credential).Folder("/etc/credstore.encrypted", "700")
                .File($"{Units}/credential-user.service", "644", Consumer).Unit("credential-user.service", "enabled", "active").File("/run/token-hash", "644", $"{hash}  -\n");
        }

        return new(Config("3.4.0", [.. files], [Link($"{Units}/basic.target.wants/{Controller}")], units), tree);
    }

    /// <summary>Cluster API's kubeadm provider: spec 2.3.0, a script that a unit runs when its configuration is there, and a user.</summary>
    public static NodePayload Kubeadm()
    {
        const string Script = "#!/bin/bash\nset -e\nkind=$(head -1 /etc/kubeadm.yml)\nmkdir -p /run/cluster-api\necho \"$kind\" > /run/cluster-api/bootstrap-success.complete\n";
        const string Settings = "kind: JoinConfiguration\ndiscovery: {bootstrapToken: {token: abcdef.0123456789abcdef}}\n";
        const string Text0 = "[Unit]\nDescription=kubeadm\n# Run only once. After successful run, this file is moved to /tmp/.\nConditionPathExists=/etc/kubeadm.yml\nAfter=network.target\n" +
            "[Service]\n# To not restart the unit when it exits, as it is expected.\nType=oneshot\nExecStart=/etc/kubeadm.sh\n[Install]\nWantedBy=multi-user.target\n";
        const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl test";
        var config = new JsonObject
        {
            ["ignition"] = new JsonObject { ["version"] = "2.3.0" },
            ["storage"] = new JsonObject { ["files"] = new JsonArray(RootFile("/etc/kubeadm.sh", 0x1C0, Script), RootFile("/etc/kubeadm.yml", 0x180, Settings)) },
            ["passwd"] = new JsonObject { ["users"] = new JsonArray(new JsonObject { ["name"] = "core", ["sshAuthorizedKeys"] = new JsonArray(Key) }) },
            ["systemd"] = new JsonObject { ["units"] = new JsonArray(Unit("kubeadm.service", Text0)) },
        }.ToJsonString();
        return new(config, new ExpectedTree()
            .File("/etc/kubeadm.sh", "700", Script).File("/etc/kubeadm.yml", "600", Settings).File($"{Units}/kubeadm.service", "644", Text0)
            .Link($"{Units}/multi-user.target.wants/kubeadm.service", $"{Units}/kubeadm.service").Unit("kubeadm.service", "enabled", "inactive")
            .Folder("/home/core", "700", "core:core").Folder("/home/core/.ssh", "700", "core:core").File("/home/core/.ssh/authorized_keys.d/ignition", "600", Key + "\n", "core:core")
            .File("/run/cluster-api/bootstrap-success.complete", "644", "kind: JoinConfiguration\n"));
    }

    private static (string Data, string Hotfix, string Features) ScriptlessFiles(string secret) =>
        (Lines("key", 2000) + $"token: {secret}\n", "{\"version\":\"202601.01.0\"}\n", "ENABLED_FEATURES=\"a b\"\n");

    private static IEnumerable<JsonNode> ScriptlessEntries(string data, string hotfix, string features) =>
        new[] { ("nodecustomdata.yml", data), ("aks-node-controller-hotfix.json", hotfix), ("enabled_features.sh", features) }
            .Select(JsonNode (f) => Zipped($"{Containers}/{f.Item1}", 0x180, Encoding.UTF8.GetBytes(f.Item2)));

    private static ExpectedTree ScriptlessTree(string data, string hotfix, string features) => new ExpectedTree()
        .Folder("/opt/azure", "755").Folder(Containers, "755").File($"{Containers}/nodecustomdata.yml", "600", data)
        .File($"{Containers}/aks-node-controller-hotfix.json", "600", hotfix).File($"{Containers}/enabled_features.sh", "600", features);

    private static string Config(string version, IEnumerable<JsonNode> files, IEnumerable<JsonNode> links, IEnumerable<JsonNode> units) => new JsonObject
    {
        ["ignition"] = new JsonObject { ["version"] = version },
        ["storage"] = new JsonObject { ["files"] = new JsonArray([.. files]), ["links"] = new JsonArray([.. links]) },
        ["systemd"] = new JsonObject { ["units"] = new JsonArray([.. units]) },
    }.ToJsonString();

    private static JsonObject File(string path, int mode, string source) => new() { ["path"] = path, ["mode"] = mode, ["contents"] = new JsonObject { ["source"] = source } };

    private static JsonObject Zipped(string path, int mode, byte[] contents) =>
        new() { ["path"] = path, ["mode"] = mode, ["contents"] = new JsonObject { ["compression"] = "gzip", ["source"] = "data:;base64," + Convert.ToBase64String(Compressed(contents)) } };

    // As Cluster API writes it: the file system by its name in spec 2, and an empty verification.
    private static JsonObject RootFile(string path, int mode, string contents) =>
        new() { ["filesystem"] = "root", ["path"] = path, ["mode"] = mode, ["contents"] = new JsonObject { ["source"] = Text(contents), ["verification"] = new JsonObject() } };

    private static JsonObject Link(string path) => new() { ["path"] = path, ["target"] = $"{Units}/{path[(path.LastIndexOf('/') + 1)..]}", ["overwrite"] = true };

    private static JsonObject Unit(string name, string contents) => new() { ["name"] = name, ["enabled"] = true, ["contents"] = contents };

    private static string Text(string contents) => "data:," + Uri.EscapeDataString(contents);

    private static string Lines(string word, int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"{word} {i}: value {i * 7}\n"));

    private static byte[] Compressed(byte[] contents)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(contents);
        }

        return buffer.ToArray();
    }

    private static byte[] Tar(params (string Path, int Mode, string Contents)[] files)
    {
        using var buffer = new MemoryStream();
        using (var tar = new TarWriter(buffer, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (path, mode, contents) in files)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path) { Mode = (UnixFileMode)mode, ModificationTime = s_time, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(contents)) });
            }
        }

        return buffer.ToArray();
    }
}
