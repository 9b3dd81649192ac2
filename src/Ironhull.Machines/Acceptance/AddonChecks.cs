namespace Ironhull.Machines.Acceptance;

/// <summary>The tests that boot the image with one of its own addons switched on, as a node would do it.</summary>
internal static class AddonChecks
{
    /// <summary>All tests.</summary>
    public static IReadOnlyList<BootChecks.BootCheck> All { get; } =
    [
        new("addon/fips-mode", "With the addon fips, the kernel and OpenSSL work in FIPS mode, and ssh still does", FipsAsync),
    ];

    private static async Task<string> FipsAsync(BootChecks.BootContext context, CancellationToken cancel)
    {
        var machine = await context.Addons.BootAsync("fips", cancel).ConfigureAwait(false);
        // MD5 is what no FIPS provider has; the first command runs with the login's environment, the second as a service.
        var output = await machine.SshAsync(
            "cat /proc/sys/crypto/fips_enabled; k=/etc/ssh/ssh_host_ecdsa_key.pub; ssh-keygen -l -E md5 -f $k >/dev/null 2>&1; echo login $?; " +
            "systemd-run -q --wait --collect ssh-keygen -l -E md5 -f $k >/dev/null 2>&1; echo md5 $?; systemd-run -q --wait --collect ssh-keygen -l -E sha256 -f $k >/dev/null 2>&1; echo sha256 $?; " +
            "p=$(systemctl show -P MainPID ssh); grep -c 'ossl-modules/fips.so' /proc/$p/maps; systemctl is-system-running", cancel: cancel).ConfigureAwait(false);
        var lines = Check.Lines(output);
        Check.That(lines.Count == 6, $"unexpected output: {output}");
        Check.Equal("1", lines[0], "crypto.fips_enabled");
        Check.Equal("login 0", lines[1], "MD5 without OPENSSL_CONF");
        Check.Lacks("md5 0", lines[2], "MD5 in a service");
        Check.Equal("sha256 0", lines[3], "SHA-256 in a service");
        Check.That(lines[4] != "0", "The ssh server has not loaded the FIPS provider.");
        Check.Equal("running", lines[5], "systemctl is-system-running");
        return "fips_enabled=1, the ssh server uses the FIPS provider, MD5 is refused in services";
    }
}
