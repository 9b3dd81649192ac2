using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ironhull.Packages.Tests;

/// <summary>An HTTP server on the loopback interface: files by path, ranges, and the ways in which mirrors fail.</summary>
internal sealed class TestMirror : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();

    public TestMirror()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public ConcurrentDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Path to how many bytes are sent before the connection is closed.</summary>
    public ConcurrentDictionary<string, int> CutAfter { get; } = new(StringComparer.Ordinal);

    /// <summary>Path to a status that is answered instead, so many times.</summary>
    public ConcurrentDictionary<string, (int Status, int Times)> Failures { get; } = new(StringComparer.Ordinal);

    public bool HonourRanges { get; set; } = true;

    /// <summary>Leaves Content-Length out and closes the connection at the end.</summary>
    public bool WithoutLength { get; set; }

    public Uri Base => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/debian");

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                using var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                var request = await reader.ReadLineAsync() ?? "";
                long from = 0;
                var ranged = false;
                while (await reader.ReadLineAsync() is { Length: > 0 } header)
                {
                    if (header.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                    {
                        ranged = long.TryParse(header[13..].TrimEnd('-'), NumberStyles.None, CultureInfo.InvariantCulture, out from);
                    }
                }

                var path = Uri.UnescapeDataString(request.Split(' ')[1]);
                path = path.StartsWith("/debian/", StringComparison.Ordinal) ? path[8..] : path;
                Requests.Enqueue(ranged ? $"{path}@{from}" : path);
                await AnswerAsync(stream, path, ranged && HonourRanges ? from : 0, ranged && HonourRanges);
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
        }
    }

    private async Task AnswerAsync(NetworkStream stream, string path, long from, bool ranged)
    {
        var failure = Failures.GetValueOrDefault(path);
        if (failure.Times > 0)
        {
            Failures[path] = (failure.Status, failure.Times - 1);
            await HeadAsync(stream, failure.Status, "Content-Length: 0\r\n");
            return;
        }

        if (!Files.TryGetValue(path, out var body))
        {
            await HeadAsync(stream, 404, "Content-Length: 0\r\n");
            return;
        }

        if (ranged && from >= body.Length)
        {
            await HeadAsync(stream, 416, "Content-Length: 0\r\n");
            return;
        }

        var range = ranged ? $"Content-Range: bytes {from}-{body.Length - 1}/{body.Length}\r\n" : "";
        await HeadAsync(stream, ranged ? 206 : 200, (WithoutLength ? "" : $"Content-Length: {body.Length - from}\r\n") + range);
        var count = (int)Math.Min(body.Length - from, CutAfter.GetValueOrDefault(path, int.MaxValue));
        await stream.WriteAsync(body.AsMemory((int)from, count));
    }

    private static async Task HeadAsync(NetworkStream stream, int status, string headers) =>
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\n{headers}Connection: close\r\n\r\n"));
}
