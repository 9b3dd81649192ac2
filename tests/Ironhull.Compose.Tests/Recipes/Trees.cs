using System.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Recipes;

/// <summary>Small trees for tests, and trees on the disk for oracles.</summary>
internal static class Trees
{
    public static FileTree Of(params (string Path, string Text)[] files)
    {
        var tree = new FileTree();
        foreach (var (path, text) in files)
        {
            tree.Set(path, text.StartsWith("-> ", StringComparison.Ordinal) ? Inode.SymbolicLink(text[3..]) : Inode.File(Content.FromText(text)));
        }

        return tree;
    }

    public static string TextOf(FileTree tree, string path) => tree[path].Content!.ToText();

    public static void WriteTo(FileTree tree, string folder)
    {
        foreach (var (path, inode) in tree.Entries)
        {
            var file = folder + path;
            switch (inode.Type)
            {
                case InodeType.Directory:
                    Directory.CreateDirectory(file);
                    break;
                case InodeType.SymbolicLink:
                    File.CreateSymbolicLink(file, inode.LinkTarget!);
                    break;
                default:
                    File.WriteAllBytes(file, inode.Content!.ToArray());
                    break;
            }
        }
    }

    public static string Run(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(tool) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["LC_ALL"] = "C";
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{tool} {string.Join(' ', arguments)}: {error.Result}");
        return output;
    }
}

/// <summary>A temporary folder that goes when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ironhull-recipes-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
