using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Recipes;

/// <summary>
/// Makes alternatives as direct links: the winner of each name is linked from its generic path, without
/// /etc/alternatives in between.
/// </summary>
public static class Alternatives
{
    /// <summary>Makes the links.</summary>
    /// <param name="tree">Not changed.</param>
    /// <param name="candidates">Declared by recipes or found in boiler-plate, in any order. Those below /usr/share/man are left out.</param>
    /// <returns>The changed tree.</returns>
    /// <exception cref="HullException">HULL5207, collected: a target is missing, links of one name differ, or a link's place is taken.</exception>
    public static FileTree Apply(FileTree tree, IEnumerable<Alternative> candidates)
    {
        var result = tree.Clone();
        var problems = new List<Diagnostic>();
        foreach (var group in candidates.Where(c => !IsManual(c.Link)).GroupBy(c => c.Name, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            try
            {
                var usable = group.OrderByDescending(c => c.Priority).ThenBy(c => c.Target, StringComparer.Ordinal).ThenBy(c => c.Origin, StringComparer.Ordinal).ToList();
                foreach (var candidate in usable)
                {
                    Check(tree, usable[0], candidate);
                }

                var winner = usable[0];
                Link(result, winner.Link, winner.Target, winner);
                foreach (var follower in winner.Followers.Where(f => !IsManual(f.Link) && tree.Resolve(f.Target) is not null))
                {
                    Link(result, follower.Link, follower.Target, winner);
                }
            }
            catch (HullException error)
            {
                problems.AddRange(error.Diagnostics);
            }
        }

        return problems.Count == 0 ? result : throw new HullException(problems);
    }

    private static bool IsManual(string link) => link.StartsWith("/usr/share/man/", StringComparison.Ordinal);

    private static void Check(FileTree tree, Alternative first, Alternative candidate)
    {
        if (Place(tree, candidate.Link) != Place(tree, first.Link))
        {
            throw RecipeErrors.Alternative.Error($"{candidate.Name} is linked from {first.Link} and from {candidate.Link}.", candidate.Where);
        }

        if (tree.Resolve(candidate.Target) is null)
        {
            throw RecipeErrors.Alternative.Error($"{candidate.Target}, a candidate of {candidate.Name}, is not in the tree.", candidate.Where);
        }
    }

    private static void Link(FileTree tree, string link, string target, Alternative alternative)
    {
        var place = Place(tree, link);
        var text = RelativeLink(place, Place(tree, target));
        if (tree.TryGet(place, out var there) && !(there.Type == InodeType.SymbolicLink && there.LinkTarget == text))
        {
            throw RecipeErrors.Alternative.Error($"{place} is taken by {(there.Origin.Length == 0 ? "another file" : there.Origin)}; {alternative.Name} cannot be linked there.", alternative.Where);
        }

        tree.Set(place, Inode.SymbolicLink(text, alternative.Origin));
    }

    // The real place of a path's last component: /bin/more is /usr/bin/more in a merged tree.
    private static string Place(FileTree tree, string path)
    {
        var folder = FileTree.Parent(path);
        var real = tree.Resolve(folder) ?? folder;
        return (real == "/" ? "" : real) + path[path.LastIndexOf('/')..];
    }

    /// <summary>The text of a symbolic link at <paramref name="link"/> that leads to <paramref name="target"/>, relative to the link's folder.</summary>
    public static string RelativeLink(string link, string target)
    {
        var from = link.Split('/', StringSplitOptions.RemoveEmptyEntries)[..^1];
        var to = target.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var same = 0;
        while (same < from.Length && same < to.Length - 1 && from[same] == to[same])
        {
            same++;
        }

        return string.Join('/', Enumerable.Repeat("..", from.Length - same).Concat(to[same..]));
    }
}
