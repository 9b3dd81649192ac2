using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Fetching;

/// <summary>What a config says about requests.</summary>
/// <param name="Headers">For how long a server may take until its headers are there.</param>
/// <param name="Total">For how long a fetch may take with all retries; null for no limit but that of the whole stage.</param>
/// <param name="Authorities">Trusted beside the system's.</param>
/// <param name="Proxy">The proxies.</param>
public sealed record HttpSettings(TimeSpan Headers, TimeSpan? Total, X509Certificate2Collection Authorities, ProxyRules? Proxy)
{
    /// <summary>What holds where no config says otherwise: 10 s for headers.</summary>
    public static HttpSettings Default { get; } = new(TimeSpan.FromSeconds(10), null, [], null);

    /// <summary>Reads the settings of a config.</summary>
    /// <param name="section">The config's section <c>ignition</c>.</param>
    /// <param name="fetch">Gives the contents of a certificate authority.</param>
    /// <exception cref="HullException">HULL8083: a certificate cannot be read; or one cannot be fetched.</exception>
    public static HttpSettings Of(IgnitionSection section, Func<Resource, byte[]> fetch)
    {
        var authorities = new X509Certificate2Collection();
        foreach (var resource in section.CertificateAuthorities)
        {
            Add(authorities, resource, fetch(resource));
        }

        var timeouts = section.Timeouts;
        return new(
            timeouts.HttpResponseHeaders is { } headers ? Seconds(headers) ?? Timeout.InfiniteTimeSpan : Default.Headers,
            timeouts.HttpTotal is { } total ? Seconds(total) : null,
            authorities,
            section.Proxy.HttpProxy is { Length: > 0 } || section.Proxy.HttpsProxy is { Length: > 0 } ? new ProxyRules(section.Proxy) : null);
    }

    // Timers take a little less than 50 days.
    private static TimeSpan? Seconds(long seconds) => seconds <= 0 ? null : TimeSpan.FromSeconds(Math.Min(seconds, 4_000_000));

    private static void Add(X509Certificate2Collection authorities, Resource resource, byte[] contents)
    {
        var before = authorities.Count;
        try
        {
            authorities.ImportFromPem(Encoding.ASCII.GetString(contents));
        }
        catch (CryptographicException e)
        {
            throw ProvisioningErrors.BadAuthority.Error($"The certificates are malformed: {e.Message}", resource.Node.WhereIs("source").ToLocation(), cause: e);
        }

        if (authorities.Count == before)
        {
            throw ProvisioningErrors.BadAuthority.Error("There is no PEM certificate in the contents.", resource.Node.WhereIs("source").ToLocation());
        }
    }
}
