using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Recipes;

/// <summary>The [Install] section of a unit and its drop-ins (systemd.unit(5)).</summary>
public sealed class UnitInstallSection
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    /// <summary>Whether the unit has anything to install.</summary>
    public bool IsEmpty => WantedBy.Count + RequiredBy.Count + UpheldBy.Count + Alias.Count + Also.Count == 0;

    /// <summary>Units that want this one.</summary>
    public IReadOnlyList<string> WantedBy => Values("WantedBy");

    /// <summary>Units that require this one.</summary>
    public IReadOnlyList<string> RequiredBy => Values("RequiredBy");

    /// <summary>Units that uphold this one.</summary>
    public IReadOnlyList<string> UpheldBy => Values("UpheldBy");

    /// <summary>Other names.</summary>
    public IReadOnlyList<string> Alias => Values("Alias");

    /// <summary>Units to be enabled with this one.</summary>
    public IReadOnlyList<string> Also => Values("Also");

    /// <summary>A template's instance when none is named.</summary>
    public string? DefaultInstance => Values("DefaultInstance") is [.., var last] ? last : null;

    /// <summary>Reads a unit of the tree with its drop-ins; folders later in the list win over earlier ones for drop-ins of the same name.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="path">The unit file.</param>
    /// <param name="folders">The unit folders that may hold drop-ins.</param>
    public static UnitInstallSection Read(FileTree tree, string path, IReadOnlyList<string> folders)
    {
        var section = new UnitInstallSection();
        section.Add(Text(tree, path));
        var name = path[(path.LastIndexOf('/') + 1)..];
        var dropIns = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var folder in folders)
        {
            var below = $"{folder}/{name}.d";
            if (tree.Contains(below))
            {
                foreach (var (file, _) in tree.Children(below).Where(e => e.Key.EndsWith(".conf", StringComparison.Ordinal)))
                {
                    dropIns[file[below.Length..]] = file;
                }
            }
        }

        foreach (var file in dropIns.Values)
        {
            section.Add(Text(tree, file));
        }

        return section;
    }

    /// <summary>Adds the [Install] section of a text.</summary>
    public void Add(string text)
    {
        var inside = false;
        var pending = "";
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Trim();
            if (line.StartsWith('#') || line.StartsWith(';'))
            {
                continue; // also in the middle of a continued line
            }

            if (line.EndsWith('\\'))
            {
                pending += line[..^1] + " ";
                continue;
            }

            line = pending + line;
            pending = "";
            if (line.StartsWith('['))
            {
                inside = line == "[Install]";
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (inside && equals > 0)
            {
                Assign(line[..equals].Trim(), line[(equals + 1)..].Trim());
            }
        }
    }

    private static string Text(FileTree tree, string path) =>
        tree.Resolve(path) is { } real && tree[real] is { Type: InodeType.File } inode ? inode.Content!.ToText() : "";

    private IReadOnlyList<string> Values(string key) => _values.TryGetValue(key, out var values) ? values : [];

    private void Assign(string key, string value)
    {
        if (!_values.TryGetValue(key, out var values))
        {
            _values[key] = values = [];
        }

        if (value.Length == 0)
        {
            values.Clear();
        }

        values.AddRange(value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries));
    }
}
