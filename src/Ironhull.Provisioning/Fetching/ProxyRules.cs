using System.Globalization;
using System.Net;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Fetching;

/// <summary>
/// The proxies of a config. <c>noProxy</c> takes host names (with all below them), names with a leading dot (only what is below), addresses, networks
/// (<c>10.0.0.0/8</c>), each but networks with a port if wanted, and <c>*</c>. The machine itself is never reached by a proxy.
/// </summary>
public sealed class ProxyRules : IWebProxy
{
    private readonly Uri? _http;
    private readonly Uri? _https;
    private readonly IReadOnlyList<string> _without;

    /// <summary>Reads a config's rules, which have been checked.</summary>
    public ProxyRules(Proxy proxy)
    {
        _http = Parse(proxy.HttpProxy);
        _https = Parse(proxy.HttpsProxy) ?? _http;
        _without = [.. proxy.NoProxy.Select(n => n.Trim().ToLowerInvariant()).Where(n => n.Length > 0)];
    }

    /// <inheritdoc/>
    public ICredentials? Credentials { get; set; }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : Of(destination);

    /// <inheritdoc/>
    public bool IsBypassed(Uri host)
    {
        var name = host.IdnHost.ToLowerInvariant();
        var address = IPAddress.TryParse(name.Trim('[', ']'), out var parsed) ? parsed : null;
        return Of(host) is null || name == "localhost" || (address is not null && IPAddress.IsLoopback(address)) || _without.Any(rule => Covers(rule, name, address, host.Port));
    }

    private Uri? Of(Uri destination) => destination.Scheme == Uri.UriSchemeHttps ? _https : _http;

    private static Uri? Parse(string? text) => text is { Length: > 0 } && Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : null;

    private static bool Covers(string rule, string name, IPAddress? address, int port)
    {
        if (rule == "*")
        {
            return true;
        }

        if (rule.Contains('/', StringComparison.Ordinal))
        {
            return address is not null && IPNetwork.TryParse(rule, out var network) && network.Contains(address);
        }

        if (!IPAddress.TryParse(rule, out _) && rule.LastIndexOf(':') is var colon && colon > 0)
        {
            if (rule[(colon + 1)..] != port.ToString(CultureInfo.InvariantCulture))
            {
                return false;
            }

            rule = rule[..colon].Trim('[', ']');
        }

        if (IPAddress.TryParse(rule, out var single))
        {
            return single.Equals(address);
        }

        var below = rule.StartsWith("*.", StringComparison.Ordinal) ? rule[1..] : rule;
        return below.StartsWith('.') ? name.EndsWith(below, StringComparison.Ordinal) : name == below || name.EndsWith("." + below, StringComparison.Ordinal);
    }
}
