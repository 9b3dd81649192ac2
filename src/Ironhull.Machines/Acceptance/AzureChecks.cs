using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Ironhull.Machines.Fakes;

namespace Ironhull.Machines.Acceptance;

/// <summary>The test that boots the image as Azure would: its metadata service and wire server are fakes at their real addresses.</summary>
internal static class AzureChecks
{
    private const string Hostname = "aks-node-7";
    private const string Tool = "/opt/bin/fetched-tool";
    private static readonly TimeSpan s_reportLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_restartLimit = TimeSpan.FromSeconds(180);

    /// <summary>All tests.</summary>
    public static IReadOnlyList<BootChecks.BootCheck> All { get; } =
    [
        new("provision/azure-first-boot", "A first boot on Azure: user data, before the disc's custom data, that merges over http, a file over https with the config's authority, name and keys of the metadata, ready reported once, no network in the initrd of the second boot", FirstBootAsync),
        new("provision/azure-failure-is-reported", "A first boot on Azure with a config that is refused tells the platform so, with the error's code, and restarts", FailureAsync),
    ];

    private static async Task<string> FirstBootAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        var addon = ProvisionedDisk.AddonOf(context.Options.ImagePath, "azure");
        if (!File.Exists(addon))
        {
            throw new CheckSkippedException($"{addon} is not there");
        }

