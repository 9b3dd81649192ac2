using System.Security.Cryptography;
using System.Text;

namespace Ironhull.Machines.Fakes;

/// <summary>
/// A registry that speaks the pulling half of the OCI distribution specification over http on the loopback, with manifests by tag and digest, blobs by
/// digest, and tokens, if it wants some, from a server of its own.
/// </summary>
public sealed class FakeRegistry : IDisposable
{
    private const string Token = "pull-only";
    private readonly Dictionary<string, byte[]> _contents = new(StringComparer.Ordinal);
    private readonly FakeHttpServer _server;
    private readonly FakeHttpServer? _tokens;

    /// <summary>Starts a registry.</summary>
    /// <param name="wantsToken">Whether it answers only to those who bring a token.</param>
    public FakeRegistry(bool wantsToken = false)
    {
        _tokens = wantsToken ? new(r => r.Target.StartsWith("/token?service=registry&scope=repository%3A", StringComparison.Ordinal) ? FakeAnswer.Text($"{{\"token\":\"{Token}\"}}") : new(400, [])) : null;
        _server = new(Answer);
    }

    /// <summary>Host and port.</summary>
    public string Authority => _server.Url.Authority;

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<FakeRequest> Requests => _server.Requests;

    /// <summary>Adds a blob.</summary>
    /// <returns>Its digest.</returns>
    public string AddBlob(byte[] contents)
    {
        var digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(contents));
        _contents[$"blobs/{digest}"] = contents;
        return digest;
    }

    /// <summary>Adds a manifest, by its digest and by a tag.</summary>
    /// <returns>Its digest.</returns>
    public string AddManifest(string text, string? tag = null)
    {
        var contents = Encoding.UTF8.GetBytes(text);
        var digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(contents));
        _contents[$"manifests/{digest}"] = contents;
        if (tag is not null)
        {
            _contents[$"manifests/{tag}"] = contents;
        }

        return digest;
    }

    /// <summary>Adds an image of such layers, by a tag.</summary>
    /// <returns>The manifest's digest.</returns>
    public string AddImage(string? tag, params (string MediaType, byte[] Contents)[] layers) => AddManifest(
        $"{{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"layers\":[{string.Join(',', layers.Select(l => $"{{\"mediaType\":\"{l.MediaType}\",\"digest\":\"{AddBlob(l.Contents)}\",\"size\":{l.Contents.Length}}}"))}]}}", tag);

    /// <summary>Puts other contents where some are: a registry that lies.</summary>
    public void Replace(string what, byte[] contents) => _contents[what] = contents;

    /// <inheritdoc/>
    public void Dispose()
    {
        _server.Dispose();
        _tokens?.Dispose();
    }

    private FakeAnswer Answer(FakeRequest request)
    {
        if (_tokens is not null && request.Headers.GetValueOrDefault("Authorization") != $"Bearer {Token}")
        {
            return new(401, []) { Challenge = $"Bearer realm=\"{_tokens.Url}token\",service=\"registry\",scope=\"repository:team/tool:pull\"" };
        }

        const string Repository = "/v2/team/tool/";
        return request.Target.StartsWith(Repository, StringComparison.Ordinal) && _contents.TryGetValue(request.Target[Repository.Length..], out var contents) ? new(200, contents) : new(404, []);
    }
}
