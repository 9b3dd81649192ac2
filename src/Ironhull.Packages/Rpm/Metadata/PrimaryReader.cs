using Ironhull.Diagnostics;

namespace Ironhull.Packages.Rpm.Metadata;

/// <summary>Which of a repository's packages are seen, and what they are marked with.</summary>
/// <param name="RepositoryId">Goes into every package.</param>
/// <param name="Priority">Goes into every package.</param>
/// <param name="Exclude">Names that are not seen; may hold <c>*</c>.</param>
/// <param name="SnapshotSeconds">Packages that came later are not seen; seconds since 1970-01-01 UTC.</param>
public sealed record RpmPackageFilter(string RepositoryId, int Priority = 500, IReadOnlyList<string>? Exclude = null, long? SnapshotSeconds = null);

/// <summary>What <c>primary.xml</c> says.</summary>
/// <param name="Packages">The packages that are seen, in the file's order.</param>
/// <param name="Hidden">Digests, in hexadecimal, of the packages that are not seen: sources, excluded ones, those newer than the snapshot.</param>
public sealed record PrimaryContent(IReadOnlyList<RpmPackage> Packages, IReadOnlySet<string> Hidden);

/// <summary>
/// Reads <c>primary.xml</c> in one pass over a stream. Texts that repeat are shared; descriptions, packagers and what
/// else no resolution needs are passed over.
/// </summary>
public sealed class PrimaryReader
{
    /// <summary>The most packages of a repository.</summary>
    public const int MaximumPackages = 1_000_000;

    private const int MaximumText = 1 << 16;
    private readonly MetadataCursor _xml;
    private readonly RpmPackageFilter _filter;
    private readonly NamePattern[] _exclude;
    private readonly TextPool _pool = new();
    private readonly char[] _version = new char[3 * MetadataText.MaximumName];
    private readonly List<RpmDependency> _dependencies = [];
    private readonly List<string> _files = [];
    private readonly List<RpmPackage> _packages = [];
    private readonly HashSet<string> _hidden = new(StringComparer.Ordinal);
    private readonly HashSet<string> _digests = new(StringComparer.Ordinal);
    private readonly HashSet<(string Name, string Version, string Architecture)> _identities = [];

    private PrimaryReader(MetadataCursor xml, RpmPackageFilter filter)
    {
        _xml = xml;
        _filter = filter;
        _exclude = [.. (filter.Exclude ?? []).Select(e => new NamePattern(e))];
    }

    /// <summary>Reads all packages.</summary>
    /// <param name="stream">The decompressed XML; read to its end, not owned.</param>
    /// <param name="filter">Which packages are kept.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">
    /// HULL2204: a weak checksum; HULL2208, HULL2209, HULL2215, HULL2216: not the XML that is expected; HULL2210: not as many packages
    /// as announced; HULL2211: a location outside; HULL2212, HULL2213: packages that are there twice.
    /// </exception>
    public static PrimaryContent Read(Stream stream, RpmPackageFilter filter, string name)
    {
        using var xml = MetadataCursor.Open(stream, "metadata", name);
        var reader = new PrimaryReader(xml, filter);
        reader.Run();
        return new(reader._packages, reader._hidden);
    }

    private void Run()
    {
        var announced = MetadataText.Number(_xml, _xml.Find("packages"));
        if (announced > MaximumPackages)
        {
            throw _xml.Error(RpmRepositoryErrors.LimitExceeded, $"{announced} packages are announced.");
        }

        var count = 0L;
        while (_xml.NextChild())
        {
            if (_xml.ElementName != "package")
            {
                _xml.Skip();
                continue;
            }

            if (++count > announced)
            {
                break;
            }

            Package();
        }

        if (count != announced)
        {
            throw _xml.Error(RpmRepositoryErrors.WrongCount, count > announced ? $"There are more than the {announced} packages that are announced." : $"{announced} packages are announced; there are {count}.");
        }

        _xml.Finish();
    }

    private void Package()
    {
        var isRpm = _xml.Find("type") == "rpm";
        var package = new Fields();
        while (_xml.NextChild())
        {
            Field(package);
        }

        if (!isRpm)
        {
            throw _xml.Bad("A package is not of type 'rpm'.");
        }

        if (package.Name is null || package.Version is null || package.Architecture is null || package.Checksum is null || package.Location is null || package.Size < 0 || package.FileSeconds < 0)
        {
            throw _xml.Bad($"The package '{package.Name}' lacks name, version, architecture, checksum, time, size or location.");
        }

        Add(package);
    }