        var (disk, disc) = (Path.Combine(context.Folder, "azure.raw"), Path.Combine(context.Folder, "azure.iso"));
        FakeProvisioningDisc.Write(disc);
        ProvisionedDisk.SwitchOn(context.Image, addon, disk);
        using var authority = SelfSigned();
        var tool = Encoding.UTF8.GetBytes("#!/usr/bin/bash\necho the tool was fetched\n");
        using var secure = new FakeHttpServer(r => r.Target == "/tool" ? new(200, tool) : new(404, []), authority);
        using var plain = new FakeHttpServer(r => r.Target == "/base.ign" ? FakeAnswer.Text(MergedConfig()) : new(404, []));
        using var metadata = new FakeMetadataService(Encoding.UTF8.GetBytes(UserData(plain.Port, secure.Port, authority, tool)), 404, 410);
        using var wire = new FakeWireServer([503]);
        await using var machine = await Machine.StartAsync(
            BootChecks.Options(context, disk) with { DiscPath = disc, Services = new Dictionary<string, int> { ["169.254.169.254:80"] = metadata.Port, ["168.63.129.16:80"] = wire.Port } }, cancel).ConfigureAwait(false);
        metadata.Machine = (Hostname, [machine.SshPublicKey]);
        try
        {
            await UpAsync(machine, cancel).ConfigureAwait(false);
            var first = await LookAsync(machine, cancel).ConfigureAwait(false);
            await ReportedAsync(wire, cancel).ConfigureAwait(false);
            await QuietAsync(machine, cancel).ConfigureAwait(false);
            context.Keep(machine);
            var asked = (metadata.Requests.Count, plain.Requests.Count, secure.Requests.Count, wire.Requests.Count);
            await machine.PowerOffAsync(s_restartLimit, cancel).ConfigureAwait(false);
            await machine.StartAgainAsync(new Dictionary<string, string>(), cancel).ConfigureAwait(false);
            await UpAsync(machine, cancel).ConfigureAwait(false);
            await SecondBootAsync(machine, cancel).ConfigureAwait(false);
            Check.That(asked == (metadata.Requests.Count, plain.Requests.Count, secure.Requests.Count, wire.Requests.Count), "The second boot asked a service again.");
            return $"{first}; {asked.Item1} requests of the metadata service, ready reported {wire.Reports.Count} time; none in the second boot";
        }
        finally
        {
            context.Keep(machine);
        }
    }

    // The machine restarts after a failure, which ends QEMU.
    private static async Task<string> FailureAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        var addon = ProvisionedDisk.AddonOf(context.Options.ImagePath, "azure");
        if (!File.Exists(addon))
        {
            throw new CheckSkippedException($"{addon} is not there");
        }

        var disk = Path.Combine(context.Folder, "azure.raw");
        ProvisionedDisk.SwitchOn(context.Image, addon, disk);
        using var metadata = new FakeMetadataService(Encoding.UTF8.GetBytes("""{"ignition": {"version": "3.4.0"}, "storage": {"files": [{"path": "relative"}]}}"""));
        using var wire = new FakeWireServer();
        await using var machine = await Machine.StartAsync(
            BootChecks.Options(context, disk) with { Services = new Dictionary<string, int> { ["169.254.169.254:80"] = metadata.Port, ["168.63.129.16:80"] = wire.Port } }, cancel).ConfigureAwait(false);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(context.Options.BootTimeout);
        try
        {
            await machine.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CheckFailedException($"The machine did not restart. The end of the console:\n{ConsoleLog.Tail(machine.ConsoleText)}");
        }
        finally
        {
            context.Keep(machine);
        }

        Check.That(wire.Reports.Count == 1, $"The failure was reported {wire.Reports.Count} times. The end of the console:\n{ConsoleLog.Tail(machine.ConsoleText)}");
        var report = wire.Reports[0];
        Check.Contains("<State>NotReady</State><Details><SubStatus>ProvisioningFailed</SubStatus><Description>", report, "the health report");
        Check.Contains("HULL8011", report, "the health report");
        return report[report.IndexOf("<Description>", StringComparison.Ordinal)..].Split('\n')[0];
    }

    private static async Task UpAsync(Machine machine, CancellationToken cancel)
    {
        await machine.WaitForBootAsync(cancel).ConfigureAwait(false);
        await machine.ConnectAsync(cancel).ConfigureAwait(false);
        await machine.TrySshAsync("systemctl is-system-running --wait", cancel: cancel).ConfigureAwait(false);
    }

    private static async Task<string> LookAsync(Machine machine, CancellationToken cancel)
    {
        var seen = await machine.SshAsync(
            $"hostname; stat -c '%n %a %U:%G' {Tool} /etc/merged /etc/hostname; bash {Tool}; cat /etc/merged; grep -o '\"userConfigProvided\": true' /etc/.ignition-result.json; " +
            $"journalctl -b -o cat --grep 'links taken down'; journalctl -b -k -o cat --grep 'UDF-fs'; ls {FakeProvisioningDisc.File}; find /run/systemd/network -type f; resolvectl dns", cancel: cancel).ConfigureAwait(false);
        foreach (var expected in (string[])
        [
            Hostname, $"{Tool} 755 root:root", "/etc/merged 600 root:root", "/etc/hostname 644 root:root", "the tool was fetched", "merged over http", "\"userConfigProvided\": true", "links taken down: e", "UDF-fs", "168.63.129.3",
        ])
        {
            Check.Contains(expected, seen, "the provisioned machine");
        }

        Check.Lacks($"\n{FakeProvisioningDisc.File}", seen, "what the custom data makes, although there is user data");
        Check.Lacks("/run/systemd/network/", seen, "what the initrd's network left");
        var login = await machine.TrySshAsUserAsync("core", "id -un", cancel).ConfigureAwait(false);
        Check.Equal("core", login.Output.Trim(), $"a login with the metadata's key ({login.Error.Trim()})");
        return $"{Hostname}, core logged in";
    }

    private static async Task SecondBootAsync(Machine machine, CancellationToken cancel)
    {
        var journal = await machine.SshAsync("hostname; journalctl -b -o cat | grep -E 'Started.*(Network for provisioning|Network names)|Finished.*Ignition config|Stopped.*Network for provisioning' || true", cancel: cancel).ConfigureAwait(false);
        Check.Equal(Hostname, journal.Trim(), "name, and what the second boot did about provisioning");
        await QuietAsync(machine, cancel).ConfigureAwait(false);
    }

    private static async Task QuietAsync(Machine machine, CancellationToken cancel)
    {
        Check.Equal("", (await machine.SshAsync("journalctl -b -o cat _TRANSPORT=audit | grep 'avc: *denied' || true", cancel: cancel).ConfigureAwait(false)).Trim(), "what SELinux denied");
        Check.Equal("", (await machine.SshAsync("systemctl --failed --no-legend --plain", cancel: cancel).ConfigureAwait(false)).Trim(), "systemctl --failed");
    }

    private static async Task ReportedAsync(FakeWireServer wire, CancellationToken cancel)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (wire.Reports.Count == 0 && TimeProvider.System.GetElapsedTime(start) < s_reportLimit)
        {
            await Task.Delay(500, cancel).ConfigureAwait(false);
        }

        Check.That(wire.Reports.Count == 1, $"Ready was reported {wire.Reports.Count} times.");
        Check.Contains("<State>Ready</State>", wire.Reports[0], "the health report");
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=acceptance", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(MachineOptions.HostAddress));
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private static string UserData(int plain, int secure, X509Certificate2 authority, byte[] tool) => new JsonObject
    {
        ["ignition"] = new JsonObject
        {
            ["version"] = "3.4.0",
            ["config"] = new JsonObject { ["merge"] = new JsonArray(new JsonObject { ["source"] = Url("http", plain, "base.ign") }) },
            ["security"] = new JsonObject { ["tls"] = new JsonObject { ["certificateAuthorities"] = new JsonArray(new JsonObject { ["source"] = "data:;base64," + Base64(authority.ExportCertificatePem()) }) } },
        },
        ["storage"] = new JsonObject
        {
            ["files"] = new JsonArray(new JsonObject
            {
                ["path"] = Tool,
                ["mode"] = 0x1ED,
                ["contents"] = new JsonObject
                {
                    ["source"] = Url("https", secure, "tool"),
                    ["verification"] = new JsonObject { ["hash"] = "sha512-" + Convert.ToHexStringLower(SHA512.HashData(tool)) },
                },
            }),
        },
    }.ToJsonString();

    private static string MergedConfig() => $$$"""
        {"ignition": {"version": "3.3.0"}, "storage": {"files": [{"path": "/etc/merged", "mode": 384, "contents": {"source": "data:;base64,{{{Base64("merged over http\n")}}}"}}]}}
        """;

    private static string Url(string scheme, int port, string path) => string.Create(CultureInfo.InvariantCulture, $"{scheme}://{MachineOptions.HostAddress}:{port}/{path}");

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
