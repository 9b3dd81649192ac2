using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.Cache;

/// <summary>Asks a mirror for files over HTTP, or a folder for them: bounded retries with growing pauses, coded errors without host names.</summary>
public sealed class MirrorClient : IDisposable
{
    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(60);
    private readonly HttpClient _http;
    private readonly MirrorMap _mirrors;
    private volatile bool _answered;

    /// <summary>A client for the given mirrors.</summary>
    /// <param name="mirrors">The bases.</param>
    /// <param name="attempts">How often a request is tried.</param>
    /// <param name="firstPause">The pause after the first failure; each further one is twice as long. Half a second when null.</param>
    public MirrorClient(MirrorMap mirrors, int attempts = 5, TimeSpan? firstPause = null)
    {
        _mirrors = mirrors;
        Attempts = attempts;
        FirstPause = firstPause ?? TimeSpan.FromMilliseconds(500);
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = 8,
            AutomaticDecompression = DecompressionMethods.None,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("hull", null));
    }

    internal int Attempts { get; }

    internal TimeSpan FirstPause { get; }

    /// <summary>Fetches a small file whose digest is not known before.</summary>
    /// <param name="sourceId">For messages.</param>
    /// <param name="archive">Key into the mirror map.</param>
    /// <param name="relativePath">Below the archive's base.</param>
    /// <param name="limit">The most bytes that are read.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HullException">HULL2030 to HULL2035.</exception>
    public async Task<byte[]> GetAsync(string sourceId, string archive, string relativePath, int limit, CancellationToken cancellation = default)
    {
        try
        {
            return await RetryAsync(sourceId, archive, relativePath, () => GetOnceAsync(sourceId, archive, relativePath, limit, cancellation), cancellation).ConfigureAwait(false);
        }
        catch (HullException e)
        {
            throw MirrorMap.Name(e, archive);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<byte[]> GetOnceAsync(string sourceId, string archive, string relativePath, int limit, CancellationToken cancellation)
    {
        using var response = await SendAsync(sourceId, archive, relativePath, 0, cancellation).ConfigureAwait(false);
        using var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (await ReadAsync(stream, buffer, cancellation).ConfigureAwait(false) is var read and > 0)
        {
            if (bytes.Length + read > limit)
            {
                throw PackageErrors.TooLong.Error($"The mirror of '{sourceId}' sends more than {limit} bytes for '{relativePath}'.");
            }

            bytes.Write(buffer, 0, read);
        }

        return response.Content.Headers.ContentLength is { } announced && announced != bytes.Length ? throw new TransientException("it ends early", null) { Truncated = true } : bytes.ToArray();
    }

    /// <summary>One request, from an offset on; the caller disposes the response.</summary>
    /// <exception cref="TransientException">Worth another try.</exception>
    internal async Task<HttpResponseMessage> SendAsync(string sourceId, string archive, string relativePath, long from, CancellationToken cancellation)
    {
        var location = _mirrors.Locate(archive, relativePath);
        if (location.IsFile)
        {
            return Judge(FolderMirror.Answer(_mirrors.BaseOf(archive).LocalPath, relativePath, from), sourceId, relativePath);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, location);
        if (from > 0)
        {
            request.Headers.Range = new RangeHeaderValue(from, null);
        }

        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(s_stall);
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TransientException("it does not answer in time", e);
        }

        _answered = true;
        return Judge(response, sourceId, relativePath);
    }

    private static HttpResponseMessage Judge(HttpResponseMessage response, string sourceId, string relativePath)
    {
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return response;
        }

        using (response)
        {
            var status = (int)response.StatusCode;
            throw status switch
            {
                404 or 410 => PackageErrors.NotFound.Error($"The mirror of '{sourceId}' does not have '{relativePath}'."),
                408 or 429 or >= 500 => new TransientException($"it answers with HTTP status {status}", null) { Status = status },
                _ => PackageErrors.MirrorRefused.Error($"The mirror of '{sourceId}' answers with HTTP status {status} for '{relativePath}'."),
            };
        }
    }

    /// <summary>Reads, and does not wait for ever.</summary>
    internal static async ValueTask<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellation)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(s_stall);
        try
        {
            return await stream.ReadAsync(buffer, stall.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TransientException("it stops sending", e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new TransientException("the connection breaks off", e) { Truncated = true };
        }
    }

    /// <summary>Tries again after what may pass.</summary>
    internal async Task<T> RetryAsync<T>(string sourceId, string archive, string what, Func<Task<T>> action, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            Exception failure;
            try
            {
                return await action().ConfigureAwait(false);
            }
            catch (Exception e) when (e is TransientException or HttpRequestException)
            {
                failure = e;
            }

            // A name that is not known now is not known in a few seconds either; and what has never answered is rather not there than busy.
            var isNameless = failure is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError };
            if (attempt >= Attempts || isNameless || (attempt > 1 && !_answered))
            {
                throw Final(sourceId, archive, what, failure, attempt);
            }

            await Task.Delay(FirstPause * (1 << (attempt - 1)), cancellation).ConfigureAwait(false);
        }
    }

    private static HullException Final(string sourceId, string archive, string what, Exception failure, int attempts)
    {
        // The runtime's own messages hold the host's name.
        var why = failure is HttpRequestException http ? http.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "its name cannot be resolved",
            HttpRequestError.ConnectionError => "it cannot be connected to",
            HttpRequestError.SecureConnectionError => "no secure connection can be made",
            HttpRequestError.ProxyTunnelError => "the proxy refuses",
            _ => "it does not speak HTTP as expected",
        }
        : failure.Message;
        var times = attempts == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" after {attempts} attempts");
        var message = $"The mirror of '{sourceId}' cannot deliver '{what}'{times}: {why}; {MirrorMap.VariableOf(archive)} names another.";
        return failure switch
        {
            TransientException { Status: > 0 } => PackageErrors.MirrorRefused.Error(message, cause: failure),
            TransientException { Truncated: true } => PackageErrors.DownloadTruncated.Error(message, cause: failure),
            _ => PackageErrors.MirrorUnreachable.Error(message, cause: failure),
        };
    }
}

/// <summary>A failure of the network that may pass; never reaches a caller.</summary>
internal sealed class TransientException(string message, Exception? cause) : Exception(message, cause)
{
    public int Status { get; init; }

    public bool Truncated { get; init; }
}
