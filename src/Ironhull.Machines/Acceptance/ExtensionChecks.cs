using Ironhull.Signing;

namespace Ironhull.Machines.Acceptance;

/// <summary>The tests of extensions: what is signed is merged, what is not is refused, and the machine goes on working. Each puts back what it changed.</summary>
internal static class ExtensionChecks
{
    internal const string SystemRelease = "/usr/lib/extension-release.d";
    private const string ConfigurationRelease = "/etc/extension-release.d";
    private const string Refused = "/var/lib/ironhull/refused-extensions";
    internal const string ContainerdAnswers = "socat -u OPEN:/dev/null UNIX-CONNECT:/run/containerd/containerd.sock";
    private const string Cleanup =
        $"rm -rf /var/lib/extensions/acceptance* /etc/extensions/acceptance* /var/lib/confexts/acceptance* {Refused} /opt/acceptance; ";

    /// <summary>All tests.</summary>
    public static IReadOnlyList<HostChecks.HostCheck> All { get; } =
    [
        new("containerd-is-a-signed-extension", "containerd comes from the image's own extension, whose signature the kernel has checked", Embedded),
        new("signed-extension-is-merged", "A signed system extension is merged beside the image's own, and /opt stays writable", Signed),
        new("extension-from-packages-runs", "The programs of an extension that was built from packages run, have the policy's labels, and go with it", Built),
        new("unsigned-extension-is-refused", "Extensions without a signature, of a stranger, altered ones and plain folders are refused, and containerd goes on working", Unsigned),
        new("signed-configuration-is-merged", "A signed configuration extension is merged, an unsigned one refused, and /etc stays writable", Configuration),
    ];

