using Ironhull.Diagnostics;

namespace Ironhull.Compose.Recipes;

/// <summary>The recipes of a folder, by package.</summary>
public sealed class RecipeSet
{
    private readonly SortedDictionary<string, Recipe> _recipes = new(StringComparer.Ordinal);

    /// <summary>Takes recipes.</summary>
    /// <exception cref="HullException">HULL5212: two are for one package.</exception>
    public RecipeSet(IEnumerable<Recipe> recipes)
    {
        foreach (var recipe in recipes)
        {
            if (!_recipes.TryAdd(recipe.Package, recipe))
            {
                throw RecipeErrors.Duplicate.Error($"{recipe.Package} has a recipe at {_recipes[recipe.Package].Where} already.", recipe.Where);
            }
        }
    }

    /// <summary>All, by package name in ordinal order.</summary>
    public IEnumerable<Recipe> All => _recipes.Values;

    /// <summary>The recipe of a package, or null.</summary>
    public Recipe? For(string package) => _recipes.GetValueOrDefault(package);

    /// <summary>The recipes of packages that are there, by package name in ordinal order.</summary>
    /// <param name="packages">Names of the packages in the tree.</param>
    public IReadOnlyList<Recipe> For(IEnumerable<string> packages)
    {
        var present = packages.ToHashSet(StringComparer.Ordinal);
        return [.. _recipes.Values.Where(r => present.Contains(r.Package))];
    }
}
