using System.Globalization;
using Ironhull.Compose.Build;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;
using Ironhull.Formats.Xz;

namespace Ironhull.Compose.Selinux;

/// <summary>
/// Compiles a policy with the distribution's own programs: module packages to CIL, and all of that to the binary policy. The options are
/// those with which libsemanage calls the same compiler, so that the result is byte for byte what an installation would have.
/// </summary>
public static class PolicyCompiler
{
    /// <summary>The binary policy.</summary>
    public const string PolicyFile = "policy";

    /// <summary>The file contexts as the compiler writes them, those of home folders with their place holders.</summary>
    public const string ContextsFile = "file_contexts";

    /// <summary>The lines of <c>seusers</c>.</summary>
    public const string LoginsFile = "seusers";

    private const string Converter = "/usr/libexec/selinux/hll/pp";
    private const string Compiler = "/usr/bin/secilc";

    /// <summary>A module of the policy.</summary>
    /// <param name="Name">Its name; modules are compiled in the ordinal order of their names.</param>
    /// <param name="FileName">The file's name: its extension says how it is compressed.</param>
    /// <param name="Content">The module package.</param>
    public sealed record Module(string Name, string FileName, Content Content);

    /// <summary>Compiles.</summary>
    /// <param name="modules">The modules.</param>
    /// <param name="local">The image's own modules in CIL, compiled last.</param>
    /// <param name="booleans">Values of booleans that differ from the modules'.</param>
    /// <param name="version">The version of the binary policy.</param>
    /// <param name="tools">The programs.</param>
    /// <param name="output">The folder for the three files.</param>
    /// <param name="work">An empty folder.</param>
    /// <exception cref="HullException">HULL5304, HULL5305, HULL5306, HULL5307.</exception>
    public static void Compile(IReadOnlyList<Module> modules, IReadOnlyList<string> local, IReadOnlyDictionary<string, bool> booleans, int version, ToolRoot tools, string output, string work)
    {
        var ordered = modules.OrderBy(m => m.Name, StringComparer.Ordinal).ToList();
        Parallel.ForEach(ordered, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, module =>
        {
            var package = Path.Combine(work, module.Name + ".pp");
            using (var target = new FileStream(package, FileMode.CreateNew))
            using (var source = module.Content.OpenRead())
            using (var plain = Decompression.OpenByExtension(source, module.FileName, module.FileName))
            {
                plain.CopyTo(target);
            }

            tools.Run(Converter, [package, Path.Combine(work, module.Name + ".cil")], work);
            File.Delete(package);
        });

        SetBooleans(work, ordered, booleans);
        // Full names of the image's own modules would put the folder of this build into the compiler's messages only.
        var sources = ordered.Select(m => m.Name + ".cil").Concat(local);
        tools.Run(
            Compiler,
            ["-m", "-O", "-N", "-c", version.ToString(CultureInfo.InvariantCulture), "-o", Path.Combine(output, PolicyFile), "-f", Path.Combine(output, ContextsFile), .. sources],
            work);
        var logins = ordered.SelectMany(m => CilStatements.Logins(File.ReadAllText(Path.Combine(work, m.Name + ".cil")), m.Name + ".cil")).ToList();
        File.WriteAllText(Path.Combine(output, LoginsFile), string.Concat(logins.Select(l => $"{l.Name}:{l.User}:{l.Range}\n")));
    }

    // A boolean is declared in one module: "(boolean NAME false)".
    private static void SetBooleans(string work, List<Module> modules, IReadOnlyDictionary<string, bool> booleans)
    {
        var missing = booleans.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var path in missing.Count == 0 ? [] : modules.Select(m => Path.Combine(work, m.Name + ".cil")))
        {
            var (text, changed) = (File.ReadAllText(path), false);
            foreach (var (name, value) in booleans)
            {
                var declared = $"\n(boolean {name} {(value ? "false" : "true")})\n";
                var wanted = $"\n(boolean {name} {(value ? "true" : "false")})\n";
                if (text.Contains(declared, StringComparison.Ordinal))
                {
                    (text, changed) = (text.Replace(declared, wanted, StringComparison.Ordinal), true);
                }

                if (text.Contains(wanted, StringComparison.Ordinal))
                {
                    missing.Remove(name);
                }
            }

            if (changed)
            {
                File.WriteAllText(path, text);
            }
        }

        if (missing.Count > 0)
        {
            throw SelinuxErrors.NotCompiled.Error($"No module declares the boolean {string.Join(" or ", missing.Order(StringComparer.Ordinal))}.");
        }
    }

    /// <summary>The logins of a compiled policy, in the modules' order.</summary>
    /// <param name="output">The folder of <see cref="Compile"/>.</param>
    public static IReadOnlyList<CilStatements.Login> ReadLogins(string output) =>
        [.. File.ReadLines(Path.Combine(output, LoginsFile)).Select(l => l.Split(':', 3)).Select(f => new CilStatements.Login(f[0], f[1], f[2]))];
}
