using System.Globalization;
using System.Text;
using System.Text.Json;
using Ironhull.Formats.Io;
using Ironhull.Formats.Tar;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Oci;

/// <summary>What the configuration of a container image says beside its layer (OCI image-spec, "config.md").</summary>
/// <param name="Architecture">GOARCH name, for example "amd64".</param>
/// <param name="Entrypoint">The command that runs.</param>
/// <param name="Command">Default arguments.</param>
/// <param name="Environment">"NAME=value" entries.</param>
/// <param name="WorkingDirectory">Absolute path.</param>
/// <param name="User">User, or empty for root.</param>
/// <param name="Reference">The name that importing tools give it, for example "ironhull.local/hello:0.1.0".</param>
/// <param name="CreatedSeconds">Creation time, seconds since 1970-01-01 UTC, from the lock.</param>
public sealed record OciImageConfig(
    string Architecture,
    IReadOnlyList<string> Entrypoint,
    IReadOnlyList<string> Command,
    IReadOnlyList<string> Environment,
    string WorkingDirectory,
    string User,
    string Reference,
    long CreatedSeconds)
{
    /// <summary>Labels, in the order in which they are written.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];
}

/// <summary>Writes a file tree as an OCI image of one zstd layer, in an OCI archive (a tar of the image layout).</summary>
public static class OciArchive
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string ConfigType = "application/vnd.oci.image.config.v1+json";
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar+zstd";
    private const int ZstdLevel = 9;

    /// <summary>Writes the archive.</summary>
    /// <param name="tree">The container's root file system.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="output">Receives the tar.</param>
    /// <returns>The digest of the image's manifest.</returns>
    public static Sha256Digest Write(FileTree tree, OciImageConfig config, Stream output)
    {
        using var plain = new MemoryStream();
        TarWriter.Write(tree, plain);
        var diffId = Sha256Digest.Of(plain.GetBuffer().AsSpan(0, (int)plain.Length));
        byte[] layer;
        using (var compressor = new ZstdSharp.Compressor(ZstdLevel))
        {
            layer = compressor.Wrap(plain.GetBuffer().AsSpan(0, (int)plain.Length)).ToArray();
        }

        var layerDigest = Sha256Digest.Of(layer);
        var configBytes = Config(config, diffId);
        var configDigest = Sha256Digest.Of(configBytes);
        var manifest = ManifestJson(configDigest, configBytes.Length, layerDigest, layer.Length);
        var manifestDigest = Sha256Digest.Of(manifest);

        var layout = new FileTree();
        void Put(string path, byte[] bytes) => layout.Set(path, Inode.File(Content.FromBytes(bytes)).With(modifiedSeconds: config.CreatedSeconds));
        Put("/oci-layout", Encoding.UTF8.GetBytes("{\"imageLayoutVersion\":\"1.0.0\"}"));
        Put("/index.json", Index(manifestDigest, manifest.Length, config.Reference));
        Put($"/blobs/sha256/{manifestDigest}", manifest);
        Put($"/blobs/sha256/{configDigest}", configBytes);
        Put($"/blobs/sha256/{layerDigest}", layer);
        foreach (var (path, inode) in layout.Entries.Where(e => e.Value.Type == InodeType.Directory).ToList())
        {
            layout.Update(path, i => i.With(modifiedSeconds: config.CreatedSeconds));
        }

        TarWriter.Write(layout, output);
        return manifestDigest;
    }

    private static byte[] Config(OciImageConfig config, Sha256Digest diffId) => Json(json =>
    {
        var created = DateTimeOffset.FromUnixTimeSeconds(config.CreatedSeconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        json.WriteString("created", created);
        json.WriteString("architecture", config.Architecture);
        json.WriteString("os", "linux");
        json.WriteStartObject("config");
        if (config.User.Length > 0)
        {
            json.WriteString("User", config.User);
        }

        Strings(json, "Env", config.Environment);
        Strings(json, "Entrypoint", config.Entrypoint);
        Strings(json, "Cmd", config.Command);
        json.WriteString("WorkingDir", config.WorkingDirectory);
        if (config.Labels.Count > 0)
        {
            json.WriteStartObject("Labels");
            foreach (var (name, value) in config.Labels)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("rootfs");
        json.WriteString("type", "layers");
        Strings(json, "diff_ids", [$"sha256:{diffId}"]);
        json.WriteEndObject();
        json.WriteStartArray("history");
        json.WriteStartObject();
        json.WriteString("created", created);
        json.WriteString("created_by", "hull build");
        json.WriteEndObject();
        json.WriteEndArray();
    });

    private static byte[] ManifestJson(Sha256Digest config, long configSize, Sha256Digest layer, long layerSize) => Json(json =>
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", ManifestType);
        Descriptor(json, "config", ConfigType, config, configSize);
        json.WriteStartArray("layers");
        Descriptor(json, null, LayerType, layer, layerSize);
        json.WriteEndArray();
    });

    private static byte[] Index(Sha256Digest manifest, long size, string reference) => Json(json =>
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", "application/vnd.oci.image.index.v1+json");
        json.WriteStartArray("manifests");
        json.WriteStartObject();
        json.WriteString("mediaType", ManifestType);
        json.WriteString("digest", $"sha256:{manifest}");
        json.WriteNumber("size", size);
        json.WriteStartObject("annotations");
        json.WriteString("io.containerd.image.name", reference);
        var tag = reference.LastIndexOf(':');
        json.WriteString("org.opencontainers.image.ref.name", tag > reference.LastIndexOf('/') ? reference[(tag + 1)..] : "latest");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    });

    private static void Descriptor(Utf8JsonWriter json, string? name, string type, Sha256Digest digest, long size)
    {
        if (name is null)
        {
            json.WriteStartObject();
        }
        else
        {
            json.WriteStartObject(name);
        }

        json.WriteString("mediaType", type);
        json.WriteString("digest", $"sha256:{digest}");
        json.WriteNumber("size", size);
        json.WriteEndObject();
    }

    private static void Strings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
