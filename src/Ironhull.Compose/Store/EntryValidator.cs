using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Store;

/// <summary>Checks the paths of one package as they arrive: what a sound package never has is refused with HULL5102 or HULL1005.</summary>
/// <param name="package">The package's name, for messages.</param>
internal sealed class EntryValidator(string package)
{
    /// <summary>More paths than any package of the distribution has, by far.</summary>
    public const int MaxEntries = 1_000_000;

    /// <summary>Linux PATH_MAX and NAME_MAX (limits.h).</summary>
    public const int MaxPath = 4095, MaxName = 255;

    /// <summary>The longest extended attribute (limits.h XATTR_SIZE_MAX).</summary>
    public const int MaxXattr = 65536;

    private readonly Dictionary<string, PackageEntry> _seen = new(StringComparer.Ordinal);

    /// <summary>An archived path as an absolute, normalised one.</summary>
    public string Normalise(string path)
    {
        var rest = path.AsSpan();
        if (rest.StartsWith("./"))
        {
            rest = rest[2..];
        }
        else if (rest.StartsWith("/"))
        {
            // dpkg-deb writes "./": an absolute name is nothing a package has.
            throw Unsafe(path, "is absolute");
        }

        rest = rest.TrimEnd('/');
        if (rest.IsEmpty || rest.SequenceEqual("."))
        {
            return "/";
        }

        if (rest.Length > MaxPath)
        {
            throw Absurd($"a path of {rest.Length} characters, which begins with '{rest[..60]}'.");
        }

        foreach (var range in rest.Split('/'))
        {
            var name = rest[range];
            if (name.IsEmpty || name.SequenceEqual(".") || name.SequenceEqual(".."))
            {
                throw Unsafe(path, "leaves its tree or is not normalised");
            }

            if (name.Length > MaxName)
            {
                throw Absurd($"a file name of {name.Length} characters, which begins with '{name[..60]}'.");
            }
        }

        return rest.IndexOfAnyInRange('\0', '\x1f') >= 0 ? throw Unsafe(path, "holds control characters") : string.Concat("/", rest);
    }

    /// <summary>Checks an entry's own fields.</summary>
    public void Check(SourceEntry entry, string path)
    {
        if (entry.Length < 0 || (entry.Length > 0 && (entry.Type != InodeType.File || entry.IsHardLink)))
        {
            throw Absurd($"{path} with {entry.Length} bytes of content.");
        }

        if (entry.Mode is < 0 or > 0xFFF)
        {
            throw Absurd($"{path} with mode {Convert.ToString(entry.Mode, 8)}.");
        }

        if (entry.Type == InodeType.SymbolicLink && (string.IsNullOrEmpty(entry.LinkTarget) || entry.LinkTarget.Length > MaxPath || entry.LinkTarget.Contains('\0', StringComparison.Ordinal)))
        {
            throw Absurd($"{path}, a symbolic link with an empty or absurdly long target.");
        }

        foreach (var (name, value) in entry.Xattrs)
        {
            if (name.Length is 0 or > MaxName || value.Length > MaxXattr)
            {
                throw Absurd($"{path} with an absurdly long extended attribute.");
            }
        }
    }

    /// <summary>The file that a hard link names; it must have come before.</summary>
    public PackageEntry HardLinkTarget(string path, string target)
    {
        var normal = Normalise(target);
        return _seen.TryGetValue(normal, out var entry) && entry.Type == InodeType.File
            ? entry
            : throw Unsafe(path, $"is a hard link to '{target}', which is no earlier file of the package");
    }

    /// <summary>Records an entry.</summary>
    public void Add(PackageEntry entry)
    {
        if (_seen.Count >= MaxEntries)
        {
            throw Absurd($"more than {MaxEntries} paths.");
        }

        if (_seen.TryGetValue(entry.Path, out var earlier))
        {
            throw Absurd($"{entry.Path} twice, as {earlier.Type} and as {entry.Type}.");
        }

        for (var parent = FileTree.Parent(entry.Path); parent != "/"; parent = FileTree.Parent(parent))
        {
            if (_seen.TryGetValue(parent, out var above))
            {
                if (above.Type != InodeType.Directory)
                {
                    throw Unsafe(entry.Path, $"runs through {parent}, a {above.Type}");
                }

                break;
            }
        }

        _seen.Add(entry.Path, entry);
    }

    private HullException Absurd(string what) => TreeErrors.AbsurdEntry.Error($"{package} holds {what}", new Location(package));

    private HullException Unsafe(string path, string why) => FormatErrors.UnsafePath.Error($"{package}: '{path}' {why}.", new Location(package));
}
