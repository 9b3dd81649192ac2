using System.Text;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;
using Ironhull.Packages.Rpm;

namespace Ironhull.Compose.Store;

/// <summary>A package in the content store: its paths, control members, and the bytes of its files. Safe for concurrent use.</summary>
public sealed class UnpackedPackage
{
    private readonly PackageIndex _index;
    private readonly PackageData _data;
    private readonly Lazy<IReadOnlyDictionary<string, string>> _fields;
    private readonly Lazy<RpmFacts?> _rpm;

    internal UnpackedPackage(string name, PackageIndex index, string dataPath)
    {
        Name = name;
        _index = index;
        _data = new PackageData(dataPath);
        _fields = new(() => ControlText.ParseFields(ControlMemberText("control")));
        _rpm = new(() => Member(RpmFacts.Member) is { } facts ? RpmFacts.Parse(facts, name) : null);
    }

    /// <summary>The package's name.</summary>
    public string Name { get; }

    /// <summary>SHA-256 of the package file.</summary>
    public Sha256Digest Sha256 => _index.Sha256;

    /// <summary>The paths in the order of the archive.</summary>
    public IReadOnlyList<PackageEntry> Entries => _index.Entries;

    /// <summary>The control archive's members by name, ordinal order; "md5sums" is left out.</summary>
    public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> ControlMembers => _index.ControlMembers;

    /// <summary>The fields of the control member; names compare without case.</summary>
    public IReadOnlyDictionary<string, string> ControlFields => _fields.Value;

    /// <summary>What an RPM's header says; null for a Debian package.</summary>
    public RpmFacts? Rpm => _rpm.Value;

    /// <summary>The version, or empty.</summary>
    public string Version => Rpm?.Version ?? ControlField("Version");

    /// <summary>Bytes of all files together.</summary>
    public long DataLength => _index.DataLength;

    /// <summary>A control field's value, or empty.</summary>
    public string ControlField(string name) => ControlFields.TryGetValue(name, out var value) ? value : "";

    /// <summary>A control member as text, or empty when there is none.</summary>
    public string ControlMemberText(string name) => Member(name) is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "";

    /// <summary>
    /// The paths of the configuration files as the package lists them (Debian Policy 10.7, obsolete ones left out; <c>%config</c> that an RPM ships).
    /// </summary>
    public IReadOnlyList<string> Conffiles => Rpm is { } rpm
        ? [.. rpm.Marked.Where(m => (m.Flags & (RpmFileFlags.Config | RpmFileFlags.Ghost)) == RpmFileFlags.Config).Select(m => m.Path)]
        : [.. ControlMemberText("conffiles").Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith('/'))];

    /// <summary>The bytes of a file of this package.</summary>
    public Content Content(PackageEntry entry) =>
        entry.Length == 0 ? Formats.Trees.Content.Empty : new PackageContent(_data, entry.Offset, entry.Length, entry.Sha256);

    private ReadOnlyMemory<byte>? Member(string name)
    {
        foreach (var (key, bytes) in _index.ControlMembers)
        {
            if (key == name)
            {
                return bytes;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Version}";
}
