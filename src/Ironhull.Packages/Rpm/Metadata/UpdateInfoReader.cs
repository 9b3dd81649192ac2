using System.Globalization;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.Rpm.Metadata;

/// <summary>Reads <c>updateinfo.xml</c> in one pass over a stream.</summary>
public sealed class UpdateInfoReader
{
    /// <summary>The most advisories of a repository, and the most packages or references of an advisory.</summary>
    public const int MaximumCount = 200_000;

    private const int MaximumText = 1 << 14;
    private static readonly string[] s_dateForms = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss 'UTC'", "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss'Z'"];
    private readonly MetadataCursor _xml;
    private readonly TextPool _pool = new();
    private readonly char[] _version = new char[3 * MetadataText.MaximumName];

    private UpdateInfoReader(MetadataCursor xml) => _xml = xml;

    /// <summary>Reads all advisories.</summary>
    /// <param name="stream">The decompressed XML; read to its end, not owned.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL2208, HULL2209, HULL2215, HULL2216: not the XML that is expected.</exception>
    public static IReadOnlyList<RpmAdvisory> Read(Stream stream, string name)
    {
        using var xml = MetadataCursor.Open(stream, "updates", name);
        var reader = new UpdateInfoReader(xml);
        var advisories = new List<RpmAdvisory>();
        while (xml.NextChild())
        {
            if (xml.ElementName == "update")
            {
                reader.Add(advisories, reader.Advisory());
            }
            else
            {
                xml.Skip();
            }
        }

        xml.Finish();
        return advisories;
    }

    private RpmAdvisory Advisory()
    {
        var type = Text(_xml.Find("type"));
        var (id, severity, title) = ("", "", "");
        long? issued = null, updated = null;
        var references = new List<RpmAdvisoryReference>();
        var packages = new List<RpmAdvisoryPackage>();
        while (_xml.NextChild())
        {
            switch (_xml.ElementName)
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
            Add(references, new(Text(_xml.Find("type")), Text(_xml.Find("id")), Text(_xml.Find("href"))));
            _xml.Skip();
        }
    }

    private void Collections(List<RpmAdvisoryPackage> packages)
    {
        while (_xml.NextChild())
        {
            while (_xml.NextChild())
            {
                if (_xml.ElementName == "package")
                {
                    var name = _pool.Get(MetadataText.Name(_xml, _xml.Find("name")));
                    var architecture = _pool.Get(MetadataText.Name(_xml, _xml.Find("arch")));
                    Add(packages, new(name, _pool.Get(MetadataText.Version(_xml, _version, _xml.Find("epoch"), _xml.Find("version"), _xml.Find("release"))), architecture));
                }

                _xml.Skip();
            }
        }
    }

    private long? Date()
    {
        var text = Text(_xml.Find("date"));
        _xml.Skip();
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds
            : DateTimeOffset.TryParseExact(text, s_dateForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date.ToUnixTimeSeconds()
            : null;
    }

    private string Text(ReadOnlySpan<char> text)
    {
        MetadataText.Limit(_xml, text, MaximumText);
        return _pool.Get(text);
    }

    private void Add<T>(List<T> list, T item) =>
        list.Add(list.Count < MaximumCount ? item : throw _xml.Error(RpmRepositoryErrors.LimitExceeded, $"There are more than {MaximumCount} of one kind."));
}
