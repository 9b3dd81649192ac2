using Ironhull.Formats.Cpio;
using Ironhull.Formats.Pe;
using Ironhull.Formats.Trees;
using Ironhull.Measurement;
using Ironhull.Signing;

namespace Ironhull.Machines.Acceptance;

/// <summary>The tests of Integrity Policy Enforcement that need a boot of their own: another profile, and a policy that is not trusted.</summary>
internal static class IpeBootChecks
{
    /// <summary>The test of the profile "audit".</summary>
    public const string Audit = "ipe/audit-profile-runs-and-reports";

    private const string Frozen = "Freezing execution";
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(300);

    /// <summary>All tests, the cheap one first.</summary>
    public static IReadOnlyList<BootChecks.BootCheck> All { get; } =
    [
        new("ipe/untrusted-policy-stops-the-boot", "A boot image whose policy a stranger has signed stops before it starts any program: never a half-enforcing node", UntrustedAsync),
        new(Audit, "With the signed audit addon, what would be refused runs and is recorded; words from SMBIOS are reported, never silent", AuditAsync),
    ];

    private static async Task<string> UntrustedAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        await using var machine = await BootChecks.StartBootDiskAsync(
            context, (files, kernel) => BootChecks.Replace(files, kernel, image => WithStrangersPolicy(image, context)), cancel).ConfigureAwait(false);
        var seen = await machine.WaitForConsoleAsync([Frozen, "Reached target", "Switch Root"], s_stopLimit, cancel).ConfigureAwait(false);
        context.Keep(machine);
        Check.That(seen == Frozen, $"The boot did not stop. The end of the console:\n{ConsoleLog.Tail(machine.ConsoleText)}");
        var lines = Check.Lines(machine.ConsoleText);
        return lines.FirstOrDefault(l => l.Contains("IPE policy", StringComparison.Ordinal))
            ?? throw new CheckFailedException($"Nothing says why. The end of the console:\n{ConsoleLog.Tail(machine.ConsoleText)}");
    }

    /// <summary>The audit profile's addon, which lies beside the disk that the build wrote.</summary>
    internal static string AuditAddon(BootChecks.BootContext context)
    {
        var addon = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(context.Options.ImagePath))!, "addons", "ipe-audit.addon.efi");
        return File.Exists(addon) ? addon : throw new CheckSkippedException($"{addon} is not there");
    }

    private static async Task<string> AuditAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        var machine = await context.Audit.BootedAsync(AuditAddon(context), cancel).ConfigureAwait(false);
        return $"{await ProfileAsync(machine, cancel).ConfigureAwait(false)}; {await ContainersAsync(machine, context.Options, cancel).ConfigureAwait(false)}";
    }

    /// <summary>The profile in force, a program that runs and is recorded, and the unsigned words in the report.</summary>
    private static async Task<string> ProfileAsync(Machine machine, CancellationToken cancel)
    {
        var state = Check.Lines(await machine.SshAsync("cat /run/ironhull/enforcement", cancel: cancel).ConfigureAwait(false));
        Check.That(state.Contains("profile=audit"), $"The profile is not audit: {string.Join(' ', state)}");
        Check.That(state.Contains($"unsigned-words={AuditMachine.Added}"), $"The words from SMBIOS are not reported: {string.Join(' ', state)}");
        var line = await machine.SshAsync("cat /proc/cmdline", cancel: cancel).ConfigureAwait(false);
        Check.Contains(AuditMachine.Added, line, "the kernel's command line: systemd-stub takes words from SMBIOS under Secure Boot");
        var failed = await machine.SshAsync("systemctl list-units --failed --plain --no-legend | cut -d' ' -f1; systemctl is-system-running || true", cancel: cancel).ConfigureAwait(false);
        Check.Equal("ironhull-enforcement-state.service\ndegraded", failed.Trim(), "failed units and state of the system");
        var ran = await machine.TrySshAsync("cp /usr/bin/true /var/tmp/acceptance-audit && /var/tmp/acceptance-audit", cancel: cancel).ConfigureAwait(false);
        Check.That(ran.Succeeded, "A copied program did not run.");
        var records = await IpeChecks.AuditAsync(machine, "/var/tmp/acceptance-audit", cancel).ConfigureAwait(false);
        Check.That(records.Any(r => r.Contains("enforcing=0", StringComparison.Ordinal)), $"There is no audit record of it: {string.Join('\n', records)}");
        return records[0];
    }

    private static async Task<string> ContainersAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        await ProbeVolume.OpenAsync(machine, options.KeysFolder, signed: true, cancel).ConfigureAwait(false);
        var signed = await machine.TrySshAsync(await IpeChecks.SignedContainerAsync(machine, options, cancel).ConfigureAwait(false), cancel: cancel).ConfigureAwait(false);
        await ProbeVolume.CloseAsync(machine, cancel).ConfigureAwait(false);
        Check.Contains(ProbeProgram.Greeting, signed.Output, "the container from the signed volume");
        if (options.OciArchive is null)
        {
            return "no OCI archive was given to run";
        }

        var ordinary = await IpeChecks.OrdinaryContainerAsync(machine, options, options.OciArchive, cancel).ConfigureAwait(false);
        Check.Contains(options.ContainerOutput, ordinary, "the output of the container from an ordinary OCI layer");
        return "containers from a signed volume and from an ordinary OCI layer run";
    }

    /// <summary>The kernel image with its policy signed by somebody else, and itself signed again by the trusted key.</summary>
    private static byte[] WithStrangersPolicy(ReadOnlyMemory<byte> image, BootChecks.BootContext context)
    {
        using var trusted = KeyStore.Open(context.Options.KeysFolder).OpenSigningKeys();
        // Names as long as the trusted ones make certificates as long, so that the signature fits into its place.
        var subject = trusted.CertificateOf(SigningRole.IpePolicy).Leaf.Subject["CN=".Length..];
        var name = subject[..^(SigningRoles.WordOf(SigningRole.IpePolicy).Length + 1)];
        using var stranger = KeyStore.Init(Path.Combine(context.Folder, "stranger"), new string('x', name.Length)).OpenSigningKeys();
        var bytes = image.ToArray();
        var pe = PeImage.Parse(bytes);
        var section = pe.Find(".initrd") ?? throw new CheckFailedException("The kernel image has no initrd.");
        var policy = PolicyOf(bytes.AsMemory((int)section.PointerToRawData, (int)section.SizeOfRawData));
        var signed = CmsInlineSignature.Sign(CmsInlineSignature.ContentOf(policy).Span, stranger.SignerOf(SigningRole.IpePolicy));
        Check.That(signed.Length == policy.Length, $"A stranger's signature has {signed.Length} bytes, the policy's has {policy.Length}.");
        var at = bytes.AsSpan().IndexOf(policy.Span);
        signed.CopyTo(bytes, at);
        var preparation = Authenticode.Prepare(bytes, replaceSignature: true);
        var signer = trusted.SignerOf(SigningRole.BootCode);
        return preparation.Complete(signer.SignDigest(preparation.Digest, System.Security.Cryptography.HashAlgorithmName.SHA256), signer.Certificate, signer.Chain);
    }

    /// <summary>The signed policy in one of the plain archives that an initrd begins with.</summary>
    private static ReadOnlyMemory<byte> PolicyOf(ReadOnlyMemory<byte> initrd)
    {
        while (initrd.Span.StartsWith("07070"u8))
        {
            var policy = CpioReader.Read(initrd, out var length).Entries.FirstOrDefault(e => e.Key.StartsWith("/usr/lib/ipe/", StringComparison.Ordinal) && e.Value.Type == InodeType.File);
            if (policy.Key is not null)
            {
                return policy.Value.Content!.ToArray();
            }

            initrd = initrd[(int)length..];
            initrd = initrd[Math.Max(0, initrd.Span.IndexOfAnyExcept((byte)0))..];
        }

        throw new CheckFailedException("The initrd has no IPE policy.");
    }
}
