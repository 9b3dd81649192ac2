namespace Ironhull.Machines.Acceptance;

/// <summary>The tests that walk the booted machine's file systems: what lies there, and with which modes.</summary>
internal static class FileTreeChecks
{
    // The writable layer of /etc is seen through /etc; below /usr lie its defaults, whose links are read as /etc's.
    private const string Walk = "find / /usr /etc -xdev -path /var/lib/etc-overlay -prune -o -path /var/lib/containerd -prune -o -path /usr/share/ironhull/etc -prune -o ";

    /// <summary>All tests, in the order in which they run.</summary>
    public static IReadOnlyList<HostChecks.HostCheck> All { get; } =
    [
        new("no-dead-links", "No symbolic link of the system leads nowhere", DeadLinks),
        new("no-world-writable-files", "Nothing but sticky temporary folders can be written to by everyone", WorldWritable),
        new("file-names-are-plain", "No file name holds a space or a control character; no backup copies, manual pages or byte code", Names),
        new("usr-matches-its-root-hash", "Every block of /usr hashes to the root hash on the kernel's command line", RootHash),
        new("no-disk-errors", "The kernel has reported no disk or file system error", DiskErrors),
    ];

    private static async Task<string> DeadLinks(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        // The skeleton's links count from ROOT, where systemd-repart copies them.
        var links = await machine.SshAsync(Walk + "-xtype l -not -path '/usr/share/ironhull/root/*' -print", cancel: cancel).ConfigureAwait(false);
        Check.None(Check.Lines(links), "links that lead nowhere");
        return "0 dead links";
    }

    private static async Task<string> WorldWritable(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var found = await machine.SshAsync(Walk + @"-perm -0002 ! -type l -printf '%M %p\n'", cancel: cancel).ConfigureAwait(false);
        Check.None([.. Check.Lines(found).Where(l => !l.StartsWith("drwxrwxrwt ", StringComparison.Ordinal))], "files that everyone can write to");
        return $"{Check.Lines(found).Count} sticky folders";
    }

    private static async Task<string> Names(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var found = await machine.SshAsync(
            Walk + @"\( -name '*[[:cntrl:][:space:]]*' -o -name '*.old' -o -name '*~' -o -name '*.pyc' -o -path '/usr/share/man/*' \) -print", cancel: cancel).ConfigureAwait(false);
        Check.None(Check.Lines(found), "files that do not belong on a node");
        return "none";
    }

    private static async Task<string> RootHash(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        // The partitions' identifiers are the two halves of the root hash: what is verified is what was booted.
        var output = await machine.SshAsync(
            "set -e; h=$(grep -o 'usrhash=[0-9a-f]*' /proc/cmdline); h=${h#usrhash=}; " +
            "u() { echo ${1:0:8}-${1:8:4}-${1:12:4}-${1:16:4}-${1:20:12}; }; p=/dev/disk/by-partuuid; " +
            "veritysetup verify $p/$(u ${h:0:32}) $p/$(u ${h:32:32}) $h; dmsetup table usr | grep -o $h", cancel: cancel).ConfigureAwait(false);
        return $"root hash {output.Trim()}";
    }

    private static async Task<string> DiskErrors(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var found = await machine.SshAsync("journalctl -k -b --no-pager -o cat | grep -E 'I/O error|EXT4-fs (error|warning)|erofs: .*(error|corrupt)|Buffer I/O' || true", cancel: cancel).ConfigureAwait(false);
        Check.None(Check.Lines(found), "errors of disks or file systems");
        return "none";
    }
}
