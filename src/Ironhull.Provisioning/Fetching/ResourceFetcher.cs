using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Resources;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Fetching;

/// <summary>Gives the contents of resources, from wherever their URLs lead: decompressed and verified.</summary>
/// <param name="isOffline">Whether the network is not there yet: what needs it is HULL8080.</param>
/// <param name="oemFolders">Where <c>oem:</c> URLs lead, best first.</param>
/// <param name="time">Waits between attempts.</param>
/// <param name="log">Told of attempts, never of contents.</param>
/// <param name="deadline">Ends every fetch: no boot waits for ever.</param>
public sealed class ResourceFetcher(bool isOffline, IReadOnlyList<string> oemFolders, TimeProvider time, Action<string> log, CancellationToken deadline) : IDisposable
{
    private const int TftpPort = 69;
    private readonly Dictionary<string, byte[]> _authorities = new(StringComparer.Ordinal);
    private HttpFetcher? _http;
    private HttpSettings _settings = HttpSettings.Default;

    /// <summary>Whether the network is not there yet.</summary>
    public bool IsOffline => isOffline;

    /// <summary>Ends every fetch.</summary>
    public CancellationToken Deadline => deadline;

    /// <summary>Waits and measures.</summary>
    public TimeProvider Time => time;

    /// <summary>Told of attempts.</summary>
    public Action<string> Log => log;

    /// <summary>Takes over time limits, certificate authorities and proxies of a config.</summary>
    /// <exception cref="HullException">HULL8083, or a certificate cannot be fetched.</exception>
    public void Use(IgnitionConfig config)
    {
        _settings = HttpSettings.Of(config.Ignition, Authority);
        _http?.Dispose();
        _http = null;
    }

    /// <summary>Limits requests before there is a config to say how.</summary>
    /// <param name="total">For how long a fetch may take with all retries.</param>
    public void Use(TimeSpan total)
    {
        _settings = HttpSettings.Default with { Total = total };
        _http?.Dispose();
        _http = null;
    }

    /// <summary>The contents of a certificate authority; each is fetched once.</summary>
    public byte[] Authority(Resource resource)
    {
        var key = $"{resource.Source} {resource.Hash}";
        if (!_authorities.TryGetValue(key, out var contents))
        {
            contents = Fetch(resource);
            _authorities[key] = contents;
        }

        return contents;
    }

    /// <summary>Fetches a resource.</summary>
    /// <exception cref="HullException">HULL8030 to HULL8033, HULL8080 to HULL8082.</exception>
    public byte[] Fetch(Resource resource)
    {
        var source = resource.Source ?? "";
        return source.Length == 0 || DataUrl.Is(source) ? ResourceContents.FromUrl(resource)
            : ResourceContents.Decode(resource, Get(source, [.. resource.HttpHeaders.Where(h => h.Value is not null).Select(h => KeyValuePair.Create(h.Name, h.Value!))], resource));
    }

    /// <summary>Fetches an Ignition config from a URL, and says to the server which versions are read.</summary>
    public byte[] FetchConfig(Resource resource)
    {
        var source = resource.Source ?? "";
        return source.Length == 0 || DataUrl.Is(source) ? ResourceContents.FromUrl(resource) : ResourceContents.Decode(
            resource, Get(source, [AcceptConfig, .. resource.HttpHeaders.Where(h => h.Value is not null).Select(h => KeyValuePair.Create(h.Name, h.Value!))], resource));
    }

    /// <summary>Gets a URL by HTTP and tells the status.</summary>
    /// <param name="url">An http or https URL.</param>
    /// <param name="headers">Headers of the request.</param>
    /// <param name="again">Status codes below 500 after which it is tried again.</param>
    /// <param name="cancel">Ends every attempt, beside the deadline.</param>
    /// <exception cref="HullException">HULL8080: the network is not there yet; HULL8081.</exception>
    public Task<HttpAnswer> GetAsync(Uri url, IReadOnlyList<KeyValuePair<string, string>> headers, IReadOnlyList<int> again, CancellationToken cancel = default) =>
        SendAsync(new(url, headers), again, cancel);

    /// <summary>Sends a request by HTTP and tells the status.</summary>
    /// <param name="call">The request.</param>
    /// <param name="again">Status codes below 500 after which it is tried again.</param>
    /// <param name="cancel">Ends every attempt, beside the deadline.</param>
    /// <exception cref="HullException">HULL8080: the network is not there yet; HULL8081.</exception>
    public async Task<HttpAnswer> SendAsync(HttpCall call, IReadOnlyList<int> again, CancellationToken cancel = default)
    {
        RequireNetwork(call.Url.GetLeftPart(UriPartial.Path), null);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline);
        return await (_http ??= new HttpFetcher(_settings, time, log)).SendAsync(call, again, both.Token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _http?.Dispose();

    // Servers that convert configs give the newest one that is read.
    private static KeyValuePair<string, string> AcceptConfig { get; } = KeyValuePair.Create("Accept", "application/vnd.coreos.ignition+json;version=3.6.0, */*;q=0.1");

    private byte[] Get(string source, IReadOnlyList<KeyValuePair<string, string>> headers, Resource resource)
    {
        var where = resource.Node.WhereIs("source").ToLocation();
        var url = GoUrl.Parse(source) ?? throw ProvisioningErrors.BadUrl.Error("The URL is malformed.", where);
        switch (url.Scheme)
        {
            case "http" or "https":
                var answer = GetAsync(new Uri(source), headers, []).GetAwaiter().GetResult();
                return answer.Status == 200 ? answer.Contents : throw ProvisioningErrors.FetchFailed.Error($"{source.Split('?')[0]}: the server answered {answer.Status}.", where);
            case "tftp":
                RequireNetwork(source, where);
                var target = new Uri(source);
                return new TftpClient(log).GetAsync(target.DnsSafeHost, target.Port > 0 ? target.Port : TftpPort, url.Path.TrimStart('/'), deadline).GetAwaiter().GetResult();
            case "oci":
                RequireNetwork(source, where);
                return new OciClient(this).Pull(OciReference.Parse(source) ?? throw ProvisioningErrors.BadUrl.Error("The URL does not name what a registry holds: oci://REGISTRY/REPOSITORY[:TAG|@DIGEST][?path=/FILE].", where));
            case "oem":
                return ReadOem(url.Path, where);
            default:
                throw ProvisioningErrors.SchemeUnsupported.Error($"The contents of {source.Split('?')[0]} are not fetched: the scheme '{url.Scheme}' is not known here.", where);
        }
    }

    private void RequireNetwork(string url, Location? where)
    {
        if (isOffline)
        {
            throw ProvisioningErrors.NetworkNeeded.Error($"{url.Split('?')[0]} needs the network, which is not there yet.", where);
        }
    }

    private byte[] ReadOem(string path, Location where)
    {
        foreach (var folder in oemFolders.Where(Directory.Exists))
        {
            // The kernel resolves the path inside the folder, so that links and dots lead nowhere else.
            using var root = new Engine.RootFolder(folder);
            if (root.Read("/" + path.TrimStart('/')) is { } contents)
            {
                return contents;
            }
        }

        throw ProvisioningErrors.FetchFailed.Error($"oem://{path} is in none of {string.Join(", ", oemFolders)}.", where);
    }
}
