using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Depmod;

/// <summary>
/// The modules of one kernel and what depends on what, as depmod (kmod) works it out; writes the files that modprobe and
/// udev read.
/// </summary>
public sealed class ModuleDatabase
{
    private readonly List<Module> _modules;
    private readonly Dictionary<string, Module> _byName;
    private readonly List<(string Symbol, Module Owner)> _symbols = [];
    private readonly IReadOnlyList<string> _builtin;
    private readonly IReadOnlyList<(string Module, string Key, string Value)> _builtinInformation;

    /// <summary>Builds the database.</summary>
    /// <param name="modules">Path relative to the kernel's folder ("kernel/fs/x.ko") and contents.</param>
    /// <param name="order">The text of <c>modules.order</c>; empty when there is none.</param>
    /// <param name="builtin">The text of <c>modules.builtin</c>.</param>
    /// <param name="builtinInformation">The bytes of <c>modules.builtin.modinfo</c>: NUL-terminated "module.key=value".</param>
    /// <exception cref="HullException">HULL1002: two modules have one name, or modules need each other in a circle.</exception>
    public ModuleDatabase(
        IEnumerable<KeyValuePair<string, KernelModuleFile>> modules, string order, string builtin, ReadOnlySpan<byte> builtinInformation)
    {
        _modules = Ordered(modules, order);
        _byName = new(StringComparer.Ordinal);
        for (var i = 0; i < _modules.Count; i++)
        {
            _modules[i].Index = i;
            if (!_byName.TryAdd(_modules[i].Name, _modules[i]))
            {
                throw FormatErrors.Malformed.Error($"{_byName[_modules[i].Name].Path} and {_modules[i].Path} are modules of one name.");
            }
        }

        _builtin = [.. builtin.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)];
        _builtinInformation = BuiltinInformation(builtinInformation);
        LinkSymbols();
        SortTopologically();
    }

    /// <summary>A module's name from its path: without folder and extension, dashes as underscores.</summary>
    public static string NameOf(string path)
    {
        var file = path[(path.LastIndexOf('/') + 1)..];
        var dot = file.IndexOf('.', StringComparison.Ordinal);
        return (dot < 0 ? file : file[..dot]).Replace('-', '_');
    }

    /// <summary>The files that depmod writes, by name, ordinal order.</summary>
    public SortedDictionary<string, byte[]> IndexFiles()
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["modules.dep"] = Text(_modules.Select(m => DependencyLine(m))),
            ["modules.dep.bin"] = Index(_modules.Select(m => (m.Name, DependencyLine(m), (uint)m.Index))),
            ["modules.alias"] = Text(Lines("alias", "alias {1} {0}").Prepend("# Aliases extracted from modules themselves.")),
            ["modules.alias.bin"] = Index(
                from module in _modules
                from alias in module.File.Values("alias")
                let key = Underscores(alias)
                where key is not null
                select (key, module.Name, (uint)module.Index)),
            ["modules.softdep"] = Text(Lines("softdep", "softdep {0} {1}").Prepend("# Soft dependencies extracted from modules themselves.")),
            ["modules.weakdep"] = Text(Lines("weakdep", "weakdep {0} {1}").Prepend("# Weak dependencies extracted from modules themselves.")),
            ["modules.symbols"] = Text(_symbols.Select(s => $"alias symbol:{s.Symbol} {s.Owner.Name}").Prepend("# Aliases for symbols, used by symbol_request().")),
            ["modules.symbols.bin"] = Index(_symbols.Select(s => ("symbol:" + s.Symbol, s.Owner.Name, (uint)s.Owner.Index))),
            ["modules.devname"] = Text(_modules.Select(DeviceName).OfType<string>().Prepend("# Device nodes to trigger on-demand module loading.")),
            ["modules.builtin.bin"] = Index(_builtin.Select(b => (NameOf(b), "", 0u))),
            ["modules.builtin.alias.bin"] = Index(
                from entry in _builtinInformation
                where entry.Key == "alias"
                let key = Underscores(entry.Value)
                where key is not null
                select (key, entry.Module, 0u)),
        };
        return files;
    }

    /// <summary>The modules that name one of others as what they depend on (modinfo's "depends"), as "module needs other", ordinal order.</summary>
    /// <param name="others">Names with underscores.</param>
    public IReadOnlyList<string> UsersOf(IReadOnlySet<string> others) =>
    [
        .. from module in _modules
           from needed in module.File.Values("depends").SelectMany(d => d.Split(',', StringSplitOptions.RemoveEmptyEntries))
           where others.Contains(needed.Replace('-', '_'))
           let text = $"{module.Name} needs {needed}"
           orderby text
           select text,
    ];

    /// <summary>
    /// The files to load for modules, each after everything it needs: dependencies and soft dependencies ("pre" before,
    /// "post" after) included, built-in modules left out.
    /// </summary>
    /// <param name="names">Names ("dm-verity" or "dm_verity").</param>
    /// <returns>Paths relative to the kernel's folder.</returns>
    /// <exception cref="HullException">HULL5211, collected: a name is neither a module nor built in.</exception>
    public IReadOnlyList<string> Resolve(IEnumerable<string> names)
    {
        var loaded = new HashSet<Module>();
        var result = new List<string>();
        var problems = new List<Diagnostic>();
        var builtin = _builtin.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var normal = name.Replace('-', '_');
            if (_byName.TryGetValue(normal, out var module))
            {
                Load(module, loaded, result);
            }
            else if (!builtin.Contains(normal))
            {
                problems.Add(RecipeErrors.KernelModule.With($"The kernel has no module {name}, neither loadable nor built in."));
            }
        }

        return problems.Count == 0 ? result : throw new HullException(problems);
    }

    private void Load(Module module, HashSet<Module> loaded, List<string> result)
    {
        if (!loaded.Add(module))
        {
            return;
        }

        foreach (var dependency in Enumerable.Reverse(AllDependencies(module)))
        {
            Load(dependency, loaded, result);
        }

        var after = new List<Module>();
        foreach (var text in module.File.Values("softdep"))
        {
            var into = (List<Module>?)null;
            foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                switch (word)
                {
                    case "pre:":
                        into = [];
                        break;
                    case "post:":
                        into = after;
                        break;
                    default:
                        foreach (var soft in into is null ? [] : Lookup(word))
                        {
                            if (ReferenceEquals(into, after))
                            {
                                after.Add(soft);
                            }
                            else
                            {
                                Load(soft, loaded, result);
                            }
                        }

                        break;
                }
            }
        }

        result.Add(module.Path);
        foreach (var soft in after)
        {
            Load(soft, loaded, result);
        }
    }

    // A soft dependency names a module or an alias ("crypto-crc32c"); one that nothing provides is built in or not needed.
    private List<Module> Lookup(string name)
    {
        var normal = name.Replace('-', '_');
        return _byName.TryGetValue(normal, out var module)
            ? [module]
            : [.. _modules.Where(m => m.File.Values("alias").Any(a => Underscores(a) == normal))];
    }

    private static List<Module> Ordered(IEnumerable<KeyValuePair<string, KernelModuleFile>> modules, string order)
    {
        var place = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in order.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            place[line.Trim()] = place.Count; // of a path that is listed twice the last place counts, as for depmod
        }

        return
        [
            .. modules.Select(m => new Module(m.Key, NameOf(m.Key), m.Value))
                .OrderBy(m => place.GetValueOrDefault(m.Path, int.MaxValue)).ThenBy(m => m.Path, StringComparer.Ordinal),
        ];
    }

    private static List<(string, string, string)> BuiltinInformation(ReadOnlySpan<byte> bytes)
    {
        var entries = new List<(string, string, string)>();
        foreach (var range in bytes.Split((byte)0))
        {
            var text = Encoding.Latin1.GetString(bytes[range]);
            var dot = text.IndexOf('.', StringComparison.Ordinal);
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (dot > 0 && equals > dot)
            {
                entries.Add((text[..dot].Replace('-', '_'), text[(dot + 1)..equals], text[(equals + 1)..]));
            }
        }

        return entries;
    }

    private void LinkSymbols()
    {
        // Of a name that several modules list (a symbol name space) the last owner counts.
        var owners = new Dictionary<string, Module>(StringComparer.Ordinal);
        foreach (var module in _modules)
        {
            foreach (var symbol in module.File.Exported)
            {
                owners[symbol] = module;
            }
        }

        _symbols.AddRange(owners.Select(o => (o.Key, o.Value)).OrderBy(s => s.Value.Index).ThenBy(s => s.Key, StringComparer.Ordinal));
        foreach (var module in _modules)
        {
            foreach (var symbol in module.File.Needed)
            {
                var name = symbol[0] == '.' ? symbol[1..] : symbol;
                if (owners.TryGetValue(name, out var owner) && owner != module && !module.Dependencies.Contains(owner))
                {
                    module.Dependencies.Add(owner);
                    owner.Users++;
                }
            }
        }
    }

    // Users before what they use; the order among equals is depmod's, so that its files come out the same.
    private void SortTopologically()
    {
        var users = _modules.Select(m => m.Users).ToArray();
        var roots = new Stack<Module>(_modules.Where(m => m.Users == 0));
        var sorted = 0;
        while (roots.TryPop(out var module))
        {
            module.Rank = sorted++;
            foreach (var dependency in module.Dependencies)
            {
                if (--users[dependency.Index] == 0)
                {
                    roots.Push(dependency);
                }
            }
        }

        if (sorted < _modules.Count)
        {
            var circle = _modules.Where(m => users[m.Index] > 0).Select(m => m.Name);
            throw FormatErrors.Malformed.Error($"These kernel modules need each other in a circle: {string.Join(", ", circle)}.");
        }
    }

    private static List<Module> AllDependencies(Module module)
    {
        var all = new HashSet<Module>();
        var pending = new Stack<Module>(module.Dependencies);
        while (pending.TryPop(out var next))
        {
            if (all.Add(next))
            {
                foreach (var dependency in next.Dependencies)
                {
                    pending.Push(dependency);
                }
            }
        }

        return [.. all.OrderBy(m => m.Rank)];
    }

    private static string DependencyLine(Module module) =>
        module.Path + ":" + string.Concat(AllDependencies(module).Select(d => " " + d.Path));

    private IEnumerable<string> Lines(string key, string form) =>
        _modules.SelectMany(m => m.File.Values(key).Select(v => string.Format(CultureInfo.InvariantCulture, form, m.Name, v)));

    private static string? DeviceName(Module module)
    {
        string? name = null, number = null;
        foreach (var alias in module.File.Values("alias"))
        {
            if (alias.StartsWith("devname:", StringComparison.Ordinal))
            {
                name = alias[8..];
            }
            else
            {
                number = DeviceNumber(alias, "char-major-", 'c') ?? DeviceNumber(alias, "block-major-", 'b') ?? number;
            }

            if (name is not null && number is not null)
            {
                return $"{module.Name} {name} {number}";
            }
        }

        return null;
    }

    private static string? DeviceNumber(string alias, string prefix, char type)
    {
        if (!alias.StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = alias[prefix.Length..];
        var digits = rest.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits <= 0 || rest[digits] != '-')
        {
            return null;
        }

        var minor = rest[(digits + 1)..];
        var end = minor.AsSpan().IndexOfAnyExceptInRange('0', '9');
        minor = end < 0 ? minor : minor[..end];
        return uint.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var major) &&
            uint.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var low)
            ? string.Create(CultureInfo.InvariantCulture, $"{type}{major}:{low}") : null;
    }

    // Dashes as underscores outside of [ranges]; null when a bracket has no partner.
    private static string? Underscores(string alias)
    {
        var result = new StringBuilder(alias.Length);
        for (var i = 0; i < alias.Length; i++)
        {
            if (alias[i] == ']')
            {
                return null;
            }

            if (alias[i] == '[')
            {
                var end = alias.IndexOf(']', i);
                if (end < 0)
                {
                    return null;
                }

                result.Append(alias, i, end - i + 1);
                i = end;
                continue;
            }

            result.Append(alias[i] == '-' ? '_' : alias[i]);
        }

        return result.ToString();
    }

    private static byte[] Text(IEnumerable<string> lines) => Encoding.Latin1.GetBytes(string.Concat(lines.Select(l => l + "\n")));

    private static byte[] Index(IEnumerable<(string Key, string Value, uint Priority)> entries)
    {
        var index = new ModuleIndex();
        foreach (var (key, value, priority) in entries)
        {
            index.Add(key, value, priority);
        }

        return index.ToArray();
    }

    private sealed class Module(string path, string name, KernelModuleFile file)
    {
        public string Path { get; } = path;

        public string Name { get; } = name;

        public KernelModuleFile File { get; } = file;

        public int Index { get; set; }

        public int Rank { get; set; }

        public int Users { get; set; }

        public List<Module> Dependencies { get; } = [];
    }
}
