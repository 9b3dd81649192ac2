using System.Text.Json;
using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Fetching;

/// <summary>What a manifest says of contents that the registry holds.</summary>
/// <param name="MediaType">The kind of contents.</param>
/// <param name="Digest">Their name.</param>
/// <param name="Platform">For which machines: <c>linux/amd64</c>; null where the manifest does not say.</param>
internal sealed record OciDescriptor(string MediaType, OciDigest Digest, string? Platform);

/// <summary>
/// A manifest of a registry (OCI image specification, also Docker's schema 2 of version 2): the layers of an image or artifact, or the manifests of an
/// index.
/// </summary>
/// <param name="Layers">The layers, lowest first; empty for an index.</param>
/// <param name="Manifests">The manifests of an index; empty otherwise.</param>
internal sealed record OciManifest(IReadOnlyList<OciDescriptor> Layers, IReadOnlyList<OciDescriptor> Manifests)
{
    private const int MostEntries = 1024;

    /// <summary>The kinds of manifests that are read.</summary>
    public const string MediaTypes =
        "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json";

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="HullException">HULL8091.</exception>
    public static OciManifest Read(byte[] text, string shown)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return new(Descriptors(json.RootElement, "layers"), Descriptors(json.RootElement, "manifests"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw ProvisioningErrors.RegistryAnswer.Error($"{shown}: the registry's manifest is malformed.", cause: e);
        }
    }

    private static List<OciDescriptor> Descriptors(JsonElement manifest, string name) => manifest.TryGetProperty(name, out var list)
        ? list.GetArrayLength() <= MostEntries ? [.. list.EnumerateArray().Select(Descriptor)] : throw new FormatException("too many entries")
        : [];

    private static OciDescriptor Descriptor(JsonElement entry) => new(
        entry.TryGetProperty("mediaType", out var kind) ? kind.GetString() ?? "" : "",
        OciDigest.Parse(entry.GetProperty("digest").GetString()) ?? throw new FormatException("not a digest"),
        entry.TryGetProperty("platform", out var platform) && platform.ValueKind == JsonValueKind.Object ? $"{Text(platform, "os")}/{Text(platform, "architecture")}" : null);

    private static string Text(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
