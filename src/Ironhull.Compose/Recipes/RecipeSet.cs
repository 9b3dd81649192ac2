using Ironhull.Compose.Scripts;
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

    /// <summary>Every review of every recipe.</summary>
    public IReadOnlyList<ReviewedScript> Reviews => [.. All.SelectMany(r => r.Scripts)];

    /// <summary>The recipes of packages that are there, by package name in ordinal order.</summary>
    /// <param name="packages">Names of the packages in the tree.</param>
    public IReadOnlyList<Recipe> For(IReadOnlyCollection<string> packages) =>
        [.. _recipes.Values.Where(r => packages.Any(p => PathPattern.MatchesName(r.Package, p)))];
}
