using System.Text;

namespace Ironhull.Machines.Fakes;

/// <summary>
/// The metadata services of clouds: Azure's instance metadata (user data in base64, only with the header <c>Metadata: true</c> and a known version,
/// not found or too many requests while it starts) and OpenStack's user data.
/// </summary>
public sealed class FakeMetadataService : IDisposable
{
    private const string UserDataPath = "/metadata/instance/compute/userData";
    private readonly Queue<int> _before;
    private readonly byte[]? _userData;
    private readonly FakeHttpServer _server;

    /// <summary>Starts the services.</summary>
    /// <param name="userData">The machine's user data; null for a machine without.</param>
    /// <param name="before">Status codes that are answered first, one for each request.</param>
    public FakeMetadataService(byte[]? userData, params int[] before)
    {
        _userData = userData;
        _before = new(before);
        _server = new(Answer);
    }

    /// <summary>Where it listens.</summary>
    public Uri Url => _server.Url;

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<FakeRequest> Requests => _server.Requests;

    /// <inheritdoc/>
    public void Dispose() => _server.Dispose();

    private FakeAnswer Answer(FakeRequest request)
    {
        lock (_before)
        {
            if (_before.TryDequeue(out var status))
            {
                return new(status, []);
            }
        }

        var (path, query) = request.Target.Split('?', 2) is [var p, var q] ? (p, q.Split('&')) : (request.Target, []);
        if (path == UserDataPath)
        {
            return request.Headers.GetValueOrDefault("Metadata") != "true" || !query.Contains("api-version=2021-01-01") || !query.Contains("format=text")
                ? new(400, Encoding.UTF8.GetBytes("""{ "error": "Bad request. Required metadata header or api-version is not specified" }"""))
                : FakeAnswer.Text(_userData is null ? "" : Convert.ToBase64String(_userData));
        }

        return path == "/openstack/latest/user_data" && _userData is not null ? new(200, _userData) : new(404, []);
    }
}
