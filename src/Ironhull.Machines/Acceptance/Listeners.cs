namespace Ironhull.Machines.Acceptance;

/// <summary>Reads <c>ss -Hlntup</c> and says which sockets nobody expects on a container host.</summary>
internal static class Listeners
{
    /// <summary>The sockets that are not expected, as "protocol address (process)".</summary>
    public static IReadOnlyList<string> Unexpected(string ss) =>
        [.. Check.Lines(ss).Select(Parse).Where(s => !IsExpected(s.Protocol, s.Address, s.Process)).Select(s => $"{s.Protocol} {s.Address} ({s.Process})")];

    private static (string Protocol, string Address, string Process) Parse(string line)
    {
        // Netid State Recv-Q Send-Q Local Peer Process
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length < 5 ? ("?", line, "?") : (fields[0], fields[4], fields.Length > 6 ? fields[6] : "");
    }

    private static bool IsExpected(string protocol, string address, string process)
    {
        var colon = address.LastIndexOf(':');
        var port = colon < 0 ? "" : address[(colon + 1)..];
        var host = colon < 0 ? address : address[..colon];
        return port switch
        {
            "22" => protocol == "tcp" && (process.Contains("systemd", StringComparison.Ordinal) || process.Contains("sshd", StringComparison.Ordinal)),
            // resolved's stub, on the loopback only
            "53" => host.StartsWith("127.0.0.5", StringComparison.Ordinal) && process.Contains("systemd-resolve", StringComparison.Ordinal),
            // DHCP and DHCPv6 clients
            "68" or "546" => protocol == "udp" && process.Contains("systemd-network", StringComparison.Ordinal),
            // containerd's streaming server for kubectl exec: a free port of the loopback
            _ => protocol == "tcp" && host == "127.0.0.1" && process.Contains("containerd", StringComparison.Ordinal),
        };
    }
}
