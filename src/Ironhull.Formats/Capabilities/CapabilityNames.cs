namespace Ironhull.Formats.Capabilities;

/// <summary>The names of capabilities by number (the kernel's include/uapi/linux/capability.h up to Linux 6.12).</summary>
internal static class CapabilityNames
{
    private static readonly string[] s_names =
    [
        "cap_chown", "cap_dac_override", "cap_dac_read_search", "cap_fowner", "cap_fsetid", "cap_kill", "cap_setgid", "cap_setuid", "cap_setpcap",
        "cap_linux_immutable", "cap_net_bind_service", "cap_net_broadcast", "cap_net_admin", "cap_net_raw", "cap_ipc_lock", "cap_ipc_owner", "cap_sys_module",
        "cap_sys_rawio", "cap_sys_chroot", "cap_sys_ptrace", "cap_sys_pacct", "cap_sys_admin", "cap_sys_boot", "cap_sys_nice", "cap_sys_resource",
        "cap_sys_time", "cap_sys_tty_config", "cap_mknod", "cap_lease", "cap_audit_write", "cap_audit_control", "cap_setfcap", "cap_mac_override",
        "cap_mac_admin", "cap_syslog", "cap_wake_alarm", "cap_block_suspend", "cap_audit_read", "cap_perfmon", "cap_bpf", "cap_checkpoint_restore",
    ];

    /// <summary>How many there are; the last is CAP_LAST_CAP.</summary>
    public static int Count => s_names.Length;

    /// <summary>One bit for each.</summary>
    public static ulong All => (1UL << s_names.Length) - 1;

    /// <summary>A name's number in any case of letters, or -1.</summary>
    public static int Find(ReadOnlySpan<char> name)
    {
        for (var i = 0; i < s_names.Length; i++)
        {
            if (name.Equals(s_names[i], StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }
}
