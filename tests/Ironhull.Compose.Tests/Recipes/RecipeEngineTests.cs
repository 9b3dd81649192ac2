using Ironhull.Compose.Recipes;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Tests.Recipes;

public sealed class RecipeEngineTests
{
    [Fact]
    public void Apply_RecipesOfPresentPackages_AppliesOnlyThose()
    {
        var tree = Trees.Of(
            ("/usr/share/base-passwd/passwd.master", "root:*:0:0:root:/root:/bin/bash\n"),
            ("/usr/share/base-passwd/group.master", "root:*:0:\n"),
            ("/usr/bin/ssh-agent", "x"), ("/usr/bin/gawk", "x"));
        var recipes = new RecipeSet(
        [
            RecipeReader.Parse("package: openssh-client\naccounts: {groups: [{name: _ssh}]}\nfiles: [{attributes: /usr/bin/ssh-agent, mode: \"2755\", group: _ssh}]\n", "a.yaml"),
            RecipeReader.Parse("package: gawk\nalternatives: [{name: awk, link: /usr/bin/awk, target: /usr/bin/gawk}]\n", "b.yaml"),
            RecipeReader.Parse("package: linux-image-*\nfiles: [{write: /etc/k, text: t}]\n", "c.yaml"),
            RecipeReader.Parse("package: absent\nfiles: [{remove: /nothing}]\n", "d.yaml"),
        ]);

        var result = RecipeEngine.Apply(
            tree, ["openssh-client", "gawk", "linux-image-6.12-cloud-amd64"], [], recipes, RecipeReader.ParseAccounts("groups: {_ssh: 110}\n", "accounts.yaml"));

        Assert.Equal(["gawk", "linux-image-*", "openssh-client"], result.Applied.Select(r => r.Package));
        Assert.Equal((110u, "2755"), (result.Tree["/usr/bin/ssh-agent"].Gid, Convert.ToString(result.Tree["/usr/bin/ssh-agent"].Mode, 8)));
        Assert.Equal("gawk", result.Tree["/usr/bin/awk"].LinkTarget);
        Assert.True(result.Tree.Contains("/etc/k"));
    }

    [Fact]
    public void RecipeSet_TwoForOnePackage_ReportsHULL5212() =>
        Assert.Equal("HULL5212", Assert.Throws<HullException>(() => new RecipeSet(
            [RecipeReader.Parse("package: a\n", "a.yaml"), RecipeReader.Parse("package: a\n", "b.yaml")])).Code.Code);

    [Theory]
    [InlineData("users: {a: 5}\n")]
    [InlineData("users: {a: 200, b: 200}\n")]
    [InlineData("users: {a: 200}\ngroups: {b: 200}\n")]
    [InlineData("users: {a: x}\n")]
    [InlineData("user: {}\n")]
    public void ParseAccounts_BadTable_ReportsACodedError(string text) =>
        Assert.Throws<HullException>(() => RecipeReader.ParseAccounts(text, "accounts.yaml"));
}
