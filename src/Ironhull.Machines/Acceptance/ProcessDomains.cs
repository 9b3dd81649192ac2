namespace Ironhull.Machines.Acceptance;

/// <summary>The SELinux domain in which each program of the container host runs; docs/reference/selinux.md shows the same table.</summary>
public static class ProcessDomains
{
    /// <summary>The domain of root's logins: the policy's role without restrictions, because root has none either.</summary>
    public const string Login = "unconfined_t";

    /// <summary>The domain of PID 1, and of the helper that keeps a login's PAM session open for it.</summary>
    public const string Init = "init_t";

    /// <summary>Program (the kernel's name of it, 15 characters at most) to domain, ordinal order.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["(sd-pam)"] = Init,
        ["agetty"] = "getty_t",
        ["containerd"] = "dockerd_t",
        ["containerd-shim"] = "dockerd_t",
        ["dbus-broker"] = "system_dbusd_t",
        ["dbus-broker-lau"] = "system_dbusd_t",
        ["sshd"] = "sshd_t",
        ["sshd-session"] = "sshd_t",
        ["systemd-journal"] = "syslogd_t",
        ["systemd-logind"] = "systemd_logind_t",
        ["systemd-network"] = "systemd_networkd_t",
        ["systemd-resolve"] = "systemd_resolved_t",
        ["systemd-timesyn"] = "ntpd_t",
        ["systemd-udevd"] = "udev_t",
        ["(udev-worker)"] = "udev_t",
    };

    /// <summary>The processes that run where they should not.</summary>
    /// <param name="processes">Lines of "CONTEXT PID PARENT NAME", as <c>ps -eo label,pid,ppid,comm</c> prints them without a heading.</param>
    /// <returns>One line each: what runs where, and what was expected.</returns>
    public static IReadOnlyList<string> Unexpected(IEnumerable<string> processes)
    {
        var unexpected = new List<string>();
        foreach (var line in processes)
        {
            var fields = line.Split(' ', 4, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (fields.Length < 4 || fields[0].Split(':') is not [_, _, var domain, ..])
            {
                unexpected.Add($"{line}: no context");
                continue;
            }

            var isKernelThread = fields[1] == "2" || fields[2] == "2";
            var expected = isKernelThread ? "kernel_t" : fields[1] == "1" ? Init : All.GetValueOrDefault(fields[3], "a domain of its own, listed in docs/reference/selinux.md");
            if (domain != expected && !(domain == Login && fields[0].StartsWith("unconfined_u:", StringComparison.Ordinal)) && domain is not ("container_t" or "spc_t"))
            {
                unexpected.Add($"{fields[3]} ({fields[1]}) runs as {domain}; expected: {expected}");
            }
        }

        return unexpected;
    }
}
