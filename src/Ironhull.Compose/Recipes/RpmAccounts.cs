using Ironhull.Compose.Scripts;
using Ironhull.Compose.Store;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Recipes;

/// <summary>
/// The accounts of an image of RPM packages. They are needed before the packages are merged: an RPM names the owners of its files and
/// gives no numbers.
/// </summary>
public static class RpmAccounts
{
    /// <summary>Collects the accounts.</summary>
    /// <param name="packages">The packages: their passwd, group and sysusers.d files, their <c>user()</c> and <c>group()</c> provides.</param>
    /// <param name="scripts">The classified scriptlets: literal <c>useradd</c>, <c>groupadd</c> and inline sysusers lines.</param>
    /// <param name="recipes">Those of the packages.</param>
    /// <param name="table">Numbers for accounts that are declared without one.</param>
    /// <exception cref="HullException">HULL5203 to HULL5206, collected over all declarations.</exception>
    public static AccountDatabase Collect(
        IReadOnlyList<UnpackedPackage> packages, IEnumerable<ScriptClassification> scripts, IEnumerable<Recipe> recipes, AccountsTable table)
    {
        var tree = new FileTree();
        foreach (var package in packages)
        {
            foreach (var entry in package.Entries.Where(e => e.Type == InodeType.File && IsSource(e.Path) && !tree.Contains(e.Path)))
            {
                tree.EnsureDirectory(FileTree.Parent(entry.Path));
                tree.Set(entry.Path, Inode.File(package.Content(entry), origin: package.Name));
            }
        }

        // What a recipe declares replaces what a scriptlet would have made.
        var applied = recipes.ToList();
        var declared = applied.SelectMany(r => r.Users.Select(u => u.Name).Concat(r.Groups.Select(g => g.Name))).ToHashSet(StringComparer.Ordinal);
        var lines = packages.SelectMany(p => (p.Rpm?.AccountLines ?? []).SelectMany(l => SysusersFile.Parse(l, $"{p.Name}:provides")))
            .Concat(scripts.Where(s => s.Class != ScriptClass.NotApplicable).SelectMany(
                s => s.Effects.OfType<AccountDeclaration>().SelectMany(e => SysusersFile.Parse(e.Line, $"{s.Package}:{s.Kind.MemberName()}"))).Where(l => l.Kind == SysusersLineKind.Member || !declared.Contains(l.Name)));
        return Accounts.CollectRpm(tree, lines, applied, table);
    }

    private static bool IsSource(string path) =>
        path is Accounts.PasswdFile or Accounts.GroupFile ||
        (path.EndsWith(".conf", StringComparison.Ordinal) && Accounts.SysusersFolders.Contains(FileTree.Parent(path), StringComparer.Ordinal));
}
