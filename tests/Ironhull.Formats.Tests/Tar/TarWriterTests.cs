using System.Diagnostics;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Tar;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tests.Tar;

public sealed class TarWriterTests
{
    private static readonly string s_long = "/" + string.Join('/', Enumerable.Repeat("directory", 20));

    private static byte[] Write(FileTree tree)
    {
        using var output = new MemoryStream();
        TarWriter.Write(tree, output);
        return output.ToArray();
    }

    private static FileTree Sample()
    {
        var tree = new FileTree();
        var shared = Inode.File(Content.FromText("shared"), mode: 0x9ED).With(uid: 7, gid: 8, modifiedSeconds: 1_700_000_000);
        tree.Set("/bin/a", shared);
        tree.Set("/bin/b", shared);
        tree.Set("/bin/größe", Inode.File(Content.FromText(new string('x', 1500))).With(uid: 3_000_000));
        tree.Set("/bin/link", Inode.SymbolicLink("../" + new string('t', 150)));
        tree.Set("/dev/null", Inode.Special(InodeType.CharacterDevice, 0x1B6, 1, 3));
        tree.Set("/ping", Inode.File(Content.FromText("p")).With(xattrs: [new("security.capability", [1, 0, 0, 2, 0, 32])], modifiedSeconds: -5));
        tree.Set(s_long + "/" + new string('n', 120), Inode.File(Content.Empty));
        tree.Set(s_long[..130] + "/short", Inode.File(Content.FromText("in a prefix")));
        return tree;
    }

    [Fact]
    public void Write_ThenRead_GivesTheSameTree()
    {
        var tree = Sample();
        var reader = new TarReader(new MemoryStream(Write(tree)), "x.tar");
        var seen = new List<string>();
        while (reader.Next() is { } entry)
        {
            seen.Add(entry.Path);
            var inode = tree[entry.Path];
            Assert.Equal((inode.Type, inode.Mode, inode.Uid, inode.Gid, inode.ModifiedSeconds, inode.Device), (entry.Type, entry.Mode, entry.Uid, entry.Gid, entry.ModifiedSeconds, entry.Device));
            Assert.Equal(entry.IsHardLink ? "/bin/a" : inode.LinkTarget, entry.LinkTarget);
            if (inode.Type == InodeType.File && !entry.IsHardLink)
            {
                var content = new byte[entry.Length];
                for (var done = 0; done < content.Length;)
                {
                    done += reader.Read(content.AsSpan(done));
                }

                Assert.Equal(inode.Content!.ToArray(), content);
                Assert.Equal(inode.Xattrs.Select(x => (x.Key, Convert.ToHexString(x.Value))), entry.Xattrs.Select(x => (x.Key, Convert.ToHexString(x.Value))));
            }
        }

        Assert.Equal(tree.Entries.Select(e => e.Key).Where(p => p != "/"), seen);
    }

    [Fact]
    public void Write_AnyTree_IsWholeRecordsAndDependsOnTheTreeAlone()
    {
        var bytes = Write(Sample());
        Assert.Equal(0, bytes.Length % 10240);
        Assert.Equal(bytes, Write(Sample()));
    }

    [Fact]
    public void Write_GnuTarExtracts_TheSameTree()
    {
        var folder = Directory.CreateTempSubdirectory("ironhull-tar-").FullName;
        try
        {
            var tree = Sample();
            tree.Remove("/dev");
            File.WriteAllBytes(folder + "/x.tar", Write(tree));
            Directory.CreateDirectory(folder + "/x");
            using var tar = Process.Start(new ProcessStartInfo("tar", ["-C", folder + "/x", "-xf", folder + "/x.tar", "--no-same-owner", "--xattrs-exclude=*"]) { RedirectStandardError = true })!;
            var errors = tar.StandardError.ReadToEnd();
            tar.WaitForExit();
            Assert.True(tar.ExitCode == 0, errors);
            foreach (var (path, inode) in tree.Entries)
            {
                var real = folder + "/x" + path;
                switch (inode.Type)
                {
                    case InodeType.File:
                        Assert.Equal(inode.Content!.ToArray(), File.ReadAllBytes(real));
                        Assert.Equal(inode.ModifiedSeconds, new DateTimeOffset(File.GetLastWriteTimeUtc(real)).ToUnixTimeSeconds());
                        break;
                    case InodeType.SymbolicLink:
                        Assert.Equal(inode.LinkTarget, new FileInfo(real).LinkTarget);
                        break;
                    default:
                        Assert.True(Directory.Exists(real), real);
                        break;
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Write_Socket_ReportsHULL1004()
    {
        var tree = new FileTree();
        tree.Set("/run/x", Inode.Special(InodeType.Socket, 0x1B6));
        Assert.Equal("HULL1004", Assert.Throws<HullException>(() => Write(tree)).Code.Code);
    }

    [Fact]
    public void Write_NamesOfAnyLength_RoundTrip() =>
        Gen.Char['a', 'z'].Array[1, 200].Select(c => new string(c)).Array[1, 12].Sample(parts =>
        {
            var path = "/" + string.Join('/', parts);
            var tree = new FileTree();
            tree.Set(path, Inode.File(Content.FromText(path)));
            var reader = new TarReader(new MemoryStream(Write(tree)), "x");
            string? last = null;
            while (reader.Next() is { } entry)
            {
                last = entry.Path;
            }

            return last == path;
        }, iter: 200);
}
