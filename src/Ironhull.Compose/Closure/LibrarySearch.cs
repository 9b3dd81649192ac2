using Ironhull.Formats.Elf;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Closure;

/// <summary>
/// Finds shared libraries as ld.so(8) does on the finished image: RPATH or RUNPATH of the file that needs it, the
/// folders of ld.so.conf, the default folders. A library of another class or machine does not count.
/// </summary>
internal sealed class LibrarySearch
{
    private const string Conf = "/etc/ld.so.conf";

    private readonly TreeView _view;
    private readonly Func<string, FileFacts> _factsOf;
    private readonly List<string> _folders = [];
    private readonly Dictionary<(string Name, ElfClass Class, ushort Machine), string?> _found = [];

    /// <param name="view">The tree.</param>
    /// <param name="factsOf">Facts of the file at a real path.</param>
    public LibrarySearch(TreeView view, Func<string, FileFacts> factsOf)
    {
        _view = view;
        _factsOf = factsOf;
        ReadConf(Conf, 0);
        // Debian's loader searches its own multiarch folders by default (glibc, sysdeps/…/dl-cache.h; libc6's ld.so.conf.d).
        foreach (var triplet in new[] { "x86_64-linux-gnu", "aarch64-linux-gnu" })
        {
            _folders.Add("/lib/" + triplet);
            _folders.Add("/usr/lib/" + triplet);
        }

        _folders.AddRange(["/lib64", "/usr/lib64", "/lib", "/usr/lib"]);
    }

    /// <summary>The folders of ld.so.conf and the default ones, in search order.</summary>
    public IReadOnlyList<string> Folders => _folders;

    /// <summary>Where a library is found, or null.</summary>
    /// <param name="path">The real path of the file that needs it.</param>
    /// <param name="elf">That file.</param>
    /// <param name="soName">What it needs.</param>
    public string? Find(string path, ElfFacts elf, string soName)
    {
        if (soName.Contains('/', StringComparison.Ordinal))
        {
            return Fits(TreeView.Combine("/", soName), elf) ? soName : null;
        }

        if ((elf.RunPath ?? elf.RPath) is { Length: > 0 } own)
        {
            foreach (var folder in own.Split(':', StringSplitOptions.RemoveEmptyEntries))
            {
                var candidate = TreeView.Combine("/", Expand(folder, path, elf)) + "/" + soName;
                if (Fits(candidate, elf))
                {
                    return candidate;
                }
            }
        }

        var key = (soName, elf.Class, elf.Machine);
        if (!_found.TryGetValue(key, out var found))
        {
            _found[key] = found = _folders.Select(f => f + "/" + soName).FirstOrDefault(c => Fits(c, elf));
        }

        return found;
    }

    // $ORIGIN, $LIB and $PLATFORM, with or without braces (ld.so(8), "Dynamic string tokens").
    private static string Expand(string folder, string path, ElfFacts elf)
    {
        var lib = elf.Class == ElfClass.Elf64 && elf.Machine == 62 ? "lib/x86_64-linux-gnu" : "lib";
        foreach (var (token, value) in new[] { ("ORIGIN", FileTree.Parent(path)), ("LIB", lib), ("PLATFORM", "x86_64") })
        {
            folder = folder.Replace("${" + token + "}", value, StringComparison.Ordinal).Replace("$" + token, value, StringComparison.Ordinal);
        }

        return folder;
    }

    private bool Fits(string path, ElfFacts needing) =>
        _view.Real(path) is { } real && _factsOf(real).Elf is { } elf && elf.Class == needing.Class && elf.Machine == needing.Machine;

    private void ReadConf(string path, int depth)
    {
        if (depth > 8 || _view.Follow(path) is not { Type: InodeType.File, Content: { Length: < 1 << 20 } content })
        {
            return;
        }

        foreach (var raw in content.ToText().Split('\n'))
        {
            var line = raw.Split('#')[0].Trim();
            if (line.StartsWith("include ", StringComparison.Ordinal))
            {
                var pattern = TreeView.Combine(FileTree.Parent(path), line[8..].Trim());
                var folder = FileTree.Parent(pattern);
                foreach (var (child, _) in _view.Tree.Children(folder).ToList())
                {
                    if (System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, child, ignoreCase: false))
                    {
                        ReadConf(child, depth + 1);
                    }
                }
            }
            else if (line.StartsWith('/'))
            {
                _folders.Add(line.TrimEnd('/'));
            }
        }
    }
}
