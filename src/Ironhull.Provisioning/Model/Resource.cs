using Ironhull.Provisioning.Json;

namespace Ironhull.Provisioning.Model;

/// <summary>Contents by URL.</summary>
/// <param name="node">The object.</param>
public sealed class Resource(ConfigObject node) : ConfigView(node)
{
    /// <summary>The URL; null for no contents, empty for empty ones.</summary>
    public string? Source => Text("source");

    /// <summary>"gzip", or null or empty for none.</summary>
    public string? Compression => Text("compression");

    /// <summary>Headers of the request.</summary>
    public IReadOnlyList<HttpHeader> HttpHeaders => Items("httpHeaders", n => new HttpHeader(n));

    /// <summary>The hash of the contents, after decompression: <c>sha512-…</c> or <c>sha256-…</c>.</summary>
    public string? Hash => VerificationNode["hash"] is ConfigText hash ? hash.Value : null;

    /// <summary>The object that holds the hash.</summary>
    internal ConfigObject VerificationNode => Object("verification");
}

/// <summary>A header of a request.</summary>
/// <param name="node">The object.</param>
public sealed class HttpHeader(ConfigObject node) : ConfigView(node)
{
    /// <summary>The name.</summary>
    public string Name => Text("name") ?? "";

    /// <summary>The value; null removes the header of a parent config.</summary>
    public string? Value => Text("value");
}
