using System.Security.Cryptography.X509Certificates;
using Ironhull.Signing;
using static Ironhull.Machines.Acceptance.HostChecks;

namespace Ironhull.Machines.Acceptance;

/// <summary>Whom the kernel of the booted machine trusts.</summary>
internal static class KernelTrustChecks
{
    private const string Loading = "integrity: Loading X.509 certificate: ";
    private const string Loaded = "integrity: Loaded X.509 cert '";

    /// <summary>All tests.</summary>
    public static IReadOnlyList<HostCheck> All { get; } =
    [
        new("kernel-trusts-one-certificate", "Of the firmware's certificates the kernel has taken the image's own and no other", Certificates),
    ];

    private static async Task<string> Certificates(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var log = Check.Lines(await machine.SshAsync($"journalctl -b -k -o cat | grep -F -e '{Loading}' -e \"{Loaded}\"", cancel: cancel).ConfigureAwait(false));
        Check.Equal($"{Loading}UEFI:db", string.Join('\n', log.Where(l => l.StartsWith(Loading, StringComparison.Ordinal))), "certificates that the firmware handed over");
        var loaded = log.Where(l => l.StartsWith(Loaded, StringComparison.Ordinal)).ToList();
        var identifier = KeyStore.Open(options.KeysFolder).Database.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifier!;
        Check.That(loaded.Count == 1 && loaded[0].EndsWith($": {identifier.ToLowerInvariant()}'", StringComparison.Ordinal), $"The kernel trusts {string.Join("; ", loaded)}; db has {identifier}.");
        return loaded[0];
    }
}
