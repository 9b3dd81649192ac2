using System.Text.Json;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Programs;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Layout;

/// <summary>The list of packages that an image carries about itself; <c>hull inspect</c> and <c>hull diff</c> read it.</summary>
public static class ImageManifest
{
    /// <summary>Where it lies in the root tree.</summary>
    public const string Path = "/usr/share/ironhull/manifest.json";

    // What stands for a repository where a program is Ironhull's own.
    private const string Own = "ironhull";

    /// <summary>Writes the manifest: image, version, and each package with version, architecture, source and repository; after them Ironhull's own programs.</summary>
    public static void Apply(FileTree tree, ImageDefinition definition, ImageLock locked)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("image", definition.Name);
            json.WriteString("version", definition.Version);
            if (locked.Packaging != PackagingKind.Debian)
            {
                json.WriteString("packaging", locked.Packaging.Word());
            }

            json.WriteStartArray("packages");
            foreach (var package in locked.Packages)
            {
                json.WriteStartObject();
                WriteFields(json, package);
                json.WriteEndObject();
            }

            foreach (var program in definition.Programs)
            {
                json.WriteStartObject();
                json.WriteString("name", program.Name);
                json.WriteString("version", ProgramFolder.Version);
                json.WriteString("architecture", definition.Architecture);
                json.WriteString("source", Own);
                json.WriteString("sourceVersion", ProgramFolder.Version);
                json.WriteString("repository", Own);
                json.WriteString("sha256", ProgramFolder.Digest(definition, program).ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        tree.Set(Path, Inode.File(Content.FromBytes(stream.ToArray()), origin: "image"));
    }

    /// <summary>Writes what every list of packages says of one.</summary>
    internal static void WriteFields(Utf8JsonWriter json, LockedPackage package)
    {
        json.WriteString("name", package.Name);
        json.WriteString("version", package.Version);
        json.WriteString("architecture", package.Architecture);
        json.WriteString("source", package.Source);
        json.WriteString("sourceVersion", package.SourceVersion);
        json.WriteString("repository", package.Repository);
        json.WriteString("sha256", package.Sha256.ToString());
    }
}
