using System.Text;
using Ironhull.Compose.Selinux;
using Ironhull.Formats.Trees;
using Ironhull.Testing;

namespace Ironhull.Compose.Tests.Selinux;

/// <summary>
/// The policy of the container host as the distribution's own tools install it: <c>semodule</c> of Debian 13 with the image's modules, in
/// a folder of its own. Made once and kept.
/// </summary>
internal static class InstalledPolicy
{
    private static readonly Lazy<Compose.Definition.SelinuxDefinition> s_definition =
        new(() => Compose.Definition.ImageDefinition.Load(Path.Combine(RepositoryRoot.Path, "images/container-host/image.yaml")).Selinux!);

    private static readonly Lazy<IReadOnlyList<string>> s_modules = new(FindModules);

    private static readonly Lazy<string> s_folder = new(() => TestCache.Folder("oracles", "selinux-policy", ["3", Tools!.Folder, .. Modules], Install));

    /// <summary>The tools, the libraries and the modules.</summary>
    public static ToolRoot Tools { get; } =
        ToolRoot.WithShell("selinux-trixie", "trixie", "policycoreutils", "secilc", "selinux-policy-default", "selinux-utils", "semodule-utils");

    /// <summary>What the image asks for.</summary>
    public static Compose.Definition.SelinuxDefinition Definition => s_definition.Value;

    /// <summary>The names of the image's modules, <c>base</c> among them.</summary>
    public static IReadOnlyList<string> Modules => s_modules.Value;

    /// <summary>The folder that has <c>etc/selinux/default</c>.</summary>
    public static string Folder => s_folder.Value;

    /// <summary>The text or bytes of an installed file.</summary>
    public static byte[] Read(string path) => File.ReadAllBytes(Path.Combine(Folder, "etc/selinux/default", path));

    /// <summary>The installed file contexts.</summary>
    public static FileContexts Contexts()
    {
        string Text(string suffix) => Encoding.UTF8.GetString(Read("contexts/files/file_contexts" + suffix));
        return new([("file_contexts", Text("")), ("file_contexts.homedirs", Text(".homedirs"))], distribution: Text(".subs_dist"));
    }

    /// <summary>The module packages.</summary>
    public static IReadOnlyList<PolicyCompiler.Module> Packages() =>
        [.. Modules.Select(m => new PolicyCompiler.Module(m, m + ".pp.bz2", Content.FromBytes(File.ReadAllBytes(PathOf(m)))))];

    private static string PathOf(string module) => Path.Combine(Tools.Folder, "usr/share/selinux/default", module + ".pp.bz2");

    private static IReadOnlyList<string> FindModules()
    {
        var definition = s_definition.Value;
        var without = definition.Without.Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
        var all = Directory.GetFiles(Path.Combine(Tools.Folder, "usr/share/selinux/default"), "*.pp.bz2").Select(f => Path.GetFileName(f)[..^".pp.bz2".Length]);
        var with = definition.Modules.Count == 0 ? null : definition.Modules.Select(m => m.Value).Append("base").ToHashSet(StringComparer.Ordinal);
        return [.. all.Where(m => !without.Contains(m) && with?.Contains(m) != false).Order(StringComparer.Ordinal)];
    }

    private static void Install(string folder)
    {
        // What the package ships for the policy, and the store's configuration with the version that the kernel reads.
        foreach (var name in new[] { "etc/selinux/default", "var/lib/selinux/default" })
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
        }

        HostTool.Run("cp", "-r", Path.Combine(Tools.Folder, "etc/selinux/default"), Path.Combine(folder, "etc/selinux"));
        File.WriteAllText(Path.Combine(folder, "etc/selinux/semanage.conf"), "module-store = direct\nexpand-check = 0\npolicy-version = 33\n");
        Tools.Try(
            "semodule", ["-n", "-p", folder, "-S", "/var/lib/selinux", "-s", "default", "-X", "100", .. Modules.SelectMany(m => new[] { "-i", $"/usr/share/selinux/default/{m}.pp.bz2" })],
            share: [folder]).Success();
        Directory.Delete(Path.Combine(folder, "var"), recursive: true);
    }
}
