using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;

namespace Ironhull.Machines.Acceptance;

/// <summary>
/// containerd's interface for Kubernetes (CRI, <c>runtime.v1</c>) on a machine, as kubelet calls it: gRPC over the socket, reached through
/// ssh. The archive has no client for it.
/// </summary>
internal sealed class ContainerInterface : IDisposable
{
    private const string Socket = "/run/containerd/containerd.sock";

    // Length-Prefixed-Message of gRPC: a byte for compression, four for the length.
    private const int PrefixSize = 5;

    private readonly HttpClient _client;

    /// <summary>Connects with the first call.</summary>
    public ContainerInterface(Machine machine) => _client = new(new SocketsHttpHandler { ConnectCallback = (_, _) => new(machine.OpenSocket(Socket)) })
    {
        BaseAddress = new("http://containerd/"), Timeout = TimeSpan.FromSeconds(120),
    };

    /// <summary>Calls a method of <c>RuntimeService</c>.</summary>
    /// <param name="method">Its name.</param>
    /// <param name="request">What it is given.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>Field 1 of the answer when that is a text: an identifier.</returns>
    /// <exception cref="CheckFailedException">It failed; the message has the server's.</exception>
    public async Task<string> CallAsync(string method, ProtobufMessage request, CancellationToken cancel)
    {
        var message = request.ToArray();
        var body = new byte[PrefixSize + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), message.Length);
        message.CopyTo(body, PrefixSize);
        using var post = new HttpRequestMessage(HttpMethod.Post, $"runtime.v1.RuntimeService/{method}")
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(body),
        };
        post.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        post.Headers.TE.Add(new("trailers"));
        try
        {
            using var response = await _client.SendAsync(post, cancel).ConfigureAwait(false);
            var answer = await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);
            string Header(string name) =>
                response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values) ? string.Join(' ', values) : "";
            return Header("grpc-status") == "0" && answer.Length >= PrefixSize
                ? ProtobufMessage.FirstText(answer.AsSpan(PrefixSize))
                : throw new CheckFailedException($"{method}: status {Header("grpc-status")}: {Uri.UnescapeDataString(Header("grpc-message"))}");
        }
        catch (HttpRequestException error)
        {
            throw new CheckFailedException($"{method}: {error.Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
