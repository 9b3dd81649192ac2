namespace Ironhull.Machines.Acceptance;

/// <summary>The tests of what a node's users need the host to be able to do: networks of containers, accounts, swap, the system bus.</summary>
internal static class CapabilityChecks
{
    // In a network namespace of its own nothing reaches the host's network.
    private const string NetworkCommand =
        """
        unshare --net bash -e <<'END'
        ip link set lo up
        iptables -A INPUT -p tcp --dport 9 -j DROP; iptables -S INPUT | grep -q 'dport 9 -j DROP' && echo iptables
        ip6tables -A INPUT -p tcp --dport 9 -j DROP; ip6tables -S INPUT | grep -q 'dport 9 -j DROP' && echo ip6tables
        nft add table inet acceptance; nft add chain inet acceptance c '{ type filter hook input priority 0; }'
        nft add rule inet acceptance c tcp dport 9 drop; nft list table inet acceptance | grep -q 'tcp dport 9 drop' && echo nftables
        for kind in bridge dummy vrf\ table\ 10 ipip\ local\ 127.0.0.1\ remote\ 127.0.0.2 vxlan\ id\ 7\ dstport\ 4789\ dev\ lo wireguard; do
            ip link add link0 type $kind && ip link del link0 && echo ${kind%% *}
        done
        ip link add veth0 type veth peer name veth1 && echo veth
        ip link add macvlan0 link veth0 type macvlan && echo macvlan
        END
        """;

    private static readonly string[] s_network = ["iptables", "ip6tables", "nftables", "bridge", "dummy", "vrf", "ipip", "vxlan", "wireguard", "veth", "macvlan"];

    /// <summary>All tests, in the order in which they run.</summary>
    public static IReadOnlyList<HostChecks.HostCheck> All { get; } =
    [
        new("container-networks", "Packet filters and the links that container networks are built of can be made", Network),
        new("system-bus-asks-for-rights", "Without rights the system bus answers questions and restarts nothing", SystemBus),
        new("accounts-can-be-added", "An account with a home can be added and removed", Accounts),
        new("swap-can-be-used", "A swap file can be switched on and off", Swap),
        new("kernel-types-for-bpf", "The kernel carries its types (BTF), which tracing programs in containers need", Btf),
    ];

    private static async Task<string> Network(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var made = Check.Lines((await machine.TrySshAsync(NetworkCommand, cancel: cancel).ConfigureAwait(false)).Output);
        Check.None([.. s_network.Except(made, StringComparer.Ordinal)], "what could not be made");
        return string.Join(' ', made);
    }

    private static async Task<string> SystemBus(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        const string Nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 ";
        var restart = await machine.TrySshAsync(Nobody + "org.freedesktop.systemd1.Manager RestartUnit ss systemd-resolved.service replace 2>&1", cancel: cancel).ConfigureAwait(false);
        Check.That(!restart.Succeeded, $"nobody restarted a unit: {restart.Output}");
        Check.Contains("denied", restart.Output, "RestartUnit as nobody");
        await machine.SshAsync(Nobody + "org.freedesktop.DBus.Properties GetAll s org.freedesktop.systemd1.Manager >/dev/null", cancel: cancel).ConfigureAwait(false);
        return restart.Output.Trim();
    }

    private static async Task<string> Accounts(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var entry = await machine.SshAsync(
            "useradd --create-home --shell /usr/sbin/nologin acceptance && getent passwd acceptance && test -d /home/acceptance && userdel --remove acceptance 2>/dev/null; ! getent passwd acceptance && test ! -e /home/acceptance",
            cancel: cancel).ConfigureAwait(false);
        return entry.Trim();
    }

    private static async Task<string> Swap(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var swaps = await machine.SshAsync(
            "f=/var/acceptance.swap; fallocate -l 16M $f && chmod 600 $f && mkswap -q $f && swapon $f && tail -n +2 /proc/swaps; swapoff $f; rm -f $f", cancel: cancel).ConfigureAwait(false);
        Check.Contains("/var/acceptance.swap", swaps, "/proc/swaps");
        Check.Equal("1", await machine.SshAsync("wc -l < /proc/swaps", cancel: cancel).ConfigureAwait(false), "lines of /proc/swaps afterwards");
        return swaps.Trim();
    }

    private static async Task<string> Btf(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        // The magic number of BTF, linux/btf.h.
        Check.Equal("9f eb", await machine.SshAsync("od -An -tx1 -N2 /sys/kernel/btf/vmlinux", cancel: cancel).ConfigureAwait(false), "the first bytes of /sys/kernel/btf/vmlinux");
        return "/sys/kernel/btf/vmlinux";
    }
}
