using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Ironhull.Packages;
using Ironhull.Packages.Rpm;

namespace Ironhull.Resolution.Tests.Rpm;

/// <summary>
/// Writes RPM-MD metadata for packages that do not exist. All of them are said to be one file of one byte, so that dnf5 can store a
/// transaction of any of them. Because dnf5 finds the package of a file list by the package's digest, which is that of this one file,
/// there are no file lists: all paths are in the primary data.
/// </summary>
internal static class RpmMetadata
{
    private const string Common = "http://linux.duke.edu/metadata/common";
    private const string Relations = "http://linux.duke.edu/metadata/rpm";
    private const string File = "p.rpm";
    private static readonly byte[] Content = "x"u8.ToArray();

    /// <summary>Writes <c>repodata</c>, with the paths in <paramref name="lists"/> beside those of the packages.</summary>
    public static void Write(string folder, IReadOnlyList<RpmPackage> packages, IReadOnlyDictionary<RpmPackage, IReadOnlyList<string>>? lists = null)
    {
        Directory.CreateDirectory(Path.Combine(folder, "repodata"));
        System.IO.File.WriteAllBytes(Path.Combine(folder, File), Content);
        var data = new StringBuilder();
        data.Append(Compress(folder, "primary", x => WritePrimary(x, packages, lists)));
        System.IO.File.WriteAllText(Path.Combine(folder, "repodata", "repomd.xml"),
            $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<repomd xmlns=\"http://linux.duke.edu/metadata/repo\"><revision>1</revision>{data}</repomd>\n");
    }

    private static string Compress(string folder, string kind, Action<XmlWriter> write)
    {
        using var text = new MemoryStream();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Encoding = new UTF8Encoding(false) }))
        {
            write(xml);
        }

        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(text.GetBuffer(), 0, (int)text.Length);
        }

        System.IO.File.WriteAllBytes(Path.Combine(folder, "repodata", kind + ".xml.gz"), packed.ToArray());
        return string.Create(CultureInfo.InvariantCulture,
            $"<data type=\"{kind}\"><checksum type=\"sha256\">{Hash(packed.ToArray())}</checksum><open-checksum type=\"sha256\">{Hash(text.ToArray())}</open-checksum><location href=\"repodata/{kind}.xml.gz\"/><timestamp>1</timestamp><size>{packed.Length}</size><open-size>{text.Length}</open-size></data>");
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static void WritePrimary(XmlWriter xml, IReadOnlyList<RpmPackage> packages, IReadOnlyDictionary<RpmPackage, IReadOnlyList<string>>? lists)
    {
        xml.WriteStartElement("metadata", Common);
        xml.WriteAttributeString("xmlns", "rpm", null, Relations);
        xml.WriteAttributeString("packages", packages.Count.ToString(CultureInfo.InvariantCulture));
        foreach (var package in packages)
        {
            WritePackage(xml, package, [.. package.Files, .. lists?.GetValueOrDefault(package) ?? []]);
        }

        xml.WriteEndElement();
    }

    private static void WritePackage(XmlWriter xml, RpmPackage package, IReadOnlyList<string> files)
    {
        RpmVersion.Split(package.Version, out var epoch, out var version, out var release);
        xml.WriteStartElement("package", Common);
        xml.WriteAttributeString("type", "rpm");
        xml.WriteElementString("name", Common, package.Name);
        xml.WriteElementString("arch", Common, package.Architecture);
        Element(xml, "version", Common, ("epoch", epoch.ToString()), ("ver", version.ToString()), ("rel", release.ToString()));
        xml.WriteStartElement("checksum", Common);
        xml.WriteAttributeString("type", "sha256");
        xml.WriteAttributeString("pkgid", "YES");
        xml.WriteString(Hash(Content));
        xml.WriteEndElement();
        xml.WriteElementString("summary", Common, package.Summary);
        xml.WriteElementString("description", Common, "");
        Element(xml, "time", Common, ("file", "1"), ("build", "1"));
        Element(xml, "size", Common, ("package", "1"), ("installed", "1"), ("archive", "1"));
        Element(xml, "location", Common, ("href", File));
        xml.WriteStartElement("format", Common);
        xml.WriteElementString("sourcerpm", Relations, package.SourceRpm);
        WriteRelations(xml, "provides", package.Provides);
        WriteRelations(xml, "requires", package.Requires);
        WriteRelations(xml, "conflicts", package.Conflicts);
        WriteRelations(xml, "obsoletes", package.Obsoletes);
        WriteRelations(xml, "suggests", package.Suggests);
        WriteRelations(xml, "enhances", package.Enhances);
        WriteRelations(xml, "recommends", package.Recommends);
        WriteRelations(xml, "supplements", package.Supplements);
        foreach (var file in files)
        {
            xml.WriteElementString("file", Common, file);
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void WriteRelations(XmlWriter xml, string kind, IReadOnlyList<RpmDependency> relations)
    {
        if (relations.Count == 0)
        {
            return;
        }

        xml.WriteStartElement(kind, Relations);
        foreach (var relation in relations)
        {
            var sign = relation.Relation switch
            {
                VersionRelation.Earlier => "LT",
                VersionRelation.EarlierOrEqual => "LE",
                VersionRelation.Equal => "EQ",
                VersionRelation.LaterOrEqual => "GE",
                VersionRelation.Later => "GT",
                _ => "",
            };
            if (sign.Length == 0)
            {
                Element(xml, "entry", Relations, ("name", relation.Name));
                continue;
            }

            RpmVersion.Split(relation.Version, out var epoch, out var version, out var release);
            List<(string, string)> attributes = [("name", relation.Name), ("flags", sign), ("epoch", epoch.ToString()), ("ver", version.ToString())];
            if (!release.IsEmpty)
            {
                attributes.Add(("rel", release.ToString()));
            }

            Element(xml, "entry", Relations, [.. attributes]);
        }

        xml.WriteEndElement();
    }

    private static void Element(XmlWriter xml, string name, string space, params (string Name, string Value)[] attributes)
    {
        xml.WriteStartElement(name, space);
        foreach (var (attribute, value) in attributes)
        {
            xml.WriteAttributeString(attribute, value);
        }

        xml.WriteEndElement();
    }
}
