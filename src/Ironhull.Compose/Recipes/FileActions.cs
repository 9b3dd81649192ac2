using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Recipes;

/// <summary>Applies the file actions of recipes to a tree.</summary>
public static class FileActions
{
    /// <summary>Applies actions in their order.</summary>
    /// <param name="tree">Not changed.</param>
    /// <param name="actions">What to do.</param>
    /// <param name="accounts">Numbers for the names of owners.</param>
    /// <param name="origin">The origin of what is new: "recipe:NAME" or "image".</param>
    /// <returns>The changed tree.</returns>
    /// <exception cref="HullException">HULL5202 for every action that hits nothing, all of them together; HULL5206 for an unknown owner; HULL1005 for an unsafe path.</exception>
    public static FileTree Apply(FileTree tree, IEnumerable<FileAction> actions, AccountDatabase accounts, string origin)
    {
        var result = tree.Clone();
        var problems = new List<Diagnostic>();
        foreach (var action in actions)
        {
            try
            {
                Apply(result, action, accounts, origin);
            }
            catch (HullException error)
            {
                problems.AddRange(error.Diagnostics.Select(d => d.Where is null ? d with { Where = action.Where } : d));
            }
        }

        return problems.Count == 0 ? result : throw new HullException(problems);
    }

    private static void Apply(FileTree tree, FileAction action, AccountDatabase accounts, string origin)
    {
        switch (action)
        {
            case CopyAction copy:
                var source = Require(tree, copy);
                if (source.Type is not (InodeType.File or InodeType.SymbolicLink))
                {
                    throw RecipeErrors.HitsNothing.Error($"{copy.Path} is a {source.Type}: only files and links are copied.", copy.Where);
                }

                tree.Set(copy.To, Owned(source.With(origin: origin), copy.Ownership, accounts, copy.Where));
                break;
            case WriteAction write:
                tree.Set(write.Path, Owned(Inode.File(Content.FromText(write.Text), origin: origin), write.Ownership, accounts, write.Where));
                break;
            case AppendAction append:
                var old = Text(tree, append);
                tree.Update(append.Path, i => i.With(content: Content.FromText(old + append.Text), origin: origin));
                break;
            case ReplaceAction replace:
                var text = Text(tree, replace);
                if (!text.Contains(replace.Find, StringComparison.Ordinal))
                {
                    throw RecipeErrors.HitsNothing.Error($"{replace.Path} does not contain '{replace.Find}'.", replace.Where);
                }

                tree.Update(replace.Path, i => i.With(content: Content.FromText(text.Replace(replace.Find, replace.Replacement, StringComparison.Ordinal)), origin: origin));
                break;
            case LinkAction link:
                tree.Set(link.Path, Inode.SymbolicLink(link.Target, origin));
                break;
            case DirectoryAction directory:
                tree.EnsureDirectory(directory.Path, origin);
                tree.Update(directory.Path, i => Owned(i, directory.Ownership, accounts, directory.Where));
                break;
            case AttributesAction attributes:
                SetAttributes(tree, attributes, accounts);
                break;
            case RemoveAction remove:
                foreach (var path in Matching(tree, remove))
                {
                    tree.Remove(path);
                }

                break;
            case TruncateAction truncate:
                Text(tree, truncate);
                tree.Update(truncate.Path, i => i.With(content: Content.Empty, origin: origin));
                break;
            case FipsModuleAction fips:
                var module = Require(tree, fips);
                tree.Set(fips.To, Inode.File(Content.FromText(FipsModule.Configuration(
                    module.Content ?? throw RecipeErrors.HitsNothing.Error($"{fips.Path} is a {module.Type}: a provider is a file.", fips.Where))), origin: origin));
                break;
            default:
                throw CommandErrors.Internal.Error($"No rule for {action.GetType().Name}.", action.Where);
        }
    }

    private static void SetAttributes(FileTree tree, AttributesAction action, AccountDatabase accounts)
    {
        var extra = action.Xattrs.Select(x => KeyValuePair.Create(x.Key, System.Text.Encoding.UTF8.GetBytes(x.Value))).ToList();
        if (action.Capabilities is not null)
        {
            extra.Add(KeyValuePair.Create(FileCapabilities.XattrName, FileCapabilities.Encode(action.Capabilities, action.Where)));
        }

        foreach (var path in Matching(tree, action))
        {
            tree.Update(path, inode =>
            {
                var owned = Owned(inode, action.Ownership, accounts, action.Where);
                return extra.Count == 0 ? owned : owned.With(xattrs: Merge(owned.Xattrs, extra));
            });
        }
    }

    private static List<KeyValuePair<string, byte[]>> Merge(
        IReadOnlyList<KeyValuePair<string, byte[]>> old, List<KeyValuePair<string, byte[]>> extra) =>
        [.. old.Where(o => extra.All(e => e.Key != o.Key)).Concat(extra).OrderBy(x => x.Key, StringComparer.Ordinal)];

    private static List<string> Matching(FileTree tree, FileAction action)
    {
        var pattern = new PathPattern(action.Path);
        List<string> hits = pattern.IsLiteral
            ? (tree.Contains(action.Path) ? [action.Path] : [])
            : [.. tree.Entries.Select(e => e.Key).Where(pattern.Matches)];
        return hits.Count > 0 ? hits : throw RecipeErrors.HitsNothing.Error($"Nothing in the tree matches {action.Path}.", action.Where);
    }

    private static Inode Require(FileTree tree, FileAction action) =>
        tree.TryGet(action.Path, out var inode) ? inode : throw RecipeErrors.HitsNothing.Error($"{action.Path} is not in the tree.", action.Where);

    private static string Text(FileTree tree, FileAction action)
    {
        var inode = Require(tree, action);
        if (inode.Type != InodeType.File || inode.Content!.Length > 1 << 24)
        {
            throw RecipeErrors.HitsNothing.Error($"{action.Path} is not a text file.", action.Where);
        }

        return inode.Content.ToText();
    }

    private static Inode Owned(Inode inode, Ownership ownership, AccountDatabase accounts, Location where) => inode.With(
        mode: inode.Type == InodeType.SymbolicLink ? null : ownership.Mode,
        uid: ownership.Owner is null ? null : accounts.Uid(ownership.Owner, where),
        gid: ownership.Group is null ? null : accounts.Gid(ownership.Group, where));
}
