using Ironhull.Compose.Scripts;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Recipes;

/// <summary>What applying recipes gave.</summary>
/// <param name="Tree">The changed tree.</param>
/// <param name="Accounts">The accounts, for owners that the image definition names.</param>
/// <param name="Applied">The recipes that were applied, by package name.</param>
public sealed record RecipeResult(FileTree Tree, AccountDatabase Accounts, IReadOnlyList<Recipe> Applied);

/// <summary>
/// Does what the maintainer scripts of the packages would have done, from data: accounts, then each recipe's file
/// actions (packages in ordinal order of their names), then alternatives, PAM and the CA bundle. Pure: tree in, tree out.
/// </summary>
public static class RecipeEngine
{
    /// <summary>Applies the recipes of the Debian packages that are in the tree.</summary>
    /// <param name="tree">The merged packages; not changed.</param>
    /// <param name="packages">The names of the packages in the tree.</param>
    /// <param name="scripts">The classified scripts of those packages; their literal alternatives are made. May be empty.</param>
    /// <param name="recipes">All recipes; those of packages that are not there are left out.</param>
    /// <param name="table">Numbers of accounts.</param>
    /// <exception cref="HullException">HULL52xx, collected within each step.</exception>
    public static RecipeResult Apply(
        FileTree tree, IReadOnlyCollection<string> packages, IEnumerable<ScriptClassification> scripts, RecipeSet recipes, AccountsTable table)
    {
        // A container without base-passwd has root and nobody else.
        var accounts = tree.Contains(Accounts.PasswdMaster) ? Accounts.Collect(tree, recipes.For(packages), table) : AccountDatabase.RootOnly();
        return Apply(tree, packages, scripts, recipes, accounts);
    }

    /// <summary>Applies the recipes of the packages that are in the tree.</summary>
    /// <param name="tree">The merged packages; not changed.</param>
    /// <param name="packages">The names of the packages in the tree.</param>
    /// <param name="scripts">The classified scripts of those packages; their literal alternatives are made. May be empty.</param>
    /// <param name="recipes">All recipes; those of packages that are not there are left out.</param>
    /// <param name="accounts">The accounts.</param>
    /// <exception cref="HullException">HULL52xx, collected within each step.</exception>
    public static RecipeResult Apply(
        FileTree tree, IReadOnlyCollection<string> packages, IEnumerable<ScriptClassification> scripts, RecipeSet recipes, AccountDatabase accounts)
    {
        var applied = recipes.For(packages);
        tree = Accounts.Write(tree, accounts, applied.SelectMany(r => r.Shells));

        var problems = new List<Diagnostic>();
        foreach (var recipe in applied)
        {
            try
            {
                tree = FileActions.Apply(tree, recipe.Files, accounts, recipe.Origin);
            }
            catch (HullException error)
            {
                problems.AddRange(error.Diagnostics);
            }
        }

        if (problems.Count > 0)
        {
            throw new HullException(problems);
        }

        tree = Alternatives.Apply(tree, applied.SelectMany(r => r.Alternatives).Concat(FromScripts(tree, applied, scripts)));
        tree = Pam.Apply(tree);
        tree = CaBundle.Apply(tree);
        tree = CaTrust.Apply(tree);
        return new(tree, accounts, applied);
    }

    /// <summary>
    /// The alternatives that scripts register literally. A recipe's declaration of the same name replaces them; one whose
    /// target is not in the tree (a manual page that was left out) is dropped.
    /// </summary>
    private static List<Alternative> FromScripts(FileTree tree, IReadOnlyList<Recipe> applied, IEnumerable<ScriptClassification> scripts)
    {
        var declared = applied.SelectMany(r => r.Alternatives).Select(a => a.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. scripts.Where(s => s.Class != ScriptClass.NotApplicable)
                .SelectMany(s => s.Effects.OfType<AlternativeRegistration>().Select(e => (Script: s, Effect: e)))
                .Where(f => !declared.Contains(f.Effect.Name) && tree.Resolve(f.Effect.Path) is not null)
                .Select(f => new Alternative(
                    f.Effect.Name, f.Effect.Link, f.Effect.Path, f.Effect.Priority,
                    [.. f.Effect.Slaves.Select(s => new AlternativeFollower(s.Link, s.Path))],
                    f.Script.Package, new Location($"{f.Script.Package}:{f.Script.Kind.MemberName()}"))),
        ];
    }
}
