using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Closure;

/// <summary>
/// The loader takes a library that is loaded already whatever its folder. So what a library needs may come with every file
/// that needs the library itself: systemd's private libraries count on it.
/// </summary>
internal sealed class AlreadyLoaded(TreeView view, LibrarySearch search, Func<string, FileFacts> factsOf)
{
    private Dictionary<string, List<string>>? _users;

    /// <summary>Whether every file that needs the library at <paramref name="path"/> also brings <paramref name="soName"/> with it.</summary>
    public bool Covers(string path, string soName) =>
        (_users ??= Users()).TryGetValue(path, out var users) &&
        users.TrueForAll(u => factsOf(u).Elf is { } elf && elf.Needed.Contains(soName) && search.Find(u, elf, soName) is not null);

    private Dictionary<string, List<string>> Users()
    {
        var users = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (path, inode) in view.Tree.Entries)
        {
            if (inode.Type != InodeType.File || factsOf(path).Elf is not { } elf)
            {
                continue;
            }

            foreach (var needed in elf.Needed)
            {
                if (search.Find(path, elf, needed) is { } found && view.Real(found) is { } real)
                {
                    if (!users.TryGetValue(real, out var list))
                    {
                        users[real] = list = [];
                    }

                    list.Add(path);
                }
            }
        }

        return users;
    }
}
