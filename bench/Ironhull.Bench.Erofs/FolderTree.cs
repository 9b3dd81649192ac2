using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Bench.Erofs;

/// <summary>A folder of the host as a file tree: owner root, one modification time, contents digested here.</summary>
internal static class FolderTree
{
    public static FileTree Load(string folder, long time)
    {
        var tree = new FileTree();
        tree.Set("/", Inode.Directory().With(modifiedSeconds: time));
        Add(tree, folder, "", time);
        return tree;
    }

    private static void Add(FileTree tree, string folder, string prefix, long time)
    {
        foreach (var path in SortedDirectory.Files(folder))
        {
            var name = $"{prefix}/{Path.GetFileName(path)}";
            var info = new FileInfo(path);
            if (info.LinkTarget is { } target)
            {
                tree.Set(name, Inode.SymbolicLink(target).With(modifiedSeconds: time));
                continue;
            }

            using var stream = File.OpenRead(path);
            var digest = Sha256Digest.Of(stream);
            tree.Set(name, Inode.File(new PathContent(path, info.Length, digest), (int)info.UnixFileMode).With(modifiedSeconds: time));
        }

        foreach (var path in SortedDirectory.Folders(folder))
        {
            var name = $"{prefix}/{Path.GetFileName(path)}";
            var info = new DirectoryInfo(path);
            if (info.LinkTarget is { } target)
            {
                tree.Set(name, Inode.SymbolicLink(target).With(modifiedSeconds: time));
                continue;
            }

            tree.Set(name, Inode.Directory((int)info.UnixFileMode).With(modifiedSeconds: time));
            Add(tree, path, name, time);
        }
    }

    /// <summary>A file that is opened for each read, so that a large tree does not hold a large number of handles.</summary>
    private sealed class PathContent(string path, long length, Sha256Digest digest) : Content
    {
        public override long Length => length;

        public override Sha256Digest Sha256 => digest;

        public override void Read(long offset, Span<byte> destination)
        {
            using var file = File.OpenHandle(path);
            while (!destination.IsEmpty)
            {
                var read = RandomAccess.Read(file, destination, offset);
                if (read == 0)
                {
                    throw new EndOfStreamException();
                }

                offset += read;
                destination = destination[read..];
            }
        }
    }
}
