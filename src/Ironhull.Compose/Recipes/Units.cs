using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Recipes;

/// <summary>What enabling units did.</summary>
/// <param name="Tree">The changed tree.</param>
/// <param name="Enabled">The units that are enabled, ordinal order.</param>
/// <param name="Links">The links that were made: path and what they point to, ordinal order.</param>
public sealed record UnitResult(FileTree Tree, IReadOnlyList<string> Enabled, IReadOnlyList<KeyValuePair<string, string>> Links);

/// <summary>
/// Enables units as a preset says, as <c>systemctl preset-all</c> does, but below /usr/lib: in an immutable image the
/// distribution's choice belongs to /usr, and /etc stays the administrator's.
/// </summary>
public static class Units
{
    /// <summary>The system manager's units.</summary>
    public const string SystemFolder = "/usr/lib/systemd/system";

    /// <summary>The user manager's units.</summary>
    public const string UserFolder = "/usr/lib/systemd/user";

    private const string Origin = "image";

    private static readonly string[] s_suffixes =
        [".service", ".socket", ".target", ".device", ".mount", ".automount", ".swap", ".timer", ".path", ".slice", ".scope"];

    /// <summary>Applies a preset and masks to the system manager's units.</summary>
    /// <inheritdoc cref="Apply(FileTree, UnitPreset, IEnumerable{string}, string)"/>
    public static UnitResult Apply(FileTree tree, UnitPreset preset, IEnumerable<string> masks) => Apply(tree, preset, masks, SystemFolder);

    /// <summary>Applies a preset and masks.</summary>
    /// <param name="tree">Not changed.</param>
    /// <param name="preset">What to enable.</param>
    /// <param name="masks">Units that must not start: they become links to /dev/null.</param>
    /// <param name="folder"><see cref="SystemFolder"/> or <see cref="UserFolder"/>.</param>
    /// <exception cref="HullException">HULL5208, collected: a named unit is missing or cannot be enabled, or an alias is taken.</exception>
    public static UnitResult Apply(FileTree tree, UnitPreset preset, IEnumerable<string> masks, string folder)
    {
        var result = tree.Clone();
        foreach (var mask in masks.Order(StringComparer.Ordinal))
        {
            if (result.TryGet($"{folder}/{mask}", out var old) && old.Type == InodeType.Directory)
            {
                throw RecipeErrors.Preset.Error($"{mask} is a directory and cannot be masked.");
            }

            result.Set($"{folder}/{mask}", Inode.SymbolicLink("/dev/null", Origin));
        }

        var run = new Run(result, folder);
        foreach (var unit in run.UnitFiles())
        {
            var rule = preset.For(unit);
            if (rule.Enable)
            {
                run.Enable(unit, rule.Instances, rule.Where, named: rule.IsLiteral);
            }
        }

        foreach (var rule in preset.Rules.Where(r => r.Enable && r.IsLiteral && ReferenceEquals(preset.For(r.Pattern), r)))
        {
            run.EnableNamed(rule);
        }

        return run.Finish();
    }

    private static bool IsUnitName(string name) =>
        Array.Exists(s_suffixes, s => name.EndsWith(s, StringComparison.Ordinal) && name.Length > s.Length);

    private static (string Prefix, string? Instance, string Suffix) Split(string name)
    {
        var dot = name.LastIndexOf('.');
        var at = name.IndexOf('@', StringComparison.Ordinal);
        return at < 0 || at > dot ? (name[..dot], null, name[dot..]) : (name[..at], name[(at + 1)..dot], name[dot..]);
    }

    private static string WithInstance(string template, string instance)
    {
        var (prefix, _, suffix) = Split(template);
        return $"{prefix}@{instance}{suffix}";
    }

    private sealed class Run(FileTree tree, string folder)
    {
        private readonly List<Diagnostic> _problems = [];
        private readonly SortedDictionary<string, string> _links = new(StringComparer.Ordinal);
        private readonly SortedSet<string> _enabled = new(StringComparer.Ordinal);
        private readonly string[] _folders = [folder, folder.Replace("/usr/lib/", "/etc/", StringComparison.Ordinal)];

