using Ironhull.Formats.Elf;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Closure;

/// <summary>Checks of ELF files and scripts: libraries, interpreters, damage.</summary>
internal static class ProgramChecks
{
    // elf.h EM_BPF: programs for the kernel, which no loader of user space touches.
    private const ushort MachineBpf = 247;

    private static readonly string[] s_path = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin"];

    public static IEnumerable<Violation> Run(TreeView view, Func<string, FileFacts> factsOf)
    {
        var search = new LibrarySearch(view, factsOf);
        var loaded = new AlreadyLoaded(view, search, factsOf);
        foreach (var (path, inode) in view.Tree.Entries)
        {
            if (inode.Type != InodeType.File)
            {
                continue;
            }

            var facts = factsOf(path);
            if (facts.Damage is { } damage)
            {
                yield return new(ClosureChecks.Damaged, path, "", inode.Origin, $"{path} is no sound ELF file: {damage}");
            }

            if (facts.Elf is { } elf && elf.Machine != MachineBpf)
            {
                foreach (var violation in Elf(view, search, loaded, path, inode, elf))
                {
                    yield return violation;
                }
            }

            if (facts.Shebang is { } shebang && (inode.Mode & 0x49) != 0 && Interpreter(view, shebang) is { } missing)
            {
                yield return new(ClosureChecks.Shebang, path, missing, inode.Origin, $"{path} is a script for {missing}, which is not in the image");
            }
        }
    }

    private static IEnumerable<Violation> Elf(TreeView view, LibrarySearch search, AlreadyLoaded loaded, string path, Inode inode, ElfFacts elf)
    {
        if (elf.Interpreter is { } interpreter && !view.IsProgram(interpreter))
        {
            yield return new(ClosureChecks.Shebang, path, interpreter, inode.Origin, $"{path} needs the loader {interpreter}, which is not in the image");
        }

        foreach (var needed in elf.Needed)
        {
            if (search.Find(path, elf, needed) is null && !loaded.Covers(path, needed))
            {
                yield return new(ClosureChecks.Needed, path, needed, inode.Origin, $"{path} needs {needed}, which is not in the image's library folders");
            }
        }
    }

    /// <summary>The interpreter of a first line that is missing, or null when it is there.</summary>
    private static string? Interpreter(TreeView view, string shebang)
    {
        var words = shebang.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
        {
            return null; // The kernel refuses it and shells run it themselves.
        }

        if (!view.IsProgram(words[0]))
        {
            return words[0];
        }

        if (!words[0].EndsWith("/env", StringComparison.Ordinal))
        {
            return null;
        }

        // env [-S] [NAME=VALUE]… program
        var program = words.Skip(1).FirstOrDefault(w => !w.StartsWith('-') && !w.Contains('=', StringComparison.Ordinal));
        return program is null || FindOnPath(view, program) ? null : program;
    }

    /// <summary>Whether a program is found by its name or path.</summary>
    public static bool FindOnPath(TreeView view, string program) =>
        program.StartsWith('/') ? view.IsProgram(program) : Array.Exists(s_path, p => view.IsProgram(p + "/" + program));
}
