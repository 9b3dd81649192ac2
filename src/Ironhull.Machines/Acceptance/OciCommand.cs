using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Ironhull.Machines.Acceptance;

/// <summary>An OCI image archive with another command than its own.</summary>
internal static class OciCommand
{
    private const string Index = "index.json";

    /// <summary>Reads an archive and writes it again.</summary>
    /// <param name="archive">An image layout in a tar archive with one manifest.</param>
    /// <param name="command">What its containers run: the whole command line.</param>
    /// <returns>The archive, at its beginning.</returns>
    public static Stream Replace(string archive, IReadOnlyList<string> command)
    {
        var files = Read(archive);
        var index = JsonNode.Parse(files[Index])!;
        var manifest = JsonNode.Parse(files[PathOf(index["manifests"]![0]!)])!;
        var config = JsonNode.Parse(files[PathOf(manifest["config"]!)])!;
        config["config"]!["Entrypoint"] = new JsonArray([.. command.Select(c => (JsonNode)c)]);
        config["config"]!["Cmd"] = new JsonArray();
        Put(files, manifest["config"]!, config);
        Put(files, index["manifests"]![0]!, manifest);
        files[Index] = Encoding.UTF8.GetBytes(index.ToJsonString());
        return Write(files);
    }

    // Descriptor (OCI image specification): digest and size name a blob.
    private static string PathOf(JsonNode descriptor) => $"blobs/{descriptor["digest"]!.GetValue<string>().Replace(':', '/')}";

    private static void Put(SortedDictionary<string, byte[]> files, JsonNode descriptor, JsonNode content)
    {
        var bytes = Encoding.UTF8.GetBytes(content.ToJsonString());
        descriptor["digest"] = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
        descriptor["size"] = bytes.Length;
        files[PathOf(descriptor)] = bytes;
    }

    private static SortedDictionary<string, byte[]> Read(string archive)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        using var stream = File.OpenRead(archive);
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is { } data)
            {
                var content = new MemoryStream();
                data.CopyTo(content);
                files[entry.Name] = content.ToArray();
            }
        }

        return files;
    }

    private static MemoryStream Write(SortedDictionary<string, byte[]> files)
    {
        var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), ModificationTime = DateTimeOffset.UnixEpoch });
            }
        }

        stream.Position = 0;
        return stream;
    }
}
