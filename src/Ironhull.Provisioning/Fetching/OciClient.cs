using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Formats.Tar;
using Ironhull.Formats.Trees;
using Ironhull.Provisioning.Resources;

namespace Ironhull.Provisioning.Fetching;

/// <summary>
/// Pulls from a registry that speaks the OCI distribution specification: the only layer of an artifact as it is, or one file of an image. What was
/// named by digest is compared with it, and every layer with its digest in the manifest. A registry that wants a token gets one that anybody is given.
/// </summary>
/// <param name="fetcher">Sends requests.</param>
public sealed class OciClient(ResourceFetcher fetcher)
{
    private const int TooMany = 429;
    private string? _token;

    /// <summary>Pulls.</summary>
    /// <param name="reference">What.</param>
    /// <exception cref="HullException">HULL8081: nobody answers, or the registry does not have it; HULL8091: the registry's answers are none; HULL8031: another digest; HULL10xx: a layer is malformed.</exception>
    public byte[] Pull(OciReference reference)
    {
        var shown = $"oci://{reference.Registry.Authority}/{reference.Repository}";
        var manifest = Manifest(reference, reference.Tag, shown);
        if (manifest.Manifests.Count > 0)
        {
            manifest = Manifest(reference, Choose(manifest, shown).Digest.Text, shown);
        }

        return reference.File is { } file ? FromLayers(reference, manifest, file, shown)
            : manifest.Layers is [var only] ? Blob(reference, only, shown)
            : throw ProvisioningErrors.RegistryAnswer.Error($"{shown} has {manifest.Layers.Count} layers; only one of an artifact with a single layer is taken whole: name a file of it, as ?path=/FILE.");
    }

    private static OciDescriptor Choose(OciManifest index, string shown)
    {
        var wanted = $"linux/{(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64")}";
        return index.Manifests.FirstOrDefault(m => m.Platform == wanted) ?? (index.Manifests is [{ Platform: null } only] ? only
            : throw ProvisioningErrors.RegistryAnswer.Error($"{shown} has nothing for {wanted}."));
    }

    private OciManifest Manifest(OciReference reference, string tag, string shown)
    {
        var text = Get(reference, $"manifests/{tag}", [KeyValuePair.Create("Accept", OciManifest.MediaTypes)], shown);
        if (OciDigest.Parse(tag) is { } digest)
        {
            Require(digest, text, shown);
        }

        return OciManifest.Read(text, shown);
    }

    private byte[] Blob(OciReference reference, OciDescriptor layer, string shown)
    {
        var contents = Get(reference, $"blobs/{layer.Digest.Text}", [], shown);
        Require(layer.Digest, contents, shown);
        return contents;
    }

    // The uppermost layer that says something about a path says what there is.
    private byte[] FromLayers(OciReference reference, OciManifest manifest, string file, string shown)
    {
        foreach (var layer in manifest.Layers.Reverse())
        {
            if (!layer.MediaType.Contains("tar", StringComparison.Ordinal) || layer.MediaType.EndsWith("zstd", StringComparison.Ordinal))
            {
                throw ProvisioningErrors.RegistryAnswer.Error($"{shown} has a layer of the kind '{layer.MediaType}': files are taken from tar archives, as they are or compressed with gzip.");
            }

            var (isDecided, contents) = Find(Blob(reference, layer, shown), file, shown);
            if (isDecided)
            {
                return contents ?? throw Absent(file, shown);
            }
        }

        throw Absent(file, shown);
    }

    private static (bool IsDecided, byte[]? Contents) Find(byte[] layer, string file, string shown)
    {
        using Stream stream = layer is [0x1F, 0x8B, ..] ? new GZipStream(new MemoryStream(layer), CompressionMode.Decompress) : new MemoryStream(layer);
        try
        {
            var archive = new TarReader(stream, shown, ResourceContents.MaximumBytes);
            var whiteouts = Whiteouts(file).ToHashSet(StringComparer.Ordinal);
            var isGone = false;
            for (var entry = archive.Next(); entry is not null; entry = archive.Next())
            {
                if (entry.Path == file)
                {
                    return entry is { Type: InodeType.File, IsHardLink: false } ? (true, Read(archive, entry))
                        : throw ProvisioningErrors.RegistryAnswer.Error($"{shown}: {file} is not a regular file.");
                }

                isGone |= whiteouts.Contains(entry.Path);
            }

            return (isGone, null);
        }
        catch (InvalidDataException e)
        {
            throw ProvisioningErrors.BadCompression.Error($"{shown}: a layer cannot be decompressed: {e.Message}", cause: e);
        }
    }

    // OCI image specification, "Layer Filesystem Changeset": what takes a path or a folder above it out of the layers below.
    private static IEnumerable<string> Whiteouts(string file)
    {
        for (var path = file; path.Length > 1; path = Validation.PathRules.Parent(path))
        {
            var folder = Validation.PathRules.Parent(path).TrimEnd('/');
            yield return $"{folder}/.wh.{path[(folder.Length + 1)..]}";
            yield return $"{folder}/.wh..wh..opq";
        }
    }

    private static byte[] Read(TarReader archive, TarEntry entry)
    {
        var contents = new byte[entry.Length];
        for (var at = 0; at < contents.Length;)
        {
            at += archive.Read(contents.AsSpan(at));
        }

        return contents;
    }

    private byte[] Get(OciReference reference, string what, KeyValuePair<string, string>[] headers, string shown)
    {
        var url = new Uri(reference.Registry, $"v2/{reference.Repository}/{what}");
        var answer = Ask(url, headers);
        if (answer is { Status: 401, Challenge: { } challenge } && OciChallenge.TokenUrl(challenge, reference.Registry, reference.Repository) is { } tokens)
        {
            _token = Token(tokens, shown);
            answer = Ask(url, headers);
        }

        return answer.Status == 200 ? answer.Contents : throw ProvisioningErrors.FetchFailed.Error($"{shown}: the registry answered {answer.Status} when it was asked for {what}.");
    }

    private HttpAnswer Ask(Uri url, KeyValuePair<string, string>[] headers) =>
        fetcher.GetAsync(url, _token is null ? headers : [.. headers, KeyValuePair.Create("Authorization", $"Bearer {_token}")], [TooMany]).GetAwaiter().GetResult();

    private string Token(Uri url, string shown)
    {
        var answer = fetcher.GetAsync(url, [], [TooMany]).GetAwaiter().GetResult();
        if (answer.Status != 200)
        {
            throw ProvisioningErrors.FetchFailed.Error($"{shown}: the registry's token server answered {answer.Status}.");
        }

        try
        {
            using var json = JsonDocument.Parse(answer.Contents);
            foreach (var name in (ReadOnlySpan<string>)["token", "access_token"])
            {
                if (json.RootElement.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } token && token.All(c => c is > ' ' and < '\x7f'))
                {
                    return token;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw ProvisioningErrors.RegistryAnswer.Error($"{shown}: the token server's answer is malformed.", cause: e);
        }

        throw ProvisioningErrors.RegistryAnswer.Error($"{shown}: the token server gave no token.");
    }

    private static void Require(OciDigest digest, byte[] contents, string shown)
    {
        if (!digest.Matches(contents))
        {
            throw ProvisioningErrors.HashMismatch.Error($"{shown}: the registry gave something else than {digest.Text}.");
        }
    }

    private static HullException Absent(string file, string shown) => ProvisioningErrors.FetchFailed.Error($"{shown} has no file {file}.");
}