        public List<string> UnitFiles() =>
        [
            .. _folders.SelectMany(f => tree.Children(f).Where(e => e.Value.Type == InodeType.File).Select(e => e.Key[(f.Length + 1)..]))
                .Where(IsUnitName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];

        public void EnableNamed(UnitPresetRule rule)
        {
            var (_, instance, _) = IsUnitName(rule.Pattern) ? Split(rule.Pattern) : ("", null, "");
            if (!IsUnitName(rule.Pattern) || Find(rule.Pattern) is not { } path)
            {
                _problems.Add(RecipeErrors.Preset.With($"There is no unit {rule.Pattern}.", rule.Where));
            }
            else if (path.IsMasked)
            {
                _problems.Add(RecipeErrors.Preset.With($"{rule.Pattern} is masked and enabled at once.", rule.Where));
            }
            else if (path.Name != rule.Pattern && !(instance is { Length: > 0 } && path.Name == WithInstance(rule.Pattern, "")))
            {
                _problems.Add(RecipeErrors.Preset.With($"{rule.Pattern} is another name of {path.Name}.", rule.Where, $"Enable {path.Name} instead."));
            }
            else if (instance is { Length: > 0 })
            {
                Enable(rule.Pattern, [], rule.Where, named: true);
            }
        }

        public void Enable(string unit, IReadOnlyList<string> instances, Location where, bool named)
        {
            if (instances.Count > 0)
            {
                foreach (var instance in instances)
                {
                    Enable(WithInstance(unit, instance), [], where, named);
                }

                return;
            }

            if (_enabled.Contains(unit))
            {
                return;
            }

            if (Find(unit) is not { IsMasked: false } file)
            {
                _problems.Add(RecipeErrors.Preset.With($"There is no unit {unit}.", where));
                return;
            }

            var section = UnitInstallSection.Read(tree, file.Path, _folders);
            if (section.IsEmpty)
            {
                if (named)
                {
                    _problems.Add(RecipeErrors.Preset.With($"{unit} has no [Install] section: it is started by others, or not at all.", where));
                }

                return; // static
            }

            _enabled.Add(unit);
            foreach (var alias in section.Alias)
            {
                AddAlias(unit, Expand(alias, unit, where), file, where);
            }

            AddDependencies(unit, section.WantedBy, ".wants", section, file, where);
            AddDependencies(unit, section.RequiredBy, ".requires", section, file, where);
            AddDependencies(unit, section.UpheldBy, ".upholds", section, file, where);
            foreach (var also in section.Also)
            {
                Enable(Expand(also, unit, where), [], where, named: false);
            }
        }

        public UnitResult Finish()
        {
            foreach (var (path, target) in _links)
            {
                if (tree.TryGet(path, out var there) && there.Type != InodeType.SymbolicLink)
                {
                    _problems.Add(RecipeErrors.Preset.With($"{path} is taken by {(there.Origin.Length == 0 ? "another file" : there.Origin)}."));
                    continue;
                }

                tree.Set(path, Inode.SymbolicLink(target, Origin));
            }

            return _problems.Count == 0 ? new(tree, [.. _enabled], [.. _links]) : throw new HullException(_problems);
        }

        private void AddDependencies(
            string unit, IReadOnlyList<string> wanting, string kind, UnitInstallSection section, UnitFile file, Location where)
        {
            var name = unit;
            if (Split(unit).Instance is "" && wanting.Count > 0)
            {
                if (section.DefaultInstance is { } instance)
                {
                    name = WithInstance(unit, Expand(instance, unit, where));
                }
            }

            foreach (var by in wanting)
            {
                var target = Expand(by, unit, where);
                if (!IsUnitName(target) || target.Contains('/'))
                {
                    _problems.Add(RecipeErrors.Preset.With($"{unit} is to be wanted by '{target}', which is no unit name.", where));
                }
                else if (Split(name).Instance is "" && Split(target).Instance is not "")
                {
                    _problems.Add(RecipeErrors.Preset.With($"{unit} is a template without a DefaultInstance: an instance must be named.", where));
                }
                else
                {
                    _links[$"{folder}/{target}{kind}/{name}"] = LinkTo(file, depth: 1);
                }
            }
        }

        private void AddAlias(string unit, string alias, UnitFile file, Location where)
        {
            if (!IsUnitName(alias) || alias.Contains('/') || Split(alias).Suffix != Split(unit).Suffix)
            {
                _problems.Add(RecipeErrors.Preset.With($"{unit} has the alias '{alias}', which is no name for it.", where));
            }
            else if (alias != unit)
            {
                _links[$"{folder}/{alias}"] = LinkTo(file, depth: 0);
            }
        }

        private string LinkTo(UnitFile file, int depth) =>
            FileTree.Parent(file.Path) == folder ? (depth == 0 ? file.Name : "../" + file.Name) : file.Path;

        // The file behind a name: an administrator's file hides the package's; an instance falls back to its template.
        private UnitFile? Find(string unit)
        {
            var names = Split(unit).Instance is { Length: > 0 } ? (string[])[unit, WithInstance(unit, "")] : [unit];
            foreach (var name in names)
            {
                foreach (var candidate in _folders.Reverse())
                {
                    if (!tree.TryGet($"{candidate}/{name}", out var inode))
                    {
                        continue;
                    }

                    if (inode.LinkTarget == "/dev/null")
                    {
                        return new($"{candidate}/{name}", name, true);
                    }

                    var real = tree.Resolve($"{candidate}/{name}");
                    if (real is not null)
                    {
                        return new(real, real[(real.LastIndexOf('/') + 1)..], false);
                    }
                }
            }

            return null;
        }

        // The specifiers that make sense in [Install]: systemd.unit(5), "Specifiers".
        private string Expand(string text, string unit, Location where)
        {
            if (!text.Contains('%'))
            {
                return text;
            }

            var (prefix, instance, suffix) = Split(unit);
            var result = new StringBuilder();
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] != '%' || i + 1 == text.Length)
                {
                    result.Append(text[i]);
                    continue;
                }

                var value = text[++i] switch
                {
                    'i' => instance ?? "",
                    'n' => unit,
                    'N' => unit[..^suffix.Length],
                    'p' => prefix,
                    'j' => prefix[(prefix.LastIndexOf('-') + 1)..],
                    '%' => "%",
                    _ => null,
                };
                if (value is null)
                {
                    _problems.Add(RecipeErrors.Preset.With($"{unit} uses the specifier %{text[i]} in [Install], which is not known before the machine runs.", where));
                }

                result.Append(value);
            }

            return result.ToString();
        }

        private sealed record UnitFile(string Path, string Name, bool IsMasked);
    }
}