    private void Add(Fields f)
    {
        var (name, version, architecture, checksum) = (f.Name!, f.Version!, f.Architecture!, f.Checksum!.Value);
        if (!_digests.Add(checksum.Hex))
        {
            throw _xml.Error(RpmRepositoryErrors.DuplicatePackage, $"The file of {name}-{version}.{architecture} is listed twice.");
        }

        if (!_identities.Add((name, version, architecture)))
        {
            throw _xml.Error(RpmRepositoryErrors.MixedChecksums, $"{name}-{version}.{architecture} is listed with two different checksums.");
        }

        if (architecture is "src" or "nosrc" || f.FileSeconds > (_filter.SnapshotSeconds ?? long.MaxValue) || _exclude.Any(e => e.Matches(name)))
        {
            _hidden.Add(checksum.Hex);
            return;
        }

        _packages.Add(new RpmPackage
        {
            Name = name,
            Version = version,
            Architecture = architecture,
            Provides = f.Lists[0],
            Requires = f.Lists[1],
            Conflicts = f.Lists[2],
            Obsoletes = f.Lists[3],
            Recommends = f.Lists[4],
            Suggests = f.Lists[5],
            Supplements = f.Lists[6],
            Enhances = f.Lists[7],
            Files = f.Files,
            SourceRpm = f.SourceRpm,
            Summary = f.Summary,
            License = f.License,
            Url = f.Url,
            Vendor = f.Vendor,
            FileSeconds = f.FileSeconds,
            BuildSeconds = f.BuildSeconds,
            Location = f.Location!,
            Size = f.Size,
            InstalledSize = f.InstalledSize,
            Checksum = checksum,
            RepositoryId = _filter.RepositoryId,
            RepositoryPriority = _filter.Priority,
        });
    }

    private void Field(Fields f)
    {
        switch (_xml.ElementName)
        {
            case "name":
                Once(f.Name);
                f.Name = _pool.Get(MetadataText.Name(_xml, _xml.ReadText()));
                break;
            case "arch":
                Once(f.Architecture);
                f.Architecture = _pool.Get(MetadataText.Name(_xml, _xml.ReadText()));
                break;
            case "version":
                Once(f.Version);
                f.Version = Version();
                _xml.Skip();
                break;
            case "checksum":
                Once(f.Checksum);
                f.Checksum = Checksum();
                break;
            case "summary":
                f.Summary = Text(shared: false);
                break;
            case "url":
                f.Url = Text(shared: true);
                break;
            case "time":
                f.FileSeconds = MetadataText.Number(_xml, _xml.Find("file"));
                f.BuildSeconds = MetadataText.Number(_xml, _xml.Find("build"));
                _xml.Skip();
                break;
            case "size":
                f.Size = MetadataText.Number(_xml, _xml.Find("package"));
                f.InstalledSize = MetadataText.Number(_xml, _xml.Find("installed"));
                _xml.Skip();
                break;
            case "location":
                Once(f.Location);
                f.Location = MetadataText.Location(_xml);
                _xml.Skip();
                break;
            case "format":
                Format(f);
                break;
            default:
                _xml.Skip();
                break;
        }
    }

    private void Format(Fields f)
    {
        _files.Clear();
        while (_xml.NextChild())
        {
            switch (_xml.ElementName)
            {
                case "file":
                    _files.Add(FilePath());
                    break;
                case "rpm:provides":
                    Dependencies(f, 0);
                    break;
                case "rpm:requires":
                    Dependencies(f, 1);
                    break;
                case "rpm:conflicts":
                    Dependencies(f, 2);
                    break;
                case "rpm:obsoletes":
                    Dependencies(f, 3);
                    break;
                case "rpm:recommends":
                    Dependencies(f, 4);
                    break;
                case "rpm:suggests":
                    Dependencies(f, 5);
                    break;
                case "rpm:supplements":
                    Dependencies(f, 6);
                    break;
                case "rpm:enhances":
                    Dependencies(f, 7);
                    break;
                case "rpm:license":
                    f.License = Text(shared: true);
                    break;
                case "rpm:vendor":
                    f.Vendor = Text(shared: true);
                    break;
                case "rpm:sourcerpm":
                    f.SourceRpm = Text(shared: true);
                    break;
                default:
                    _xml.Skip();
                    break;
            }
        }

        f.Files = _files.Count == 0 ? [] : _files.ToArray();
    }

