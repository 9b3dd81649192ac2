using System.Globalization;
using System.Text.Json;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Locking;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Build;

/// <summary>A bill of materials in SPDX 2.3 JSON, derived from the lock: one package each, with its digest and package URL.</summary>
public static class SpdxDocument
{
    /// <summary>The kind of this output in a report.</summary>
    public const string Kind = "spdx";

    /// <summary>Writes the document; it is complete or untouched.</summary>
    /// <param name="folder">The output folder.</param>
    /// <param name="file">The file's name there, such as <c>NAME.spdx.json</c>.</param>
    /// <param name="name">The name of what the packages are in.</param>
    /// <param name="version">Its version.</param>
    /// <param name="locked">The packages, their packaging and time.</param>
    public static BuildOutput Write(string folder, string file, string name, string version, ImageLock locked)
    {
        var bytes = Render(name, version, locked);
        AtomicFile.WriteAllBytes(Path.Combine(folder, file), bytes);
        return new(file, Kind, bytes.Length, bytes.Length, Sha256Digest.Of(bytes).ToString());
    }

    private static byte[] Render(string name, string version, ImageLock locked)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            var identity = DerivedGuid.Of("spdx", $"{name} {version} {string.Concat(locked.Packages.Select(p => p.Sha256))}");
            json.WriteStartObject();
            json.WriteString("spdxVersion", "SPDX-2.3");
            json.WriteString("dataLicense", "CC0-1.0");
            json.WriteString("SPDXID", "SPDXRef-DOCUMENT");
            json.WriteString("name", $"{name}-{version}");
            json.WriteString("documentNamespace", $"urn:uuid:{identity}");
            json.WriteStartObject("creationInfo");
            json.WriteString("created", DateTimeOffset.FromUnixTimeSeconds(locked.Timestamp).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteStartArray("creators");
            json.WriteStringValue("Tool: ironhull");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartArray("packages");
            WritePackage(json, "SPDXRef-Extension", name, version, null, null);
            foreach (var (package, id) in Identified(locked))
            {
                WritePackage(json, id, package.Name, package.Version, package.Sha256, Url(locked.Packaging, package));
            }

            json.WriteEndArray();
            json.WriteStartArray("relationships");
            WriteRelationship(json, "SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Extension");
            foreach (var (_, id) in Identified(locked))
            {
                WriteRelationship(json, "SPDXRef-Extension", "CONTAINS", id);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return [.. stream.ToArray(), (byte)'\n'];
    }

    // SPDX identifiers hold letters, digits, dots and dashes; the digest makes them unique.
    private static IEnumerable<(LockedPackage Package, string Id)> Identified(ImageLock locked) =>
        locked.Packages.Select(p => (p, $"SPDXRef-Package-{p.Sha256.ToString()[..16]}"));

    private static void WritePackage(Utf8JsonWriter json, string id, string name, string version, Sha256Digest? sha256, string? url)
    {
        json.WriteStartObject();
        json.WriteString("SPDXID", id);
        json.WriteString("name", name);
        json.WriteString("versionInfo", version);
        json.WriteString("downloadLocation", "NOASSERTION");
        json.WriteBoolean("filesAnalyzed", false);
        json.WriteString("licenseConcluded", "NOASSERTION");
        json.WriteString("licenseDeclared", "NOASSERTION");
        json.WriteString("copyrightText", "NOASSERTION");
        if (sha256 is { } digest)
        {
            json.WriteStartArray("checksums");
            json.WriteStartObject();
            json.WriteString("algorithm", "SHA256");
            json.WriteString("checksumValue", digest.ToString());
            json.WriteEndObject();
            json.WriteEndArray();
        }

        if (url is not null)
        {
            json.WriteStartArray("externalRefs");
            json.WriteStartObject();
            json.WriteString("referenceCategory", "PACKAGE-MANAGER");
            json.WriteString("referenceType", "purl");
            json.WriteString("referenceLocator", url);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static string Url(PackagingKind packaging, LockedPackage package) =>
        $"pkg:{(packaging == PackagingKind.Rpm ? "rpm" : "deb")}/{Uri.EscapeDataString(package.Name)}@{Uri.EscapeDataString(package.Version)}?arch={package.Architecture}";

    private static void WriteRelationship(Utf8JsonWriter json, string from, string type, string to)
    {
        json.WriteStartObject();
        json.WriteString("spdxElementId", from);
        json.WriteString("relationshipType", type);
        json.WriteString("relatedSpdxElement", to);
        json.WriteEndObject();
    }
}
