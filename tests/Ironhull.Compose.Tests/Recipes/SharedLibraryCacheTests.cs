using Ironhull.Compose.Recipes;
using Ironhull.Formats.LdCache;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Recipes;

public sealed class SharedLibraryCacheTests
{
    [Fact]
    public void Apply_LibrariesOfTheHost_GivesLdconfigsCacheToTheByte()
    {
        // Oracle: ldconfig itself, on a root that holds some of the host's libraries, links among them.
        var tree = new FileTree();
        const string folder = "/usr/lib/x86_64-linux-gnu";
        tree.Set("/lib", Inode.SymbolicLink("usr/lib"));
        tree.Set("/etc/ld.so.conf", Inode.File(Content.FromText("include /etc/ld.so.conf.d/*.conf\n")));
        tree.Set("/etc/ld.so.conf.d/x.conf", Inode.File(Content.FromText("# both\n/usr/local/lib\n/lib/x86_64-linux-gnu\n/usr/lib/x86_64-linux-gnu\n")));
        foreach (var file in Directory.GetFiles(folder, "lib*.so*").Concat(Directory.GetFiles(folder, "ld-*")).Order(StringComparer.Ordinal))
        {
            var info = new FileInfo(file);
            if (info.LinkTarget is { } target)
            {
                tree.Set(file, Inode.SymbolicLink(target));
            }
            else if (info.Length < 400_000)
            {
                tree.Set(file, Inode.File(Content.FromBytes(File.ReadAllBytes(file)), Convert.ToInt32("755", 8)));
            }
        }

        tree.Set("/usr/lib/libscript.so", Inode.File(Content.FromText("GROUP ( libc.so.6 )")));
        tree.Set("/usr/lib/libdangling.so.1", Inode.SymbolicLink("nowhere"));
        var unnamed = tree.Children(folder).First(e => e.Value.Type == InodeType.File && Path.GetFileName(e.Key).StartsWith("lib", StringComparison.Ordinal));
        tree.Set("/usr/local/lib/libcopy.so.7", unnamed.Value);

        var ours = SharedLibraryCache.Apply(tree);
        using var root = new TemporaryFolder();
        Trees.WriteTo(tree, root.Path);
        Trees.Run("ldconfig", "-r", root.Path);
        var theirs = File.ReadAllBytes(root.Path + "/etc/ld.so.cache");
        var bytes = ours[SharedLibraryCache.CachePath].Content!.ToArray();

        Assert.Equal(LdCacheFile.Parse(theirs, "theirs"), LdCacheFile.Parse(bytes, "ours"));
        var extension = BitConverter.ToInt32(theirs, 32);
        Assert.Equal(theirs.AsSpan(0, extension), bytes.AsSpan(0, extension));
        foreach (var link in Directory.GetFiles(root.Path + "/usr", "*", SearchOption.AllDirectories))
        {
            Assert.True(ours.Contains(link[root.Path.Length..]), $"ldconfig made {link[root.Path.Length..]}");
        }

        File.WriteAllBytes(root.Path + "/etc/ld.so.cache", bytes);
        Assert.Contains("libs found", Trees.Run("ldconfig", "-r", root.Path, "-p"), StringComparison.Ordinal);
    }
}