    private void Dependencies(Fields f, int list)
    {
        if (f.Lists[list].Length > 0)
        {
            throw _xml.Bad("A package has one list of dependencies twice.");
        }

        _dependencies.Clear();
        while (_xml.NextChild())
        {
            if (_xml.ElementName != "rpm:entry")
            {
                throw _xml.Bad("A list of dependencies holds something else.");
            }

            _dependencies.Add(Dependency());
            _xml.Skip();
        }

        f.Lists[list] = _dependencies.Count == 0 ? [] : _dependencies.ToArray();
    }

    private RpmDependency Dependency()
    {
        var name = "";
        var relation = VersionRelation.Any;
        var isPre = false;
        string? epoch = null, version = null, release = null;
        for (var i = 0; i < _xml.AttributeCount; i++)
        {
            var (attribute, value) = _xml.Attribute(i);
            switch (attribute)
            {
                case "name":
                    MetadataText.Limit(_xml, value, MetadataText.MaximumPath);
                    name = _pool.Get(value);
                    break;
                case "flags":
                    relation = Relation(value);
                    break;
                case "epoch":
                    epoch = value;
                    break;
                case "ver":
                    version = value;
                    break;
                case "rel":
                    release = value;
                    break;
                case "pre":
                    isPre = value == "1";
                    break;
            }
        }

        if (name.Length == 0)
        {
            throw _xml.Bad("A dependency has no name.");
        }

        return relation == VersionRelation.Any || version is null
            ? new(name, VersionRelation.Any, "", isPre)
            : new(name, relation, Version(epoch, version, release, ofPackage: false), isPre);
    }

    private VersionRelation Relation(string flags) => flags switch
    {
        "EQ" => VersionRelation.Equal,
        "GE" => VersionRelation.LaterOrEqual,
        "LE" => VersionRelation.EarlierOrEqual,
        "GT" => VersionRelation.Later,
        "LT" => VersionRelation.Earlier,
        _ => throw _xml.Bad($"'{MetadataText.Shown(flags)}' is not a relation between versions."),
    };

    private string Version()
    {
        var (version, release) = (_xml.Find("ver"), _xml.Find("rel"));
        return version.Length > 0 && release.Length > 0 ? Version(_xml.Find("epoch"), version, release, ofPackage: true) : throw _xml.Bad("A package has no version or no release.");
    }

    private string Version(string? epoch, string version, string? release, bool ofPackage) =>
        _pool.Get(MetadataText.Version(_xml, _version, epoch, version, release, ofPackage));

    private RpmChecksum Checksum()
    {
        if (_xml.Find("pkgid") != "YES")
        {
            throw _xml.Bad("A package's checksum is not its identifier.");
        }

        return MetadataText.Checksum(_xml, _xml.Find("type"), _xml.ReadText());
    }

    private string FilePath()
    {
        var path = _xml.ReadText();
        MetadataText.Limit(_xml, path, MetadataText.MaximumPath);
        return path.StartsWith('/') && !path.ContainsAny('\n', '\r') ? path.ToString() : throw _xml.Bad($"'{MetadataText.Shown(path)}' is not the path of a file.");
    }

    private string Text(bool shared)
    {
        var text = _xml.ReadText();
        MetadataText.Limit(_xml, text, MaximumText);
        return shared ? _pool.Get(text) : text.ToString();
    }

    private void Once(object? value)
    {
        if (value is not null)
        {
            throw _xml.Bad($"A package has the element '{_xml.ElementName}' twice.");
        }
    }

    private sealed class Fields
    {
        public readonly RpmDependency[][] Lists = [[], [], [], [], [], [], [], []];

        public string? Name { get; set; }

        public string? Version { get; set; }

        public string? Architecture { get; set; }

        public RpmChecksum? Checksum { get; set; }

        public string? Location { get; set; }

        public string Summary { get; set; } = "";

        public string Url { get; set; } = "";

        public string License { get; set; } = "";

        public string Vendor { get; set; } = "";

        public string SourceRpm { get; set; } = "";

        public IReadOnlyList<string> Files { get; set; } = [];

        public long FileSeconds { get; set; } = -1;

        public long BuildSeconds { get; set; }

        public long Size { get; set; } = -1;

        public long InstalledSize { get; set; }
    }
}
