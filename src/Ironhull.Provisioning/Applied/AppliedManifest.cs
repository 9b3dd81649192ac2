using System.Text.Encodings.Web;
using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Resources;

namespace Ironhull.Provisioning.Applied;

/// <summary>
/// What a root was provisioned with: every path that the stage <c>files</c> made, without contents. It is kept in the root itself, mode 0600, and
/// is complete or as it was.
/// </summary>
/// <param name="Nodes">The paths, in ordinal order.</param>
public sealed record AppliedManifest(IReadOnlyList<AppliedNode> Nodes)
{
    /// <summary>Where it is, below the root.</summary>
    public const string FilePath = "/var/lib/ironhull/provisioned.json";

    private const int Format = 1;

    /// <summary>Reads it.</summary>
    /// <returns>Null for a root that was not provisioned.</returns>
    /// <exception cref="HullException">HULL8088: it is not one.</exception>
    public static AppliedManifest? Read(RootFolder root)
    {
        if (root.Read(FilePath) is not { } text)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.GetProperty("format").GetInt32() != Format)
            {
                throw Malformed("it has another format");
            }

            return new([.. json.RootElement.GetProperty("nodes").EnumerateArray().Select(ReadNode)]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException or ArgumentException)
        {
            throw Malformed(e.Message);
        }
    }

    /// <summary>Records paths as they are now; those of an earlier record that are not among them stay in it.</summary>
    /// <param name="root">The root.</param>
    /// <param name="paths">What was made.</param>
    /// <param name="config">Tells where contents came from.</param>
    /// <param name="ownership">Sets the owner of the record.</param>
    internal static void Record(RootFolder root, IEnumerable<string> paths, IgnitionConfig config, IOwnership ownership)
    {
        var files = config.Storage.Files.ToDictionary(f => f.Path, StringComparer.Ordinal);
        var nodes = new SortedDictionary<string, AppliedNode>(StringComparer.Ordinal);
        foreach (var node in Former(root))
        {
            nodes[node.Path] = node;
        }

        foreach (var path in paths)
        {
            if (AppliedNode.Read(root, path, files.TryGetValue(path, out var file) ? ShownSource.Text(file) : ShownSource.Section(path)) is { } node)
            {
                nodes[path] = node;
            }
            else
            {
                nodes.Remove(path);
            }
        }

        using var folder = root.Make(Validation.PathRules.Parent(FilePath), (f, name, path) => ownership.Set(f.Descriptor, name, path, 0, 0));
        folder.Write(FilePath[(FilePath.LastIndexOf('/') + 1)..], Text(nodes.Values), 0x180, (f, name) => ownership.Set(f.Descriptor, name, FilePath, 0, 0));
    }

    // A record that cannot be read is no reason not to boot: a new one takes its place.
    private static IReadOnlyList<AppliedNode> Former(RootFolder root)
    {
        try
        {
            return Read(root)?.Nodes ?? [];
        }
        catch (HullException e) when (e.Code == ProvisioningErrors.NoManifest)
        {
            return [];
        }
    }

    private static byte[] Text(IEnumerable<AppliedNode> nodes)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("format", Format);
            json.WriteStartArray("nodes");
            foreach (var node in nodes)
            {
                json.WriteStartObject();
                json.WriteString("path", node.Path);
                json.WriteString("kind", node.Kind);
                json.WriteString("mode", AppliedNode.Octal(node.Mode));
                json.WriteNumber("user", node.User);
                json.WriteNumber("group", node.Group);
                json.WriteNumber("length", node.Length);
                json.WriteString("sha256", node.Sha256);
                json.WriteString("target", node.Target);
                json.WriteString("source", node.Source);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return [.. buffer.ToArray(), (byte)'\n'];
    }

    private static AppliedNode ReadNode(JsonElement node)
    {
        var path = node.GetProperty("path").GetString()!;
        return Validation.PathRules.Wrong(path) is { } wrong ? throw Malformed($"{path}: {wrong}") : new(
            path, node.GetProperty("kind").GetString()!, Convert.ToInt32(node.GetProperty("mode").GetString(), 8), node.GetProperty("user").GetUInt32(),
            node.GetProperty("group").GetUInt32(), node.GetProperty("length").GetInt64(), node.GetProperty("sha256").GetString(), node.GetProperty("target").GetString(), node.GetProperty("source").GetString());
    }

    private static HullException Malformed(string why) => ProvisioningErrors.NoManifest.Error($"The record {FilePath} cannot be read: {why}.", new Location(FilePath));
}
