using System.Buffers.Binary;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Recipes;

/// <summary>
/// File capabilities: from text ("cap_net_raw,cap_net_admin+ep") to the value of the extended attribute
/// <c>security.capability</c> (linux/capability.h, <c>struct vfs_cap_data</c>, revision 2, little-endian, 20 bytes).
/// </summary>
public static class FileCapabilities
{
    /// <summary>The extended attribute's name.</summary>
    public const string XattrName = "security.capability";

    private const uint Revision2 = 0x02000000;
    private const uint Effective = 0x000001;

    // linux/capability.h: the position is the number.
    private static readonly string[] s_names =
    [
        "cap_chown", "cap_dac_override", "cap_dac_read_search", "cap_fowner", "cap_fsetid", "cap_kill", "cap_setgid", "cap_setuid",
        "cap_setpcap", "cap_linux_immutable", "cap_net_bind_service", "cap_net_broadcast", "cap_net_admin", "cap_net_raw", "cap_ipc_lock",
        "cap_ipc_owner", "cap_sys_module", "cap_sys_rawio", "cap_sys_chroot", "cap_sys_ptrace", "cap_sys_pacct", "cap_sys_admin",
        "cap_sys_boot", "cap_sys_nice", "cap_sys_resource", "cap_sys_time", "cap_sys_tty_config", "cap_mknod", "cap_lease",
        "cap_audit_write", "cap_audit_control", "cap_setfcap", "cap_mac_override", "cap_mac_admin", "cap_syslog", "cap_wake_alarm",
        "cap_block_suspend", "cap_audit_read", "cap_perfmon", "cap_bpf", "cap_checkpoint_restore",
    ];

    /// <summary>Encodes capabilities.</summary>
    /// <param name="text">Names separated by commas, then <c>+</c> or <c>=</c>, then flags out of <c>e</c>, <c>i</c>, <c>p</c>.</param>
    /// <param name="where">For the diagnostic.</param>
    /// <exception cref="HullException">HULL5201: a name or flag is not known.</exception>
    public static byte[] Encode(string text, Location? where)
    {
        var split = text.AsSpan().IndexOfAny('+', '=');
        if (split <= 0 || split == text.Length - 1)
        {
            throw RecipeErrors.Invalid.Error($"'{text}' is not of the form cap_name[,cap_name]+ep.", where);
        }

        ulong set = 0;
        foreach (var name in text[..split].Split(','))
        {
            var number = Array.IndexOf(s_names, name.Trim());
            if (number < 0)
            {
                throw RecipeErrors.Invalid.Error($"'{name}' is not a capability.", where);
            }

            set |= 1UL << number;
        }

        var flags = text[(split + 1)..];
        if (flags.AsSpan().ContainsAnyExcept("eip"))
        {
            throw RecipeErrors.Invalid.Error($"'{flags}' has flags other than e, i and p.", where);
        }

        var permitted = flags.Contains('p') ? set : 0;
        var inheritable = flags.Contains('i') ? set : 0;
        var value = new byte[20];
        BinaryPrimitives.WriteUInt32LittleEndian(value, Revision2 | (flags.Contains('e') ? Effective : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(4), (uint)permitted);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(8), (uint)inheritable);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(12), (uint)(permitted >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(16), (uint)(inheritable >> 32));
        return value;
    }
}
