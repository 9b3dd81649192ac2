using System.Text;
using System.Text.Json.Nodes;

namespace Ironhull.Machines.Fakes;

/// <summary>
/// The metadata services of clouds: Azure's instance metadata (user data in base64 and what it says about the machine, only with the header
/// <c>Metadata: true</c> and a known version, not found or too many requests while it starts) and OpenStack's user data and metadata.
/// </summary>
public sealed class FakeMetadataService : IDisposable
{
    private const string ComputePath = "/metadata/instance/compute";
    private const string UserDataPath = $"{ComputePath}/userData";
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

    /// <summary>Its port.</summary>
    public int Port => _server.Port;

    /// <summary>What the service says about the machine: its name, and the keys of who may log in.</summary>
    public (string Name, IReadOnlyList<string> Keys) Machine { get; set; } = ("", []);

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

        if (path == ComputePath)
        {
            return request.Headers.GetValueOrDefault("Metadata") != "true" || !query.Contains("api-version=2021-02-01") || !query.Contains("format=json")
                ? new(400, Encoding.UTF8.GetBytes("""{ "error": "Bad request. Required metadata header or api-version is not specified" }"""))
                : FakeAnswer.Text(Compute());
        }

        return path == "/openstack/latest/user_data" && _userData is not null ? new(200, _userData)
            : path == "/openstack/latest/meta_data.json" ? FakeAnswer.Text(OpenStackMetadata()) : new(404, []);
    }

    private string Compute() => new JsonObject
    {
        ["azEnvironment"] = "AzurePublicCloud",
        ["name"] = Machine.Name,
        ["osProfile"] = new JsonObject { ["adminUsername"] = "azureuser", ["computerName"] = Machine.Name, ["disablePasswordAuthentication"] = "true" },
        ["publicKeys"] = new JsonArray([.. Machine.Keys.Select(k => new JsonObject { ["keyData"] = k, ["path"] = "/home/azureuser/.ssh/authorized_keys" })]),
        ["userData"] = "",
    }.ToJsonString();

    private string OpenStackMetadata() => new JsonObject
    {
        ["uuid"] = "d8e02d56-2648-49a3-bf97-6be8f1204f38",
        ["hostname"] = Machine.Name,
        ["public_keys"] = new JsonObject(Machine.Keys.Select((k, i) => KeyValuePair.Create($"key{i}", (JsonNode?)k))),
    }.ToJsonString();
}
