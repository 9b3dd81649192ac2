using System.Globalization;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Selinux;
using Ironhull.Compose.Store;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Build;

/// <summary>
/// SELinux: compiles the image's policy once for each set of modules, puts it where the system loads it from, and labels the tree by
/// it. The module packages themselves do not stay in the image.
/// </summary>
public static class PolicyStage
{
    /// <summary>Where packages put their policy modules.</summary>
    internal const string ModulesFolder = "/usr/share/selinux";

    private const string Origin = "image";

    /// <summary>Compiles, installs and labels.</summary>
    /// <param name="definition">What the policy is made of; without a policy the tree stays as it is.</param>
    /// <param name="locked">Names the tools.</param>
    /// <param name="tools">The tools, unpacked, in the lock's order.</param>
    /// <param name="tree">The whole root tree; changed in place.</param>
    /// <param name="cache">Holds the compiled policy.</param>
    /// <returns>The contexts of the policy, or null when the image has none.</returns>
    /// <exception cref="HullException">HULL53xx.</exception>
    public static FileContexts? Apply(ImageDefinition definition, ImageLock locked, IReadOnlyList<UnpackedPackage> tools, FileTree tree, StageCache cache)
    {
        if (definition.Selinux is not { } policy)
        {
            return null;
        }

        var modules = Modules(tree, policy);
        var key = new StageKey().Add("tool", ToolVersion.Value).Add("version", policy.Version);
        foreach (var module in modules)
        {
            key.Add($"module {module.Name}", module.Content.Sha256);
        }

        foreach (var (name, value) in policy.Booleans)
        {
            key.Add($"boolean {name}", value ? "true" : "false");
        }

        foreach (var local in policy.Local)
        {
            key.Add($"local {Path.GetRelativePath(definition.Folder, local)}", Sha256Digest.Of(File.ReadAllBytes(local)));
        }

        foreach (var tool in locked.Tools)
        {
            key.Add($"package {tool.Name}:{tool.Architecture}", tool.Sha256);
        }

        var folder = cache.Run("policy", key, target =>
        {
            var work = target + ".work";
            Directory.CreateDirectory(work);
            try
            {
                using var root = ToolRoot.Unpack(tools, target + ".tools");
                PolicyCompiler.Compile(modules, policy.Local, policy.Booleans, policy.Version, root, target, work);
            }
            finally
            {
                Directory.Delete(work, recursive: true);
            }
        });
        Install(tree, policy, folder);
        var contexts = Contexts(tree, policy.Policy);
        TreeLabels.Apply(tree, contexts);
        return contexts;
    }

    /// <summary>The contexts of the policy that is installed in a tree.</summary>
    /// <param name="tree">A tree with <c>/etc</c> in its place.</param>
    /// <param name="policy">The policy's name.</param>
    public static FileContexts Contexts(FileTree tree, string policy)
    {
        var path = $"/etc/selinux/{policy}/contexts/files/file_contexts";
        string Text(string suffix) => tree.TryGet(path + suffix, out var inode) && inode.Content is { } content ? System.Text.Encoding.UTF8.GetString(content.ToArray()) : "";
        return new(new[] { "", ".homedirs", ".local" }.Select(s => (path + s, Text(s))), Text(".subs"), Text(".subs_dist"));
    }

    private static List<PolicyCompiler.Module> Modules(FileTree tree, SelinuxDefinition policy)
    {
        var folder = $"{ModulesFolder}/{policy.Policy}";
        var all = new Dictionary<string, PolicyCompiler.Module>(StringComparer.Ordinal);
        foreach (var (path, inode) in tree.Subtree(folder).Where(e => e.Value.Type == InodeType.File))
        {
            var file = path[(path.LastIndexOf('/') + 1)..];
            if (file.IndexOf(".pp", StringComparison.Ordinal) is > 0 and var end)
            {
                all[file[..end]] = new(file[..end], file, inode.Content!);
            }
        }

        var missing = policy.Modules.Concat(policy.Without).Append(new("base", policy.Where)).Where(m => !all.ContainsKey(m.Value)).ToList();
        if (missing.Count > 0)
        {
            throw new HullException([.. missing.Select(m => SelinuxErrors.ModuleMissing.With($"{folder} has no module '{m.Value}'.", m.Where))]);
        }

        var without = policy.Without.Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
        var with = policy.Modules.Count == 0 ? null : policy.Modules.Select(m => m.Value).Append("base").ToHashSet(StringComparer.Ordinal);
        return [.. all.Values.Where(m => !without.Contains(m.Name) && with?.Contains(m.Name) != false).OrderBy(m => m.Name, StringComparer.Ordinal)];
    }

    private static void Install(FileTree tree, SelinuxDefinition policy, string folder)
    {
        var root = $"/etc/selinux/{policy.Policy}";
        byte[] Read(string name) => File.ReadAllBytes(Path.Combine(folder, name));
        void Put(string path, byte[] bytes) => tree.Set(path, Inode.File(Content.FromBytes(bytes), origin: Origin));

        var logins = CilStatements.With(PolicyCompiler.ReadLogins(folder), policy.Logins);
        var passwd = tree.TryGet("/etc/passwd", out var inode) && inode.Content is { } content ? System.Text.Encoding.UTF8.GetString(content.ToArray()) : "";
        var homes = HomeContexts.Write(System.Text.Encoding.ASCII.GetString(Read(PolicyCompiler.ContextsFile)), logins, HomeContexts.Accounts(passwd));
        Put($"{root}/policy/policy.{policy.Version.ToString(CultureInfo.InvariantCulture)}", Read(PolicyCompiler.PolicyFile));
        Put($"{root}/contexts/files/file_contexts", System.Text.Encoding.ASCII.GetBytes(homes.FileContexts));
        Put($"{root}/contexts/files/file_contexts.homedirs", System.Text.Encoding.ASCII.GetBytes(homes.Homes));
        Put($"{root}/seusers", System.Text.Encoding.ASCII.GetBytes(CilStatements.Render(logins)));
        Put("/etc/selinux/config", System.Text.Encoding.ASCII.GetBytes($"SELINUX=enforcing\nSELINUXTYPE={policy.Policy}\n"));
        tree.Remove(ModulesFolder);
        tree.Remove("/var/lib/selinux");
    }
}
