using Ironhull.Compose.Build;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Inspection;
using Ironhull.Formats.Cpio;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Build;

[Collection(KeysGroup.Name)]
public sealed class CrashKernelTests(SharedKeys keys)
{
    [Fact]
    public async Task Build_CrashInitrd_PutsItAndTheKernelIntoUsr()
    {
        using var image = Image();
        await image.BuildAsync();
        using var disk = OpenImage.Open(image.Output);
        var tree = disk.ReadTree();
        Assert.Equal("kernel", Text(tree, "/usr/lib/ironhull/crash/vmlinuz"));
        var initrd = new ZstdSharp.Decompressor().Unwrap(tree["/usr/lib/ironhull/crash/initrd"].Content!.ToArray()).ToArray();
        var files = CpioReader.Read(initrd, out _);
        Assert.Equal("a tool", files["/usr/bin/tool"].Content!.ToText());
        Assert.Equal("#!/usr/bin/tool\n", files["/init"].Content!.ToText());
        Assert.Equal(0x1ED, files["/init"].Mode & 0x1FF);
        Assert.True((await image.BuildAsync()).UpToDate);
    }

    [Fact]
    public void InputsOf_ChangedFileOfTheCrashInitrd_HasAnotherKey()
    {
        using var image = Image();
        foreach (var name in (string[])["crash.yaml", "crash-files/init"])
        {
            var before = Inputs(image);
            File.AppendAllText(image.PathOf(name), "\n# more\n");
            Assert.NotEqual(before, Inputs(image));
        }
    }

    private static string Inputs(SmallImage image)
    {
        var definition = ImageDefinition.Load(image.DefinitionPath);
        return BuildInputs.Of(definition, definition.LockPath, null, false).Digest.ToString();
    }

    private static string Text(FileTree tree, string path) => tree[path].Content!.ToText();

    private SmallImage Image()
    {
        var image = new SmallImage(keys.Folder);
        image.Write("crash.yaml", "overlay: crash-files\nfiles: [/usr/bin/tool]\n");
        image.Write("crash-files/init", "#!/usr/bin/tool\n");
        File.SetUnixFileMode(image.PathOf("crash-files/init"), (UnixFileMode)0x1ED);
        image.WriteDefinition(SmallImage.DefaultText(disk: true) + "\ncrashInitrd: crash.yaml\n");
        image.WriteLock();
        return image;
    }
}
