using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.Rpm.Metadata;

/// <summary>Reads <c>updateinfo.xml</c> in one pass over a stream.</summary>
public sealed class UpdateInfoReader
{
    /// <summary>The most advisories of a repository, and the most packages or references of an advisory.</summary>
    public const int MaximumCount = 200_000;

    private const int MaximumText = 1 << 14;
    private static readonly string[] s_dateForms = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss 'UTC'", "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss'Z'"];
    private readonly MetadataXmlReader _xml;
    private readonly TextPool _pool = new();
    private readonly byte[] _version = new byte[3 * MetadataText.MaximumName];

    private UpdateInfoReader(Stream stream, string name) => _xml = MetadataXmlReader.Open(stream, "updates"u8, name);

    /// <summary>Reads all advisories.</summary>
    /// <param name="stream">The decompressed XML; read to its end, not owned.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL2208, HULL2209, HULL2215, HULL2216: not the XML that is expected.</exception>
    public static IReadOnlyList<RpmAdvisory> Read(Stream stream, string name)
    {
        var reader = new UpdateInfoReader(stream, name);
        var advisories = new List<RpmAdvisory>();
        while (reader._xml.NextChild())
        {
            if (reader._xml.ElementName.SequenceEqual("update"u8))
            {
                reader.Add(advisories, reader.Advisory());
            }
            else
            {
                reader._xml.Skip();
            }
        }

        reader._xml.Finish();
        return advisories;
    }

    private RpmAdvisory Advisory()
    {
        var type = Text(_xml.Find("type"u8));
        var (id, severity, title) = ("", "", "");
        long? issued = null, updated = null;
        var references = new List<RpmAdvisoryReference>();
        var packages = new List<RpmAdvisoryPackage>();
        while (_xml.NextChild())
        {
            switch (Encoding.ASCII.GetString(_xml.ElementName))
            {
                case "id":
                    id = Text(_xml.ReadText());
                    break;
                case "severity":
                    severity = Text(_xml.ReadText());
                    break;
                case "title":
                    title = Text(_xml.ReadText());
                    break;
                case "issued":
                    issued = Date();
                    break;
                case "updated":
                    updated = Date();
                    break;
                case "references":
                    References(references);
                    break;
                case "pkglist":
                    Collections(packages);
                    break;
                default:
                    _xml.Skip();
                    break;
            }
        }

        return id.Length > 0 ? new(id, type, severity, title, issued, updated, references, packages) : throw _xml.Bad("An advisory has no id.");
    }

    private void References(List<RpmAdvisoryReference> references)
    {
        while (_xml.NextChild())
        {
            Add(references, new(Text(_xml.Find("type"u8)), Text(_xml.Find("id"u8)), Text(_xml.Find("href"u8))));
            _xml.Skip();
        }
    }

    private void Collections(List<RpmAdvisoryPackage> packages)
    {
        while (_xml.NextChild())
        {
            while (_xml.NextChild())
            {
                if (_xml.ElementName.SequenceEqual("package"u8))
                {
                    var name = _pool.Get(MetadataText.Name(_xml, _xml.Find("name"u8)));
                    var architecture = _pool.Get(MetadataText.Name(_xml, _xml.Find("arch"u8)));
                    Add(packages, new(name, _pool.Get(MetadataText.Version(_xml, _version, _xml.Find("epoch"u8), _xml.Find("version"u8), _xml.Find("release"u8))), architecture));
                }

                _xml.Skip();
            }
        }
    }

    private long? Date()
    {
        var text = Text(_xml.Find("date"u8));
        _xml.Skip();
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds
            : DateTimeOffset.TryParseExact(text, s_dateForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date.ToUnixTimeSeconds()
            : null;
    }

    private string Text(ReadOnlySpan<byte> text)
    {
        MetadataText.Limit(_xml, text, MaximumText);
        return _pool.Get(text);
    }

    private void Add<T>(List<T> list, T item) =>
        list.Add(list.Count < MaximumCount ? item : throw _xml.Error(RpmRepositoryErrors.LimitExceeded, $"There are more than {MaximumCount} of one kind."));
}
