using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Fetching;

/// <summary>What came of a request that a server answered.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Contents">The body; empty unless the status is 200.</param>
public sealed record HttpAnswer(int Status, byte[] Contents)
{
    /// <summary>What a server that wants to know who asks says about how (the header <c>WWW-Authenticate</c>); null when it says nothing.</summary>
    public string? Challenge { get; init; }
}

/// <summary>A request.</summary>
/// <param name="Url">An http or https URL.</param>
/// <param name="Headers">Names and values; a name may occur more than once. They do not follow a redirection.</param>
public sealed record HttpCall(Uri Url, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <summary>What is posted, and its media type; null to get.</summary>
    public (byte[] Contents, string MediaType)? Body { get; init; }
}

/// <summary>
/// Gets URLs by HTTP. What cannot be reached, and what answers with 5xx, is tried again until the time is up; other answers are final. Headers
/// of the config do not follow a redirection.
/// </summary>
/// <param name="settings">What the config says.</param>
/// <param name="time">Waits between attempts.</param>
/// <param name="log">Told of attempts; never of contents, headers or queries.</param>
public sealed class HttpFetcher(HttpSettings settings, TimeProvider time, Action<string> log) : IDisposable
{
    private const int MaximumRedirects = 10;
    private readonly HttpClient _client = Client(settings);

    /// <summary>Sends a request until it is answered.</summary>
    /// <param name="call">The request.</param>
    /// <param name="again">Further status codes after which it is tried again.</param>
    /// <param name="cancel">Ends every attempt: the deadline of the stage.</param>
    /// <exception cref="HullException">HULL8081: nobody answered in time; HULL8032: too large.</exception>
    public async Task<HttpAnswer> SendAsync(HttpCall call, IReadOnlyList<int> again, CancellationToken cancel)
    {
        var shown = call.Url.GetLeftPart(UriPartial.Path);
        var method = call.Body is null ? HttpMethod.Get : HttpMethod.Post;
        using var total = new CancellationTokenSource(settings.Total ?? Timeout.InfiniteTimeSpan, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(total.Token, cancel);
        var delay = new RetryDelay();
        var last = "nobody answered";
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                log($"{method} {shown}: attempt #{attempt}");
                var answer = await OnceAsync(call, method, both.Token).ConfigureAwait(false);
                if (answer.Status < 500 && !again.Contains(answer.Status))
                {
                    return answer;
                }

                last = $"the server answered {answer.Status}";
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // Message texts are not kept in the program; the kinds are. That the time is up says less than what came before.
                last = attempt > 1 && both.IsCancellationRequested ? last
                    : e is HttpRequestException request ? $"{request.HttpRequestError}{(e.InnerException is System.Net.Sockets.SocketException socket ? $" ({socket.SocketErrorCode})" : "")}"
                    : e is OperationCanceledException ? "no answer in time" : "the connection broke";
            }

            log($"{method} {shown}: {last}");
            try
            {
                await Task.Delay(delay.Next(), time, both.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw ProvisioningErrors.FetchFailed.Error($"{shown} was not fetched in time, after {attempt} attempts: {last}.");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<HttpAnswer> OnceAsync(HttpCall call, HttpMethod method, CancellationToken cancel)
    {
        var url = call.Url;
        for (var redirects = 0; redirects <= MaximumRedirects; redirects++)
        {
            using var request = new HttpRequestMessage(method, url);
            if (call.Body is { } body)
            {
                request.Content = new ByteArrayContent(body.Contents);
                request.Content.Headers.TryAddWithoutValidation("Content-Type", body.MediaType);
            }

            foreach (var (name, value) in redirects == 0 ? call.Headers : [])
            {
                request.Headers.Remove(name);
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(settings.Headers);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            limit.CancelAfter(Timeout.InfiniteTimeSpan);
            if (response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
                && response.Headers.Location is { } location)
            {
                url = new Uri(url, location);
                if (url.Scheme is not ("http" or "https"))
                {
                    break;
                }

                continue;
            }

            var contents = response.StatusCode == HttpStatusCode.OK ? await ReadAsync(response, cancel).ConfigureAwait(false) : [];
            return new((int)response.StatusCode, contents) { Challenge = Challenge(response) };
        }

        throw ProvisioningErrors.FetchFailed.Error($"{url.GetLeftPart(UriPartial.Path)} redirects too often, or to something other than http.");
    }

    private static string? Challenge(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var values) ? values.ToString() : null;

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var body = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            using var contents = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (var count = await body.ReadAsync(buffer, cancel).ConfigureAwait(false); count > 0; count = await body.ReadAsync(buffer, cancel).ConfigureAwait(false))
            {
                if (contents.Length + count > Resources.ResourceContents.MaximumBytes)
                {
                    throw ProvisioningErrors.ContentsTooLarge.Error($"The server sends more than {Resources.ResourceContents.MaximumBytes} bytes.");
                }

                contents.Write(buffer, 0, count);
            }

            return contents.ToArray();
        }
    }

    private static HttpClient Client(HttpSettings settings)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            UseCookies = false,
            UseProxy = settings.Proxy is not null,
            Proxy = settings.Proxy,
        };
        if (settings.Authorities.Count > 0)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trust(settings.Authorities) };
        }

        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "Ignition/2.26.0 (Ironhull)");
        client.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Encoding", "identity");
        return client;
    }

    private static X509ChainPolicy Trust(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        using var system = new X509Store(StoreName.Root, StoreLocation.LocalMachine);
        system.Open(OpenFlags.ReadOnly);
        policy.CustomTrustStore.AddRange(system.Certificates);
        return policy;
    }
}
