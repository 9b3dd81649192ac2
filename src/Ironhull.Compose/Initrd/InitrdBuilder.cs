using Ironhull.Compose.Definition;
using Ironhull.Compose.Recipes;
using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;
using Ironhull.Formats.Elf;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Initrd;

/// <summary>
/// Makes the initrd's tree: listed files, units, rules and modules of the image's own tree, and by ELF headers every
/// library that they need. No shell, no generator program, nothing from the machine that composes.
/// </summary>
public sealed class InitrdBuilder
{
    private const string Systemd = "/usr/lib/systemd";
    private const string UnitFolder = "/usr/lib/systemd/system";
    private const string Rules = "/usr/lib/udev/rules.d";
    private const string Origin = "initrd";
    private const string OsReleaseOrigin = "/usr/lib/os-release";
    private static readonly string[] s_libraryFolders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/lib/x86_64-linux-gnu/systemd", "/usr/lib/aarch64-linux-gnu/systemd", "/usr/lib64/systemd", "/usr/lib/systemd"];
    private readonly FileTree _source;
    private readonly FileTree _result = new();
    private readonly List<Diagnostic> _problems = [];

    private InitrdBuilder(FileTree source) => _source = source;

    /// <summary>Builds the tree.</summary>
    /// <param name="source">The whole root tree after recipes, before <c>/etc</c> is moved.</param>
    /// <param name="content">What goes in.</param>
    /// <param name="modules">Kernel module files in load order with their dependencies, and the index files beside them.</param>
    /// <param name="overlay">Files that lie over the rest, paths as in the initrd.</param>
    /// <exception cref="HullException">HULL5002, one diagnostic for each thing that is missing.</exception>
    public static FileTree Build(FileTree source, InitrdDefinition content, IReadOnlyList<string> modules, FileTree overlay)
    {
        var builder = new InitrdBuilder(source);
        builder.Skeleton();
        foreach (var (file, where) in content.Files)
        {
            var matches = file.Contains('*', StringComparison.Ordinal)
                ? source.Entries.Where(e => PathPattern.MatchesName(file, e.Key)).Select(e => e.Key).ToList()
                : [file];
            foreach (var path in matches)
            {
                builder.Copy(path, where);
            }

            if (matches.Count == 0)
            {
                builder.Missing(file, where);
            }
        }

        foreach (var (library, where) in content.Libraries)
        {
            builder.Library(library, where);
        }

        foreach (var (generator, where) in content.Generators)
        {
            builder.Copy($"{Systemd}/system-generators/{generator}", where);
        }

        foreach (var (rule, where) in content.UdevRules)
        {
            builder.Copy($"{Rules}/{rule}", where);
        }

        foreach (var (unit, where) in content.Units)
        {
            builder.Copy($"{UnitFolder}/{unit}", where);
        }

        foreach (var (target, wanted) in content.Wants)
        {
            foreach (var unit in wanted)
            {
                builder._result.Set($"{UnitFolder}/{target}.wants/{unit}", Inode.SymbolicLink($"../{unit}", Origin));
            }
        }

        foreach (var module in modules)
        {
            builder.Copy(module, new(content.FilePath));
        }

        foreach (var (path, inode) in overlay.Entries)
        {
            if (inode.Type != InodeType.Directory)
            {
                builder._result.Remove(path);
                builder._result.Set(path, inode);
            }
        }

        builder.CheckWants(content);
        return builder._problems.Count > 0 ? throw new HullException(builder._problems) : builder._result;
    }

    private void Skeleton()
    {
        foreach (var path in (string[])["/dev", "/proc", "/sys", "/run", "/tmp", "/var", "/sysroot", "/root", "/etc"])
        {
            _result.Set(path, Inode.Directory(origin: Origin));
        }

        _result.Set("/var/run", Inode.SymbolicLink("../run", Origin));
        foreach (var name in (string[])["bin", "sbin", "lib", "lib64"])
        {
            // As in the image: Debian 13 keeps /usr/bin and /usr/sbin apart; in Azure Linux both lib64 are lib.
            var below = _source.TryGet("/usr/" + name, out var folder) && folder.Type == InodeType.SymbolicLink ? folder : Inode.Directory(origin: Origin);
            var link = _source.TryGet("/" + name, out var top) && top.Type == InodeType.SymbolicLink ? top : Inode.SymbolicLink("usr/" + name, Origin);
            _result.Set("/usr/" + name, below);
            _result.Set("/" + name, link);
        }

        _result.Set("/init", Inode.SymbolicLink("usr/lib/systemd/systemd", Origin));
        _result.Set("/etc/initrd-release", Inode.SymbolicLink("../usr/lib/os-release", Origin));
        _result.Set("/etc/os-release", Inode.SymbolicLink("../usr/lib/os-release", Origin));
        Copy("/usr/lib/os-release", new(OsReleaseOrigin));
    }

    /// <summary>Copies a path with the links on the way to it, and the libraries of an ELF file.</summary>
    private void Copy(string path, Location where)
    {
        for (var links = 0; links < 16; links++)
        {
            var parent = _source.Resolve(FileTree.Parent(path));
            var real = parent is null ? path : $"{parent}{(parent == "/" ? "" : "/")}{path[(path.LastIndexOf('/') + 1)..]}";
            if (parent is null || !_source.TryGet(real, out var inode))
            {
                Missing(path, where);
                return;
            }

            if (_result.Contains(real))
            {
                return;
            }

            _result.Set(real, inode);
            if (inode.Type == InodeType.File)
            {
                Dependencies(real, inode.Content!, where);
                return;
            }

            if (inode.Type != InodeType.SymbolicLink)
            {
                return;
            }

            path = inode.LinkTarget!.StartsWith('/') ? inode.LinkTarget : Normal($"{FileTree.Parent(real)}/{inode.LinkTarget}");
        }
    }

    private void Dependencies(string path, Content content, Location where)
    {
        // Kernel modules are ELF files without dynamic sections: nothing is needed.
        if (ElfReader.TryRead(content, path) is not { } elf)
        {
            return;
        }

        if (elf.Interpreter is { Length: > 0 } interpreter)
        {
            Copy(interpreter, where);
        }

        foreach (var soname in elf.Needed)
        {
            Library(soname, new(path));
        }
    }

    private void Library(string soname, Location where)
    {
        foreach (var folder in s_libraryFolders)
        {
            if (_source.Contains($"{folder}/{soname}"))
            {
                Copy($"{folder}/{soname}", where);
                return;
            }
        }

        Missing(soname, where);
    }

    private void CheckWants(InitrdDefinition content)
    {
        foreach (var (target, wanted) in content.Wants)
        {
            foreach (var unit in wanted.Prepend(target))
            {
                var template = unit.Contains('@', StringComparison.Ordinal) ? unit[..(unit.IndexOf('@', StringComparison.Ordinal) + 1)] + unit[unit.LastIndexOf('.')..] : unit;
                if (!_result.Contains($"{UnitFolder}/{template}"))
                {
                    Missing($"{UnitFolder}/{template}", new(content.FilePath));
                }
            }
        }
    }

    private void Missing(string what, Location where) =>
        _problems.Add(ComposeErrors.InitrdMissing.With($"{what} is not in the tree.", where));

    private static string Normal(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("." or ".."))
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }
}