    private static async Task<string> Embedded(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var merged = await machine.SshAsync("cat /usr/.systemd-sysext/extensions; dmsetup table; findmnt -no FSTYPE,OPTIONS --mountpoint /usr | tail -n 1", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(merged);
        Check.That(lines.Contains("containers"), $"'containers' is not merged:\n{merged}");
        var verity = lines.Where(l => l.Contains(" verity ", StringComparison.Ordinal)).ToList();
        Check.That(verity.Count >= 2, $"There is no device of an extension:\n{merged}");
        Check.That(verity.All(l => l.Contains("root_hash_sig_key_desc", StringComparison.Ordinal)), $"A device has no checked signature:\n{merged}");
        Check.That(lines[^1].StartsWith("overlay", StringComparison.Ordinal) && lines[^1].Contains("ro,", StringComparison.Ordinal), $"/usr is not a read-only overlay: {lines[^1]}");
        // Below the overlay lies the image's own /usr, which has no containerd.
        await machine.SshAsync("set -e; test -x /usr/bin/containerd; unshare --mount bash -ec 'umount --lazy /usr; test -e /usr/lib/ironhull/extensions/containers.raw; test ! -e /usr/bin/containerd'", cancel: cancel).ConfigureAwait(false);
        return $"{verity.Count} signed devices; {lines[^1][..Math.Min(lines[^1].Length, 60)]}";
    }

    private static async Task<string> Signed(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var merged = await MergedExtensions.OnAsync(machine, options, cancel).ConfigureAwait(false);
        Check.Equal("merged", merged.Content, "the extension's file");
        Check.Contains("containers", merged.Names, "what is merged");
        Check.Lacks("acceptance-extension", merged.Names, "/opt");
        return string.Join(' ', Check.Lines(merged.Names));
    }

    private static async Task<string> Built(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var name = Path.GetFileNameWithoutExtension(options.Extension ?? throw new CheckSkippedException("no extension was given"));
        var merged = await MergedExtensions.OnAsync(machine, options, cancel).ConfigureAwait(false);
        var lines = Check.Lines(merged.Built!);
        Check.That(Check.Lines(merged.Names).Contains(name), $"{name} is not merged:\n{merged.Names}");
        var programs = lines.Where(l => l.StartsWith("program ", StringComparison.Ordinal)).ToList();
        Check.That(programs.Count > 0, $"It brought no program to /usr/bin:\n{merged.Built}");
        Check.None([.. programs.Where(p => !p.EndsWith(" 0", StringComparison.Ordinal))], "programs that do not run, with their exit codes");
        Check.That(lines.Count(l => l.EndsWith(" verified.", StringComparison.Ordinal)) == programs.Count + 2, $"Not every file has the policy's label:\n{merged.Built}");
        Check.Equal("left:", lines[^1], "what is left when it has been removed");
        return string.Join("; ", programs);
    }

    private static Task<string> Unsigned(Machine machine, AcceptanceOptions options, CancellationToken cancel) => UndoneAsync(machine, "systemd-sysext", cancel, async () =>
    {
        using var signer = KeyStore.Open(options.KeysFolder).OpenSigner(SigningRole.Extension);
        var keys = Directory.CreateTempSubdirectory("hull-stranger-");
        try
        {
            using var stranger = KeyStore.Init(Path.Combine(keys.FullName, "keys"), "A stranger").OpenSigner(SigningRole.Extension);
            (string, string)[] files = [(MergedExtensions.Marker, "must not be there\n")];
            var labels = await TestExtension.LabelsAsync(machine, "acceptance", SystemRelease, files, cancel).ConfigureAwait(false);
            byte[] Image(string name, ISigner? key) => TestExtension.Create(name, SystemRelease, files, labels, key);
            await PutAsync(machine, "/var/lib/extensions/acceptance-unsigned.raw", Image("acceptance-unsigned", null), cancel).ConfigureAwait(false);
            await PutAsync(machine, "/etc/extensions/acceptance-stranger.raw", Image("acceptance-stranger", stranger), cancel).ConfigureAwait(false);
            await PutAsync(machine, "/etc/extensions/acceptance-altered.raw", TestExtension.Altered(Image("acceptance-altered", signer)), cancel).ConfigureAwait(false);
            await machine.SshAsync(
                $"d=/var/lib/extensions/acceptance-folder; mkdir -p $d{SystemRelease} $d/usr/share; echo ID=_any > $d{SystemRelease}/extension-release.acceptance-folder; echo no > $d{MergedExtensions.Marker}",
                cancel: cancel).ConfigureAwait(false);
        }
        finally
        {
            keys.Delete(recursive: true);
        }

        // Of this invocation alone.
        var journal = await machine.SshAsync(
            $"set -e; systemctl restart systemd-sysext; test ! -e {MergedExtensions.Marker}; ls {Refused}; {ContainerdAnswers}; systemctl is-active containerd; " +
            "journalctl -o cat -p err _SYSTEMD_INVOCATION_ID=$(systemctl show -P InvocationID systemd-sysext)", cancel: cancel).ConfigureAwait(false);
        foreach (var name in (string[])["acceptance-unsigned.raw", "acceptance-stranger.raw", "acceptance-altered.raw", "acceptance-folder"])
        {
            Check.That(Check.Lines(journal).Any(l => l.Contains($"/{name} is refused", StringComparison.Ordinal)), $"Nothing says that {name} is refused:\n{journal}");
        }

        return journal.Trim();
    });

    private static Task<string> Configuration(Machine machine, AcceptanceOptions options, CancellationToken cancel) => UndoneAsync(machine, "systemd-confext", cancel, async () =>
    {
        using var signer = KeyStore.Open(options.KeysFolder).OpenSigner(SigningRole.Extension);
        (string, string)[] files = [("/etc/acceptance-confext", "merged\n")];
        await PutAsync(machine, "/var/lib/confexts/acceptance.raw", await ImageAsync(machine, "acceptance", ConfigurationRelease, files, signer, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
        await PutAsync(machine, "/var/lib/confexts/acceptance-unsigned.raw", await ImageAsync(machine, "acceptance-unsigned", ConfigurationRelease, files, null, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
        var output = await machine.SshAsync(
            "set -e; systemctl restart systemd-confext; cat /etc/acceptance-confext; touch /etc/acceptance-write; rm /etc/acceptance-write; " +
            $"cat /etc/os-release >/dev/null; ls {Refused}; findmnt -no FSTYPE,OPTIONS --mountpoint /etc | tail -n 1", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(output);
        Check.That(lines is ["merged", "acceptance-unsigned.raw", var mount] && mount.StartsWith("overlay", StringComparison.Ordinal), $"unexpected: {output}");
        return output.Trim();
    });

    internal static async Task<byte[]> ImageAsync(
        Machine machine, string name, string release, IReadOnlyList<(string Path, string Text)> files, ISigner? signer, CancellationToken cancel) =>
        TestExtension.Create(name, release, files, await TestExtension.LabelsAsync(machine, name, release, files, cancel).ConfigureAwait(false), signer);

    internal static async Task PutAsync(Machine machine, string path, byte[] content, CancellationToken cancel)
    {
        using var stream = new MemoryStream(content);
        await machine.SshAsync($"mkdir -p {Path.GetDirectoryName(path)}; cat > {path}", stream, cancel).ConfigureAwait(false);
    }

    internal static async Task<string> UndoneAsync(Machine machine, string service, CancellationToken cancel, Func<Task<string>> run)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        finally
        {
            var verb = service == "systemd-sysext" ? "restart" : "stop";
            await machine.SshAsync($"{Cleanup}systemctl {verb} {service}; rm -rf /var/lib/extensions.mutable; systemctl reset-failed {service} 2>/dev/null || true", cancel: cancel).ConfigureAwait(false);
        }
    }
}
