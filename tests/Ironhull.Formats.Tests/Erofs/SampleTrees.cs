using System.Text;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tests.Erofs;

/// <summary>Trees that meet every case of the layout.</summary>
internal static class SampleTrees
{
    public const long Time = 1_700_000_000;

    /// <summary>Bytes that compress to roughly a given share.</summary>
    public static byte[] Bytes(int length, double entropy, int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[length];
        var word = new byte[24];
        for (var at = 0; at < length;)
        {
            if (random.NextDouble() < entropy)
            {
                random.NextBytes(word);
            }

            var count = Math.Min(random.Next(1, word.Length + 1), length - at);
            word.AsSpan(0, count).CopyTo(bytes.AsSpan(at));
            at += count;
        }

        return bytes;
    }

    public static Inode File(byte[] bytes, int mode = 0x1A4) => Inode.File(Content.FromBytes(bytes), mode).With(modifiedSeconds: Time);

    /// <summary>Sizes around every boundary, all inode types, hard links, extended attributes, large directories, odd names.</summary>
    public static FileTree Everything()
    {
        var tree = new FileTree();
        tree.Set("/", Inode.Directory(0x1ED).With(modifiedSeconds: Time));
        var seed = 1;
        foreach (var size in new[] { 0, 1, 31, 4000, 4031, 4032, 4033, 4064, 4065, 4095, 4096, 4097, 8191, 8192, 8193, 12287, 65535, 65536, 65537, 70000, 262144, 300001, 1048577 })
        {
            foreach (var entropy in new[] { 0.0, 0.02, 0.3, 1.0 })
            {
                tree.Set($"/sizes/{size}-{entropy * 100:F0}", File(Bytes(size, entropy, seed++)));
            }
        }

        tree.Set("/sizes/several-segments", File(Bytes(4_300_001, 0.05, 77)));
        for (var i = 0; i < 600; i++)
        {
            tree.Set($"/large/entry-{i:D4}-{new string('x', i % 60)}", File(Encoding.UTF8.GetBytes($"{i}")).With(mode: 0x100 | (i & 0x3F)));
        }

        var shared = File(Bytes(30_000, 0.1, 4711), 0x9ED).With(uid: 7, gid: 70_000);
        tree.Set("/links/a", shared);
        tree.Set("/links/b", shared);
        tree.Set("/elsewhere/c", shared);
        tree.Set("/links/copy", File(Bytes(30_000, 0.1, 4711)).With(modifiedSeconds: 12345));
        tree.Set("/links/copy-with-xattr", File(Bytes(30_000, 0.1, 4711)).With(xattrs: [new("user.origin", "copied"u8.ToArray())]));
        tree.Set("/links/symbolic", Inode.SymbolicLink("../elsewhere/c").With(modifiedSeconds: Time));
        tree.Set("/links/long", Inode.SymbolicLink("/" + new string('l', 4080)).With(modifiedSeconds: 99));
        tree.Set("/xattr/capable", File(Bytes(5000, 0.2, 3)).With(xattrs:
        [
            new("security.capability", Convert.FromHexString("0100000200040000000000000000000000000000")),
            new("trusted.overlay.opaque", "y"u8.ToArray()),
            new("user.empty", []),
        ]));
        tree.Set("/xattr", Inode.Directory(0x3FF).With(modifiedSeconds: -5, xattrs: [new("user.note", "a folder"u8.ToArray())]));
        tree.Set("/special/null", Inode.Special(InodeType.CharacterDevice, 0x1B6, 1, 3).With(modifiedSeconds: Time));
        tree.Set("/special/disk", Inode.Special(InodeType.BlockDevice, 0x1B0, 259, 70_000).With(uid: 0, gid: 6));
        tree.Set("/special/pipe", Inode.Special(InodeType.Fifo, 0x1A4).With(modifiedSeconds: Time));
        tree.Set("/special/socket", Inode.Special(InodeType.Socket, 0x1ED).With(modifiedSeconds: Time));
        tree.Set("/names/!before-dot", File([1]));
        tree.Set("/names/ü-ſ-名", File([2]));
        tree.Set("/names/" + new string('n', 255), File([3]));
        tree.Set("/empty", Inode.Directory(0x1C0).With(uid: 100_000));
        return tree;
    }
}
