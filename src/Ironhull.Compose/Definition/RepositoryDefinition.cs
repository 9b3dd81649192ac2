using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Definition;

/// <summary>A signed repository that packages come from.</summary>
/// <param name="Id">The name that locks and diagnostics use, for example "trixie-security".</param>
/// <param name="Archive">Key into the mirror map, for example "debian" or "azurelinux". Never a host name.</param>
/// <param name="Keys">Absolute paths of the OpenPGP key files that are trusted.</param>
/// <param name="Fingerprints">When not empty, only these primary keys out of <paramref name="Keys"/> are trusted; 40 or 64 upper-case hexadecimal digits.</param>
/// <param name="Priority">The higher wins before the version.</param>
/// <param name="Where">Its place in the definition.</param>
public abstract record RepositoryDefinition(
    string Id, string Archive, IReadOnlyList<string> Keys, IReadOnlyList<string> Fingerprints, int Priority, Location Where)
{
    private static readonly Choices<string> DebianArchives = new(("debian", "debian"), ("debian-security", "debian-security"));
    private static readonly TextForm Fingerprint = new("a key's fingerprint of 40 or 64 hexadecimal digits", "^[0-9A-Fa-f]{40}([0-9A-Fa-f]{24})?$");
    private static readonly TextForm SuiteName = new("a suite such as 'trixie' or 'trixie-updates'", "^[a-z0-9][a-z0-9.\\-]*(/[a-z0-9.\\-]+)*$");
    private static readonly TextForm FolderPath = new("a folder below the archive such as '3.0/prod/base/x86_64'", "^[A-Za-z0-9_][A-Za-z0-9_+.\\-]*(/[A-Za-z0-9_][A-Za-z0-9_+.\\-]*)*$");
    private static readonly string[] DebianKeys = ["suite", "components"];
    private static readonly string[] RpmKeys = ["path", "exclude", "snapshot"];

    /// <summary>The packaging world.</summary>
    public abstract PackagingKind Packaging { get; }

    internal static RepositoryDefinition Read(FieldReader f, DefinitionFolder folder)
    {
        var id = f.RequiredString("id", "The name that locks and messages use for this repository.", TextForm.Identifier);
        var kind = f.OptionalEnum("type", PackagingKinds.Words, PackagingKind.Debian, "A Debian archive, or an RPM-MD repository. All repositories of an image have the same type.");
        var archive = kind == PackagingKind.Debian && !f.IsSchema
            ? f.RequiredEnum("archive", DebianArchives, "Which archive of the mirror map.")
            : f.RequiredString("archive", "Which archive of the mirror map, for example debian, debian-security or azurelinux.", TextForm.Identifier);
        var keys = folder.Files(f, f.StringList("keys", required: true, "OpenPGP key files, relative to this file: a signature by one of them is required."));
        IReadOnlyList<string> fingerprints =
            [.. f.StringList("fingerprints", description: "Primary keys to trust out of the key files; all of them when absent.", form: Fingerprint).Select(v => v.Value.ToUpperInvariant())];
        var priority = f.OptionalInt("priority", 500, 1, 1000, "The higher priority wins before the version.");

        var needed = kind == PackagingKind.Debian && !f.IsSchema;
        var suite = needed ? f.RequiredString("suite", form: SuiteName) : f.OptionalString("suite", "", "The suite below dists/ (type debian).", SuiteName);
        var components = f.StringList("components", needed, "The components to read (type debian).", TextForm.Identifier).Values();
        var path = kind == PackagingKind.Rpm
            ? f.RequiredString("path", form: FolderPath)
            : f.OptionalString("path", "", "The folder of repodata below the archive's base (type rpm).", FolderPath);
        var exclude = f.StringList("exclude", description: "Packages of this repository that are not seen; may hold * (type rpm).", form: PackageSelection.RpmNames).Values();
        var snapshot = Instants.Read(f, "snapshot", "Packages that came into this repository later are not seen (type rpm).");
        foreach (var key in (kind == PackagingKind.Debian ? RpmKeys : DebianKeys).Where(f.Has))
        {
            f.Report(DefinitionErrors.InvalidValue.With($"The key '{key}' does not belong to a repository of type '{kind.Word()}'.", f.WhereIs(key), "Remove the key, or change 'type'."));
        }

        return kind == PackagingKind.Debian
            ? new DebianRepositoryDefinition(id, archive, suite, components, keys, fingerprints, priority, f.Where)
            : new RpmRepositoryDefinition(id, archive, path, exclude, snapshot, keys, fingerprints, priority, f.Where);
    }
}

/// <summary>One suite of a signed Debian archive.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Archive">Key into the mirror map: "debian" or "debian-security".</param>
/// <param name="Suite">The suite below <c>dists/</c>.</param>
/// <param name="Components">The components, for example "main".</param>
/// <param name="Keys">Trusted key files.</param>
/// <param name="Fingerprints">Trusted primary keys.</param>
/// <param name="Priority">apt's pin priority.</param>
/// <param name="Where">Its place in the definition.</param>
public sealed record DebianRepositoryDefinition(
    string Id, string Archive, string Suite, IReadOnlyList<string> Components, IReadOnlyList<string> Keys, IReadOnlyList<string> Fingerprints, int Priority, Location Where)
    : RepositoryDefinition(Id, Archive, Keys, Fingerprints, Priority, Where)
{
    /// <inheritdoc/>
    public override PackagingKind Packaging => PackagingKind.Debian;
}

/// <summary>An RPM-MD repository.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Archive">Key into the mirror map, for example "azurelinux".</param>
/// <param name="Path">The folder of <c>repodata</c> below the archive's base.</param>
/// <param name="Exclude">Names of packages that are not seen; may hold <c>*</c>.</param>
/// <param name="SnapshotSeconds">Packages that came later are not seen; seconds since 1970-01-01 UTC, or null.</param>
/// <param name="Keys">Trusted key files.</param>
/// <param name="Fingerprints">Trusted primary keys.</param>
/// <param name="Priority">The higher wins before the version.</param>
/// <param name="Where">Its place in the definition.</param>
public sealed record RpmRepositoryDefinition(
    string Id, string Archive, string Path, IReadOnlyList<string> Exclude, long? SnapshotSeconds, IReadOnlyList<string> Keys, IReadOnlyList<string> Fingerprints, int Priority, Location Where)
    : RepositoryDefinition(Id, Archive, Keys, Fingerprints, Priority, Where)
{
    /// <inheritdoc/>
    public override PackagingKind Packaging => PackagingKind.Rpm;
}
