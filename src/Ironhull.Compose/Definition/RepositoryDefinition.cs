using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Definition;

/// <summary>One suite of a signed Debian archive.</summary>
/// <param name="Id">The name that locks and diagnostics use, for example "trixie-security".</param>
/// <param name="Archive">Key into the mirror map: "debian" or "debian-security". Never a host name.</param>
/// <param name="Suite">The suite below <c>dists/</c>.</param>
/// <param name="Components">The components, for example "main".</param>
/// <param name="Keys">Absolute paths of the OpenPGP key files that are trusted.</param>
/// <param name="Fingerprints">When not empty, only these primary keys out of <paramref name="Keys"/> are trusted; 40 upper-case hexadecimal digits.</param>
/// <param name="Priority">apt's pin priority: the higher wins before the version.</param>
/// <param name="Where">Its place in the definition.</param>
public sealed record RepositoryDefinition(
    string Id, string Archive, string Suite, IReadOnlyList<string> Components, IReadOnlyList<string> Keys,
    IReadOnlyList<string> Fingerprints, int Priority, Location Where)
{
    private static readonly Choices<string> Archives = new(("debian", "debian"), ("debian-security", "debian-security"));
    private static readonly TextForm Fingerprint = new("a key's fingerprint of 40 hexadecimal digits", "^[0-9A-Fa-f]{40}$");
    private static readonly TextForm SuiteName = new("a suite such as 'trixie' or 'trixie-updates'", "^[a-z0-9][a-z0-9.\\-]*(/[a-z0-9.\\-]+)*$");

    internal static RepositoryDefinition Read(FieldReader f, DefinitionFolder folder)
    {
        var id = f.RequiredString("id", "The name that locks and messages use for this repository.", TextForm.Identifier);
        return new(
            id,
            f.RequiredEnum("archive", Archives, "Which archive of the mirror map."),
            f.RequiredString("suite", "The suite below dists/.", SuiteName),
            f.StringList("components", required: true, "The components to read.", TextForm.Identifier).Values(),
            folder.Files(f, f.StringList("keys", required: true, "OpenPGP key files, relative to this file: a signature by one of them is required.")),
            [.. f.StringList("fingerprints", description: "Primary keys to trust out of the key files; all of them when absent.", form: Fingerprint).Select(v => v.Value.ToUpperInvariant())],
            f.OptionalInt("priority", 500, 1, 1000, "The higher priority wins before the version."),
            f.Where);
    }
}
