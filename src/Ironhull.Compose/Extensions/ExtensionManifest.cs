using System.Text.Json;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Layout;
using Ironhull.Compose.Locking;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Extensions;

/// <summary>The list of packages that a system extension carries about itself, in the form of the image's own.</summary>
public static class ExtensionManifest
{
    /// <summary>Where it lies in the extension's tree.</summary>
    public static string PathOf(string name) => $"/usr/share/ironhull/extensions/{name}.json";

    /// <summary>Puts the list into the extension's tree.</summary>
    public static void Apply(FileTree tree, string name, string version, PackagingKind packaging, IReadOnlyList<LockedPackage> packages)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("extension", name);
            json.WriteString("version", version);
            json.WriteString("packaging", packaging.Word());
            json.WriteStartArray("packages");
            foreach (var package in packages)
            {
                json.WriteStartObject();
                ImageManifest.WriteFields(json, package);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        tree.Set(PathOf(name), Inode.File(Content.FromBytes(stream.ToArray()), origin: "image"));
    }
}
