using Ironhull.Compose.Recipes;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Recipes;

public sealed class FipsModuleTests
{
    private const string Recipe = "package: x\nfiles:\n  - fipsModule: /usr/lib/fips.so\n    to: /usr/lib/fipsmodule.cnf\n";

    [Fact]
    public void Apply_Module_WritesItsAuthenticationCode()
    {
        var result = Apply(Trees.Of(("/usr/lib/fips.so", "module")));
        var text = result["/usr/lib/fipsmodule.cnf"].Content!.ToText();
        // openssl dgst -sha256 -mac HMAC -macopt hexkey:f455…0813
        Assert.Contains("module-mac = 36:7D:40:DA:85:35:14:BD:3B:19:5A:56:2B:47:21:9B:A2:28:20:8F:07:FA:66:BA:3E:72:E0:A5:EC:F7:1F:19\n", text, StringComparison.Ordinal);
        Assert.StartsWith("[fips_sect]\nactivate = 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_NoModule_ReportsHULL5202() =>
        Assert.Equal("HULL5202", Assert.Throws<HullException>(() => Apply(Trees.Of(("/usr/lib/other", "")))).Code.Code);

    private static FileTree Apply(FileTree tree) =>
        FileActions.Apply(tree, RecipeReader.Parse(Recipe, "x.yaml").Files, AccountDatabase.RootOnly(), "recipe:x");
}
