using Ironhull.Diagnostics;

namespace Ironhull.Packages.Debian;

/// <summary>Parses relationship fields (Debian Policy 7.1).</summary>
public static class DependencyParser
{
    /// <summary>Parses a field into groups: all groups must hold, any alternative of a group satisfies it.</summary>
    /// <param name="field">The field's text, folded lines included; empty gives no groups.</param>
    /// <exception cref="HullException">HULL2001: not a relationship field.</exception>
    public static IReadOnlyList<IReadOnlyList<Dependency>> Parse(string field)
    {
        var groups = new List<IReadOnlyList<Dependency>>();
        foreach (var groupRange in field.AsSpan().Split(','))
        {
            var group = field.AsSpan()[groupRange].Trim();
            if (group.IsEmpty)
            {
                continue;
            }

            var alternatives = new List<Dependency>();
            foreach (var range in group.Split('|'))
            {
                alternatives.Add(ParseOne(group[range].Trim(), field));
            }

            groups.Add(alternatives);
        }

        return groups;
    }

    private static Dependency ParseOne(ReadOnlySpan<char> text, string field)
    {
        var relation = VersionRelation.Any;
        var version = "";
        // Build-profile and architecture restrictions occur only in source packages.
        var open = text.IndexOf('(');
        var name = open < 0 ? text : text[..open].TrimEnd();
        if (open >= 0)
        {
            var close = text[open..].IndexOf(')');
            if (close < 0)
            {
                throw PackageErrors.MalformedRelationship.Error($"'{text}' lacks ')' in '{field}'.");
            }

            var inner = text.Slice(open + 1, close - 1).Trim();
            if (inner.Length < 2)
            {
                throw PackageErrors.MalformedRelationship.Error($"'{text}' has no version in '{field}'.");
            }

            var length = inner[0] is '<' or '>' && inner[1] is '<' or '=' or '>' ? 2 : 1;
            relation = inner[..length] switch
            {
                "<<" => VersionRelation.Earlier,
                "<=" or "<" => VersionRelation.EarlierOrEqual,
                "=" => VersionRelation.Equal,
                ">=" or ">" => VersionRelation.LaterOrEqual,
                ">>" => VersionRelation.Later,
                _ => throw PackageErrors.MalformedRelationship.Error($"'{text}' has an unknown relation in '{field}'."),
            };
            version = inner[length..].Trim().ToString();
        }

        var qualifier = "";
        var colon = name.IndexOf(':');
        if (colon >= 0)
        {
            qualifier = name[(colon + 1)..].ToString();
            name = name[..colon];
        }

        return name.IsEmpty
            ? throw PackageErrors.MalformedRelationship.Error($"A package name is empty in '{field}'.")
            : new Dependency(name.ToString(), qualifier, relation, version);
    }
}
