using System.IO.Enumeration;
using Ironhull.Diagnostics;
using Ironhull.Packages;
using Ironhull.Packages.Rpm;

namespace Ironhull.Resolution.Rpm;

/// <summary>
/// What one entry of a request means, in the forms and the order that dnf knows: <c>name-[epoch:]version-release.arch</c>,
/// <c>name.arch</c>, <c>name</c>, <c>name-[epoch:]version-release</c>, <c>name-[epoch:]version</c>, then a capability, with a version
/// ("name >= 1.2", "name=1.2"), a path, or a rich dependency in parentheses. <c>*</c>, <c>?</c> stand for characters.
/// </summary>
internal sealed class RpmSpec
{
    private RpmSpec(string text) => Text = text;

    /// <summary>The entry as written.</summary>
    public string Text { get; }

    /// <summary>Sets of packages; one of each set is asked for. Empty when nothing matches.</summary>
    public IReadOnlyList<IReadOnlyList<RpmCandidate>> Groups { get; private set; } = [];

    /// <summary>Everything that matches, in order.</summary>
    public IEnumerable<RpmCandidate> Matches => Groups.SelectMany(g => g);

    /// <summary>True when only a package's name is given; what takes the place of such a package counts as well.</summary>
    public bool IsName { get; private set; }

    /// <summary>The capability with its version, where one is given.</summary>
    public RpmDependency? Versioned { get; private set; }

    /// <summary>Finds out what an entry means.</summary>
    /// <param name="universe">The packages.</param>
    /// <param name="text">The entry.</param>
    /// <param name="packagesOnly">Leaves out capabilities and paths: only the forms that name packages count.</param>
    /// <exception cref="HullException">HULL3004: it cannot be read.</exception>
    public static RpmSpec Resolve(RpmUniverse universe, string text, bool packagesOnly = false)
    {
        var spec = new RpmSpec(text);
        if (text.Length == 0 || text.AsSpan().ContainsAny("\t\n\r,|") || text[0] is ' ' or '=' or '<' or '>')
        {
            throw spec.Malformed();
        }

        if (text.AsSpan().ContainsAny(" <>="))
        {
            var dependency = spec.ReadVersioned();
            spec.Versioned = dependency;
            spec.Take(packagesOnly ? [.. universe.Named(dependency)] : universe.Satisfying(dependency));
        }
        else if (!spec.TakePackages(universe) && !packagesOnly)
        {
            spec.TakeCapability(universe);
        }

        return spec;
    }

    /// <summary>True when the text holds characters that stand for others.</summary>
    public static bool IsPattern(string text) => text.AsSpan().ContainsAny('*', '?');

    /// <summary>The name in an entry, without a version or relation.</summary>
    public static string NameOf(string text)
    {
        var end = text.AsSpan().IndexOfAny(" <>=");
        return end <= 0 || text[0] == '(' ? text : text[..end];
    }

    private void Take(IReadOnlyList<RpmCandidate> all) => Groups = all.Count > 0 ? [all] : [];

    private RpmDependency ReadVersioned()
    {
        var name = NameOf(Text);
        var rest = Text.AsSpan(name.Length).Trim();
        var sign = rest.IndexOfAnyExcept("<>=");
        VersionRelation? relation = sign <= 0 ? null : rest[..sign] switch
        {
            "<" => VersionRelation.Earlier,
            "<=" => VersionRelation.EarlierOrEqual,
            "=" or "==" => VersionRelation.Equal,
            ">=" => VersionRelation.LaterOrEqual,
            ">" => VersionRelation.Later,
            _ => null,
        };
        var version = sign <= 0 ? "" : rest[sign..].Trim().ToString();
        return relation is not null && version.Length > 0 && !version.AsSpan().ContainsAny(" <>=()")
            ? new RpmDependency(name, relation.Value, version)
            : throw Malformed();
    }

    private HullException Malformed() => ResolutionErrors.MalformedRequest.Error(
        $"'{Text}' is no package name, name-version-release.architecture, capability, path or rich dependency.",
        remedy: "Write a package name, a name with '=' or '>=' and a version, name-version-release.architecture, or the path of a file.");

    /// <summary>The forms that name packages, in dnf's order; the first that matches anything counts.</summary>
    private bool TakePackages(RpmUniverse universe)
    {
        var (beforeArchitecture, architecture) = Cut(Text, '.');
        var (beforeRelease, release) = Cut(Text, '-');
        return (architecture.Length > 0 && TakeVersions(universe, beforeArchitecture, architecture))
            || (architecture.Length > 0 && TakeGroups(Named(universe, beforeArchitecture).Where(c => Like(c.Architecture, architecture))))
            || (IsName = TakeGroups(Named(universe, Text)))
            || TakeVersions(universe, Text, "*")
            || (release.Length > 0 && TakeVersion(universe, beforeRelease, release, "*", "*"));
    }

    private bool TakeVersions(RpmUniverse universe, string text, string architecture)
    {
        var (rest, release) = Cut(text, '-');
        var (name, version) = Cut(rest, '-');
        return name.Length > 0 && version.Length > 0 && release.Length > 0 && TakeVersion(universe, name, version, release, architecture);
    }

    private bool TakeVersion(RpmUniverse universe, string name, string version, string release, string architecture)
    {
        var colon = version.IndexOf(':', StringComparison.Ordinal);
        var epoch = colon < 0 ? "*" : version[..colon];
        version = version[(colon + 1)..];
        return TakeGroups(Named(universe, name).Where(c =>
        {
            RpmVersion.Split(c.Version, out var e, out var v, out var r);
            return Like(e, epoch) && Like(v, version) && Like(r, release) && Like(c.Architecture, architecture);
        }));
    }

    private bool TakeGroups(IEnumerable<RpmCandidate> matches)
    {
        var all = matches.OrderBy(c => c.Place).ToList();
        Groups = IsPattern(Text)
            ? [.. all.GroupBy(c => c.Name, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => g.ToList())]
            : all.Count > 0 ? [all] : [];
        return all.Count > 0;
    }

    private static IEnumerable<RpmCandidate> Named(RpmUniverse universe, string name) => IsPattern(name)
        ? universe.Names.Where(n => Like(n, name)).SelectMany(universe.Versions)
        : universe.Versions(name);

    private void TakeCapability(RpmUniverse universe)
    {
        var names = IsPattern(Text) ? universe.Capabilities.Where(c => Like(c, Text)) : [Text];
        var found = names.SelectMany(n => universe.Satisfying(new RpmDependency(n, VersionRelation.Any, ""))).Distinct();
        if (Text[0] != '/')
        {
            TakeGroups(found);
            return;
        }

        // A pattern of paths asks for one package, not for one of each name.
        var owners = IsPattern(Text) ? universe.All.Where(c => c.Package.Files.Any(f => Like(f, Text))) : [];
        Take([.. found.Union(owners).OrderBy(c => c.Place)]);
    }

    private static bool Like(ReadOnlySpan<char> text, string pattern) => FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false);

    private static (string Before, string After) Cut(string text, char at)
    {
        var position = text.LastIndexOf(at);
        return position < 0 ? ("", "") : (text[..position], text[(position + 1)..]);
    }
}
