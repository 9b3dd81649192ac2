using System.Text;
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
    private readonly MetadataXmlReader _xml;
    private readonly RpmPackageFilter _filter;
    private readonly NamePattern[] _exclude;
    private readonly TextPool _pool = new();
    private readonly byte[] _version = new byte[3 * MetadataText.MaximumName];
    private readonly List<RpmDependency> _dependencies = [];
    private readonly List<string> _files = [];
    private readonly List<RpmPackage> _packages = [];
    private readonly HashSet<string> _hidden = new(StringComparer.Ordinal);
    private readonly HashSet<string> _digests = new(StringComparer.Ordinal);
    private readonly HashSet<(string Name, string Version, string Architecture)> _identities = [];

    private PrimaryReader(Stream stream, RpmPackageFilter filter, string name)
    {
        _xml = MetadataXmlReader.Open(stream, "metadata"u8, name);
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
        var reader = new PrimaryReader(stream, filter, name);
        reader.Run();
        return new(reader._packages, reader._hidden);
    }

    private void Run()
    {
        var announced = MetadataText.Number(_xml, _xml.Find("packages"u8));
        if (announced > MaximumPackages)
        {
            throw _xml.Error(RpmRepositoryErrors.LimitExceeded, $"{announced} packages are announced.");
        }

        var count = 0L;
        while (_xml.NextChild())
        {
            if (!_xml.ElementName.SequenceEqual("package"u8))
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
        var isRpm = _xml.Find("type"u8).SequenceEqual("rpm"u8);
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
        var element = _xml.ElementName;
        if (element.SequenceEqual("name"u8))
        {
            Once(f.Name);
            f.Name = _pool.Get(MetadataText.Name(_xml, _xml.ReadText()));
        }
        else if (element.SequenceEqual("arch"u8))
        {
            Once(f.Architecture);
            f.Architecture = _pool.Get(MetadataText.Name(_xml, _xml.ReadText()));
        }
        else if (element.SequenceEqual("version"u8))
        {
            Once(f.Version);
            f.Version = Version();
            _xml.Skip();
        }
        else if (element.SequenceEqual("checksum"u8))
        {
            Once(f.Checksum);
            f.Checksum = Checksum();
        }
        else if (element.SequenceEqual("summary"u8))
        {
            f.Summary = Text(shared: false);
        }
        else if (element.SequenceEqual("url"u8))
        {
            f.Url = Text(shared: true);
        }
        else if (element.SequenceEqual("time"u8))
        {
            f.FileSeconds = MetadataText.Number(_xml, _xml.Find("file"u8));
            f.BuildSeconds = MetadataText.Number(_xml, _xml.Find("build"u8));
            _xml.Skip();
        }
        else if (element.SequenceEqual("size"u8))
        {
            f.Size = MetadataText.Number(_xml, _xml.Find("package"u8));
            f.InstalledSize = MetadataText.Number(_xml, _xml.Find("installed"u8));
            _xml.Skip();
        }
        else if (element.SequenceEqual("location"u8))
        {
            Once(f.Location);
            f.Location = MetadataText.Location(_xml);
            _xml.Skip();
        }
        else if (element.SequenceEqual("format"u8))
        {
            Format(f);
        }
        else
        {
            _xml.Skip();
        }
    }

    private void Format(Fields f)
    {
        _files.Clear();
        while (_xml.NextChild())
        {
            var element = _xml.ElementName;
            if (element.SequenceEqual("file"u8))
            {
                _files.Add(FilePath());
                continue;
            }

            if (!element.StartsWith("rpm:"u8))
            {
                _xml.Skip();
                continue;
            }

            element = element[4..];
            var list = element switch
            {
                [(byte)'p', ..] when element.SequenceEqual("provides"u8) => 0,
                [(byte)'r', ..] when element.SequenceEqual("requires"u8) => 1,
                [(byte)'c', ..] when element.SequenceEqual("conflicts"u8) => 2,
                [(byte)'o', ..] when element.SequenceEqual("obsoletes"u8) => 3,
                [(byte)'r', ..] when element.SequenceEqual("recommends"u8) => 4,
                [(byte)'s', ..] when element.SequenceEqual("suggests"u8) => 5,
                [(byte)'s', ..] when element.SequenceEqual("supplements"u8) => 6,
                [(byte)'e', ..] when element.SequenceEqual("enhances"u8) => 7,
                _ => -1,
            };
            if (list >= 0)
            {
                f.Lists[list] = f.Lists[list].Length == 0 ? Dependencies() : throw _xml.Bad("A package has one list of dependencies twice.");
            }
            else if (element.SequenceEqual("license"u8))
            {
                f.License = Text(shared: true);
            }
            else if (element.SequenceEqual("vendor"u8))
            {
                f.Vendor = Text(shared: true);
            }
            else if (element.SequenceEqual("sourcerpm"u8))
            {
                f.SourceRpm = Text(shared: true);
            }
            else
            {
                _xml.Skip();
            }
        }

        f.Files = _files.Count == 0 ? [] : _files.ToArray();
    }

    private RpmDependency[] Dependencies()
    {
        _dependencies.Clear();
        while (_xml.NextChild())
        {
            if (!_xml.ElementName.SequenceEqual("rpm:entry"u8))
            {
                throw _xml.Bad("A list of dependencies holds something else.");
            }

            _dependencies.Add(Dependency());
            _xml.Skip();
        }

        return _dependencies.Count == 0 ? [] : _dependencies.ToArray();
    }

    private RpmDependency Dependency()
    {
        string? name = null;
        var relation = VersionRelation.Any;
        var isPre = false;
        var (epoch, version, release) = (-1, -1, -1);
        for (var i = 0; i < _xml.AttributeCount; i++)
        {
            switch (_xml.AttributeName(i))
            {
                case [(byte)'n', (byte)'a', (byte)'m', (byte)'e']:
                    var text = _xml.AttributeValue(i);
                    MetadataText.Limit(_xml, text, MetadataText.MaximumPath);
                    name = _pool.Get(text);
                    break;
                case [(byte)'f', (byte)'l', (byte)'a', (byte)'g', (byte)'s']:
                    relation = Relation(_xml.AttributeValue(i));
                    break;
                case [(byte)'e', (byte)'p', (byte)'o', (byte)'c', (byte)'h']:
                    epoch = i;
                    break;
                case [(byte)'v', (byte)'e', (byte)'r']:
                    version = i;
                    break;
                case [(byte)'r', (byte)'e', (byte)'l']:
                    release = i;
                    break;
                case [(byte)'p', (byte)'r', (byte)'e']:
                    isPre = _xml.AttributeValue(i).SequenceEqual("1"u8);
                    break;
            }
        }

        if (string.IsNullOrEmpty(name))
        {
            throw _xml.Bad("A dependency has no name.");
        }

        return relation == VersionRelation.Any || version < 0
            ? new(name, VersionRelation.Any, "", isPre)
            : new(name, relation, Version(epoch, version, release, ofPackage: false), isPre);
    }

    private VersionRelation Relation(ReadOnlySpan<byte> flags) => flags switch
    {
        [(byte)'E', (byte)'Q'] => VersionRelation.Equal,
        [(byte)'G', (byte)'E'] => VersionRelation.LaterOrEqual,
        [(byte)'L', (byte)'E'] => VersionRelation.EarlierOrEqual,
        [(byte)'G', (byte)'T'] => VersionRelation.Later,
        [(byte)'L', (byte)'T'] => VersionRelation.Earlier,
        _ => throw _xml.Bad($"'{MetadataText.Shown(flags)}' is not a relation between versions."),
    };

    private string Version()
    {
        var (epoch, version, release) = (-1, -1, -1);
        for (var i = 0; i < _xml.AttributeCount; i++)
        {
            var name = _xml.AttributeName(i);
            epoch = name.SequenceEqual("epoch"u8) ? i : epoch;
            version = name.SequenceEqual("ver"u8) ? i : version;
            release = name.SequenceEqual("rel"u8) ? i : release;
        }

        return version >= 0 && release >= 0 ? Version(epoch, version, release, ofPackage: true) : throw _xml.Bad("A package has no version or no release.");
    }

    // None of the three may hold a reference, so their values lie side by side in the reader's buffer.
    private string Version(int epoch, int version, int release, bool ofPackage) => _pool.Get(MetadataText.Version(
        _xml, _version, epoch < 0 ? default : _xml.PlainValue(epoch), _xml.PlainValue(version), release < 0 ? default : _xml.PlainValue(release), ofPackage));

    private RpmChecksum Checksum()
    {
        if (!_xml.Find("pkgid"u8).SequenceEqual("YES"u8))
        {
            throw _xml.Bad("A package's checksum is not its identifier.");
        }

        // The type is gone when the text is read.
        var (algorithm, _) = MetadataText.Algorithm(_xml, _xml.Find("type"u8));
        return MetadataText.Checksum(_xml, algorithm == "sha256" ? "sha256"u8 : "sha512"u8, _xml.ReadText());
    }

    private string FilePath()
    {
        var path = _xml.ReadText();
        MetadataText.Limit(_xml, path, MetadataText.MaximumPath);
        return path.StartsWith("/"u8) && !path.ContainsAny((byte)'\n', (byte)'\r') ? Encoding.UTF8.GetString(path) : throw _xml.Bad($"'{MetadataText.Shown(path)}' is not the path of a file.");
    }

    private string Text(bool shared)
    {
        var text = _xml.ReadText();
        MetadataText.Limit(_xml, text, MaximumText);
        return shared ? _pool.Get(text) : Encoding.UTF8.GetString(text);
    }

    private void Once(object? value)
    {
        if (value is not null)
        {
            throw _xml.Bad($"A package has the element '{Encoding.UTF8.GetString(_xml.ElementName)}' twice.");
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
