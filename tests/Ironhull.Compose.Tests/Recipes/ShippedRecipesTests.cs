using Ironhull.Compose.Recipes;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Tests.Recipes;

public sealed class ShippedRecipesTests
{
    private static string Images()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ironhull.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "images");
    }

    [Fact]
    public void ReadFolder_ShippedRecipes_AreValidAndSayWhy()
    {
        var recipes = RecipeReader.ReadFolder(Images() + "/recipes/debian", "images/recipes/debian");
        Assert.True(recipes.All.Count() > 50);
        Assert.All(recipes.Reviews, r => Assert.True(r.Why.Length > 20 && r.ResidueSha256 != default));
        foreach (var recipe in recipes.All)
        {
            Assert.Equal(recipe.Where.Path, $"images/recipes/debian/{recipe.Package.Replace("-*", "", StringComparison.Ordinal)}.yaml");
        }
    }

    [Fact]
    public void ReadAccounts_ShippedTable_NamesEveryAccountThatRecipesDeclare()
    {
        var table = RecipeReader.ReadAccounts(Images() + "/recipes/accounts.yaml", "images/recipes/accounts.yaml");
        foreach (var recipe in RecipeReader.ReadFolder(Images() + "/recipes/debian").All)
        {
            Assert.All(recipe.Users, u => Assert.InRange(table.Uid(u.Name, u.Where), AccountsTable.Lowest, AccountsTable.Highest));
            Assert.All(recipe.Groups, g => Assert.InRange(table.Gid(g.Name, g.Where), AccountsTable.Lowest, AccountsTable.Highest));
        }
    }

    [Fact]
    public void ShippedRecipes_HaveNoFilesOfAnotherKind() =>
        Assert.All(SortedDirectory.Files(Images() + "/recipes/debian"), f => Assert.EndsWith(".yaml", f, StringComparison.Ordinal));
}
