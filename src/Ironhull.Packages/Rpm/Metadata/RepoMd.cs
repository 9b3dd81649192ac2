using Ironhull.Diagnostics;

namespace Ironhull.Packages.Rpm.Metadata;

/// <summary>A metadata file that <c>repomd.xml</c> names.</summary>
/// <param name="Type">"primary", "filelists" or "updateinfo".</param>
/// <param name="Checksum">Of the file as it is fetched.</param>
/// <param name="OpenChecksum">Of what it decompresses to.</param>
/// <param name="Location">Path below the repository's folder.</param>
/// <param name="TimestampSeconds">When it was made, seconds since 1970-01-01 UTC.</param>
/// <param name="Size">Bytes as it is fetched.</param>
/// <param name="OpenSize">Bytes that it decompresses to.</param>
public sealed record RepoMdEntry(string Type, RpmChecksum Checksum, RpmChecksum OpenChecksum, string Location, long TimestampSeconds, long Size, long OpenSize);

/// <summary><c>repomd.xml</c>: the state of a repository, and the digests of its metadata.</summary>
/// <param name="Revision">Whatever the publisher counts with, often seconds since 1970-01-01 UTC; may be empty.</param>
/// <param name="Tags">The texts of <c>&lt;tags&gt;</c>, in the file's order.</param>
/// <param name="Entries">The files that are read here. Databases, zchunk forms and unknown types are left out.</param>
public sealed record RepoMd(string Revision, IReadOnlyList<string> Tags, IReadOnlyList<RepoMdEntry> Entries)
{
    /// <summary>The type of the list of packages.</summary>
    public const string Primary = "primary";

    /// <summary>The type of the lists of files.</summary>
    public const string FileLists = "filelists";

    /// <summary>The type of the advisories.</summary>
    public const string UpdateInfo = "updateinfo";

    /// <summary>The largest announced size of filelists after decompression, in bytes.</summary>
    public const long MaximumFileLists = 4L << 30;

    /// <summary>The largest announced size of other metadata after decompression, in bytes; the largest distributions have a fifth of that.</summary>
    public const long MaximumOpenSize = 1L << 30;

    // XML of packages compresses to a tenth; what grows far beyond that does so on purpose.
    private const int MaximumRatio = 200;
    private const int MaximumTags = 1000;

    /// <summary>The newest timestamp of the entries, seconds since 1970-01-01 UTC.</summary>
    public long DateSeconds => Entries.Max(e => e.TimestampSeconds);

    /// <summary>The entry of a type, or null.</summary>
    public RepoMdEntry? Find(string type) => Entries.FirstOrDefault(e => e.Type == type);

    /// <summary>Parses the file that was signed.</summary>
    /// <param name="bytes">The XML.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">
    /// HULL2200: a field is missing, or a type is there twice; HULL2204: a weak checksum; HULL2205: without primary; HULL2208,
    /// HULL2209, HULL2215, HULL2216: not the XML that is expected; HULL2211: a location outside.
    /// </exception>
    public static RepoMd Parse(byte[] bytes, string name)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        using var xml = MetadataCursor.Open(stream, "repomd", name);
        var (revision, tags, entries) = ("", new List<string>(), new List<RepoMdEntry>());
        while (xml.NextChild())
        {
            var element = xml.ElementName;
            if (element == "revision")
            {
                revision = Short(xml, xml.ReadText()).Trim();
            }
            else if (element == "tags")
            {
                while (xml.NextChild())
                {
                    tags.Add(tags.Count < MaximumTags ? Short(xml, xml.ReadText()) : throw xml.Error(RpmRepositoryErrors.LimitExceeded, "There are too many tags."));
                }
            }
            else if (element == "data" && TypeOf(xml) is { } type)
            {
                entries.Add(entries.All(e => e.Type != type) ? Entry(xml, type) : throw xml.Error(RpmRepositoryErrors.MalformedRepomd, $"The type '{type}' is there twice."));
            }
            else
            {
                xml.Skip();
            }
        }

        xml.Finish();
        return entries.Any(e => e.Type == Primary) ? new(revision, tags, entries) : throw RpmRepositoryErrors.NoPrimary.Error("There is no entry of type 'primary'.", new(name));
    }

    private static string? TypeOf(MetadataCursor xml)
    {
        var type = xml.Find("type");
        return type is Primary or FileLists or UpdateInfo ? type : null;
    }

    private static RepoMdEntry Entry(MetadataCursor xml, string type)
    {
        RpmChecksum? checksum = null, open = null;
        string? location = null;
        var (timestamp, size, openSize) = (-1L, -1L, -1L);
        while (xml.NextChild())
        {
            var element = xml.ElementName;
            if (element == "checksum")
            {
                checksum = Checksum(xml);
            }
            else if (element == "open-checksum")
            {
                open = Checksum(xml);
            }
            else if (element == "location")
            {
                location = MetadataText.Location(xml);
                xml.Skip();
            }
            else if (element == "timestamp")
            {
                timestamp = Timestamp(xml);
            }
            else if (element == "size")
            {
                size = MetadataText.Number(xml, xml.ReadText());
            }
            else if (element == "open-size")
            {
                openSize = MetadataText.Number(xml, xml.ReadText());
            }
            else
            {
                xml.Skip();
            }
        }

        if (checksum is null || location is null || timestamp < 0 || size < 0)
        {
            throw xml.Error(RpmRepositoryErrors.MalformedRepomd, $"The entry '{type}' lacks checksum, location, timestamp or size.");
        }

        if (location.EndsWith(".xml", StringComparison.Ordinal))
        {
            (open, openSize) = (open ?? checksum, openSize < 0 ? size : openSize);
        }

        if (open is null || openSize < 0)
        {
            throw xml.Error(RpmRepositoryErrors.MalformedRepomd, $"The entry '{type}' does not say what it decompresses to (open-checksum, open-size).");
        }

        return openSize <= (type == FileLists ? MaximumFileLists : MaximumOpenSize) && openSize / MaximumRatio <= size
            ? new(type, checksum.Value, open.Value, location, timestamp, size, openSize)
            : throw xml.Error(RpmRepositoryErrors.LimitExceeded, $"The entry '{type}' of {size} bytes announces {openSize} bytes after decompression.");
    }

    private static RpmChecksum Checksum(MetadataCursor xml)
    {
        return MetadataText.Checksum(xml, xml.Find("type"), xml.ReadText());
    }

    // Old tools write fractions of a second.
    private static long Timestamp(MetadataCursor xml)
    {
        var text = xml.ReadText();
        var dot = text.IndexOf('.');
        return MetadataText.Number(xml, dot < 0 ? text : text[..dot]);
    }

    private static string Short(MetadataCursor xml, ReadOnlySpan<char> text)
    {
        MetadataText.Limit(xml, text, MetadataText.MaximumName);
        return text.ToString();
    }
}
