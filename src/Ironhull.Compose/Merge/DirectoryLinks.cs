using Ironhull.Compose.Store;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Merge;

/// <summary>
/// The symbolic links of root's that packages ship, through which paths of other packages run: an installation into one root follows them
/// (/lib64/x lies in /usr/lib64, /var/run/x in /run). The top-level names of the merged /usr are links in any case.
/// </summary>
internal sealed class DirectoryLinks
{
    // As the kernel has it (include/linux/namei.h, MAXSYMLINKS).
    private const int MaxLinks = 40;

    private readonly Dictionary<string, string> _targets = new(StringComparer.Ordinal);

    /// <summary>Collects the links.</summary>
    public DirectoryLinks(IReadOnlyList<UnpackedPackage> packages)
    {
        foreach (var entry in packages.SelectMany(p => p.Entries).Where(e => e.Type == InodeType.SymbolicLink && e.UserName is ("" or "root")))
        {
            _targets.TryAdd(entry.Path, entry.LinkTarget!);
        }

        foreach (var name in UsrMerge.Required)
        {
            _targets.TryAdd("/" + name, "usr/" + name);
        }
    }

    /// <summary>The top-level links: name to target.</summary>
    public IEnumerable<KeyValuePair<string, string>> Top =>
        _targets.Where(t => UsrMerge.IsTopLevel(t.Key)).Select(t => KeyValuePair.Create(t.Key[1..], t.Value)).OrderBy(t => t.Key, StringComparer.Ordinal);

    /// <summary>Where a path lies when the links above its last component are followed.</summary>
    /// <exception cref="HullException">HULL1005: the links go round in a circle.</exception>
    public string Resolve(string path)
    {
        var left = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var done = new List<string>();
        for (var followed = 0; left.Count > 0;)
        {
            var name = left.Pop();
            if (name is "." or "")
            {
                continue;
            }

            if (name == "..")
            {
                if (done.Count > 0)
                {
                    done.RemoveAt(done.Count - 1);
                }

                continue;
            }

            done.Add(name);
            if (left.Count == 0 || !_targets.TryGetValue("/" + string.Join('/', done), out var target))
            {
                continue;
            }

            if (++followed > MaxLinks)
            {
                throw FormatErrors.UnsafePath.Error($"{path} runs through more than {MaxLinks} links.", new(path));
            }

            done.RemoveAt(done.Count - 1);
            if (target.StartsWith('/'))
            {
                done.Clear();
            }

            foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                left.Push(part);
            }
        }

        return "/" + string.Join('/', done);
    }
}
