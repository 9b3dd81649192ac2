using System.Runtime.InteropServices;
using Ironhull.Formats.Erofs;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tests.Erofs;

/// <summary>The kernel mounts what the writer made, and every file is compared.</summary>
public partial class ErofsKernelTests
{
    public static TheoryData<ErofsAlgorithm, int, int, bool, int> Settings => new()
    {
        { ErofsAlgorithm.None, 0, 4096, true, 0 },
        { ErofsAlgorithm.None, 0, 4096, false, 0 },
        { ErofsAlgorithm.Zstd, 3, 65536, true, 0 },
        { ErofsAlgorithm.Zstd, 6, 131072, true, 0 },
        { ErofsAlgorithm.Zstd, 1, 4096, false, 0 },
        { ErofsAlgorithm.Zstd, 1, 1048576, true, 0 },
        { ErofsAlgorithm.Lz4, 9, 65536, true, 0 },
        { ErofsAlgorithm.Lz4, 3, 4096, true, 0 },
        { ErofsAlgorithm.Lz4, 3, 131072, false, 0 },
        { ErofsAlgorithm.Zstd, 9, 65536, true, 131072 },
        { ErofsAlgorithm.Zstd, 1, 4096, false, 4096 },
        { ErofsAlgorithm.Lz4, 9, 65536, true, 1048576 },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void Write_EverySetting_IsMountedByTheKernelWithEqualFiles(ErofsAlgorithm algorithm, int level, int cluster, bool inline, int fragments)
    {
        using var folder = new TempFolder();
        var tree = SampleTrees.Everything();
        using (var stream = File.Create(folder["image"]))
        {
            var result = ErofsWriter.Write(tree, stream, new()
            {
                Compression = new(algorithm, level, cluster),
                Uuid = new("01234567-89ab-cdef-0123-456789abcdef"),
                BuildTimeSeconds = SampleTrees.Time,
                VolumeName = "hull",
                InlineTails = inline,
                FragmentLimit = fragments,
            });
            Assert.Equal(stream.Length, result.Length);
        }

        using var mount = MountedImage.Erofs(folder["image"], folder["mnt"]);
        Assert.Equal(Describe(tree), Listing(mount.Folder));
        foreach (var (path, inode) in tree.Entries)
        {
            var real = mount.Folder + path;
            if (inode.Type == InodeType.File)
            {
                Assert.True(inode.Content!.ToArray().AsSpan().SequenceEqual(File.ReadAllBytes(real)), path);
            }

            foreach (var (name, value) in inode.Xattrs)
            {
                Assert.Equal(value, Xattr(real, name));
            }
        }
    }

    private static SortedSet<string> Describe(FileTree tree)
    {
        var links = tree.Entries.Where(e => e.Value.Type != InodeType.Directory).GroupBy(e => e.Value, ReferenceEqualityComparer.Instance)
            .ToDictionary(g => (Inode)g.Key!, g => g.Count());
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (path, inode) in tree.Entries)
        {
            var count = inode.Type == InodeType.Directory ? 2 + tree.Children(path).Count(c => c.Value.Type == InodeType.Directory) : links[inode];
            var kind = inode.Type switch
            {
                InodeType.File => 'f',
                InodeType.Directory => 'd',
                InodeType.SymbolicLink => 'l',
                InodeType.CharacterDevice => 'c',
                InodeType.BlockDevice => 'b',
                InodeType.Fifo => 'p',
                _ => 's',
            };
            var size = inode.Type == InodeType.File ? inode.Content!.Length.ToString() : "";
            lines.Add($"{path}|{kind}|{Convert.ToString(inode.Mode, 8)}|{inode.Uid}|{inode.Gid}|{inode.ModifiedSeconds}|{count}|{inode.LinkTarget}|{size}");
        }

        return lines;
    }

    private static SortedSet<string> Listing(string folder)
    {
        var output = HostTool.Run("find", folder, "-printf", @"/%P|%y|%m|%U|%G|%T@|%n|%l|%s\0");
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var line in output.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split('|');
            fields[5] = fields[5][..fields[5].IndexOf('.', StringComparison.Ordinal)];
            fields[8] = fields[1] == "f" ? fields[8] : "";
            lines.Add(string.Join('|', fields));
        }

        return lines;
    }

    private static byte[] Xattr(string path, string name)
    {
        var buffer = new byte[4096];
        var length = GetXattr(path, name, buffer, buffer.Length);
        Assert.True(length >= 0, $"{path} has no {name}");
        return buffer[..(int)length];
    }

    [LibraryImport("libc", EntryPoint = "lgetxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetXattr(string path, string name, byte[] value, nint size);

    [Fact]
    public void Write_Uncompressed_PassesFsck()
    {
        using var folder = new TempFolder();
        foreach (var compression in new[] { ErofsCompression.None, ErofsCompression.Lz4(9), ErofsCompression.Lz4(3, 4096) })
        {
            using (var stream = File.Create(folder["image"]))
            {
                ErofsWriter.Write(SampleTrees.Everything(), stream, new() { Compression = compression, Uuid = Guid.Empty, BuildTimeSeconds = SampleTrees.Time });
            }

            HostTool.Run("fsck.erofs", "--extract", folder["image"]);
        }
    }
}
