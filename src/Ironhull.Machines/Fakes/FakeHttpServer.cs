using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Ironhull.Machines.Fakes;

/// <summary>A request that a fake service got.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query, or a whole URL when it came by a proxy.</param>
/// <param name="Headers">The headers by name, in any case.</param>
/// <param name="Body">The body.</param>
public sealed record FakeRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>What a fake service answers.</summary>
/// <param name="Status">The status code; 0 closes the connection without an answer.</param>
/// <param name="Body">The body.</param>
public sealed record FakeAnswer(int Status, byte[] Body)
{
    /// <summary>Where a redirection leads.</summary>
    public string? Location { get; init; }

    /// <summary>How the server wants to know who asks (<c>WWW-Authenticate</c>).</summary>
    public string? Challenge { get; init; }

    /// <summary>What is sent instead of a well-formed answer.</summary>
    public byte[]? Raw { get; init; }

    /// <summary>Sent after it again and again, until the other side has enough; null closes the connection.</summary>
    public byte[]? Endless { get; init; }

    /// <summary>200 with a text.</summary>
    public static FakeAnswer Text(string text) => new(200, Encoding.UTF8.GetBytes(text));
}

/// <summary>A web server on a port of its own of this machine: HTTP/1.1, one request for each connection, with or without TLS.</summary>
public sealed class FakeHttpServer : IDisposable
{
    private const int LongestLine = 16384;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<FakeRequest, FakeAnswer> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly List<FakeRequest> _requests = [];

    /// <summary>Starts a server.</summary>
    /// <param name="answer">Answers each request.</param>
    /// <param name="certificate">With it the server speaks TLS.</param>
    public FakeHttpServer(Func<FakeRequest, FakeAnswer> answer, X509Certificate2? certificate = null)
    {
        _answer = answer;
        _certificate = certificate;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Url => new($"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}/");

    /// <summary>Its port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<FakeRequest> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync().ConfigureAwait(false));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The server was stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    var secured = new SslStream(stream);
                    await secured.AuthenticateAsServerAsync(_certificate).ConfigureAwait(false);
                    stream = secured;
                }

                await using (stream.ConfigureAwait(false))
                {
                    var request = await ReadAsync(stream).ConfigureAwait(false);
                    lock (_requests)
                    {
                        _requests.Add(request);
                    }

                    await WriteAsync(stream, _answer(request)).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or System.Security.Authentication.AuthenticationException)
        {
            // The other side is gone, or does not trust this one.
        }
    }

    private static async Task<FakeRequest> ReadAsync(Stream stream)
    {
        var words = (await LineAsync(stream).ConfigureAwait(false)).Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var line = await LineAsync(stream).ConfigureAwait(false); line.Length > 0; line = await LineAsync(stream).ConfigureAwait(false))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..Math.Max(colon, 0)]] = line[(colon + 1)..].Trim();
        }

        var length = headers.TryGetValue("Content-Length", out var text) && int.TryParse(text, out var number) ? Math.Clamp(number, 0, 1 << 20) : 0;
        var body = new byte[length];
        await stream.ReadExactlyAsync(body).ConfigureAwait(false);
        return new(words[0], words.Length > 1 ? words[1] : "", headers, Encoding.UTF8.GetString(body));
    }

    private static async Task<string> LineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one).ConfigureAwait(false) == 1 && one[0] != (byte)'\n')
        {
            line.Add(one[0]);
            if (line.Count > LongestLine)
            {
                throw new InvalidDataException("a line without end");
            }
        }

        return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
    }

    private static async Task WriteAsync(Stream stream, FakeAnswer answer)
    {
        if (answer.Raw is { } raw)
        {
            await stream.WriteAsync(raw).ConfigureAwait(false);
            while (answer.Endless is { } more)
            {
                await stream.WriteAsync(more).ConfigureAwait(false);
            }

            return;
        }

        if (answer.Status == 0)
        {
            return;
        }

        var head = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {answer.Status} Answer\r\nContent-Length: {answer.Body.Length}\r\nConnection: close\r\n"));
        if (answer.Location is { } location)
        {
            head.Append("Location: ").Append(location).Append("\r\n");
        }

        if (answer.Challenge is { } challenge)
        {
            head.Append("WWW-Authenticate: ").Append(challenge).Append("\r\n");
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString())).ConfigureAwait(false);
        await stream.WriteAsync(answer.Body).ConfigureAwait(false);
    }
}
