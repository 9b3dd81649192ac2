using Ironhull.Compose.Definition;
using Ironhull.Compose.Programs;
using Ironhull.Compose.Tests.Build;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Programs;

public sealed class ProgramFolderTests
{
    [Fact]
    public void Apply_PutsTheProgramInItsPlaceExecutable()
    {
        using var image = new SmallImage("programs", withDownloads: false);
        image.Write("programs/hull-node", "machine code");
        var tree = new FileTree();
        ProgramFolder.Apply(tree, WithProgram(image));
        Assert.Equal(0x1ED, tree["/usr/bin/hull-node"].Mode);
        Assert.Equal("machine code"u8.ToArray(), tree["/usr/bin/hull-node"].Content!.ToArray());
    }

    [Fact]
    public void Apply_ProgramThatWasNotBuilt_ReportsHULL5013()
    {
        using var image = new SmallImage("programs", withDownloads: false);
        var error = Assert.Throws<HullException>(() => ProgramFolder.Apply(new FileTree(), WithProgram(image)));
        Assert.Equal("HULL5013", error.Code.Code);
    }

    [Theory]
    [InlineData("programs: [{name: hull-node, path: /etc/hull-node}]", "HULL4008")]
    [InlineData("programs: [{name: a, path: /usr/bin/a}, {name: b, path: /usr/bin/a}]", "HULL4007")]
    public void Load_ProgramsThatCannotBe_AreRefused(string text, string code)
    {
        using var image = new SmallImage("programs", withDownloads: false);
        image.WriteDefinition(SmallImage.DefaultText(disk: true) + "\n" + text + "\n");
        Assert.Equal(code, Assert.Throws<HullException>(() => ImageDefinition.Load(image.DefinitionPath)).Code.Code);
    }

    private static ImageDefinition WithProgram(SmallImage image) => ImageDefinition.Load(image.DefinitionPath) with
    {
        Programs = [new("hull-node", "/usr/bin/hull-node", new("image.yaml"))], ProgramsFolder = image.PathOf("programs"),
    };
}
