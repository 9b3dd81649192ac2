using Ironhull.Formats.Trees;

namespace Ironhull.Bench.Footprint;

/// <summary>What lies in <c>/usr</c>, extensions of the image merged in.</summary>
/// <param name="Files">Regular files.</param>
/// <param name="Elf">Files that begin with the ELF magic: programs, libraries, kernel modules.</param>
/// <param name="Modules">Kernel modules among them.</param>
/// <param name="Programs">Executable files of <c>/usr/bin</c>, <c>/usr/sbin</c> and <c>/usr/libexec</c>.</param>
/// <param name="SetId">Files with the set-user-ID or set-group-ID bit.</param>
/// <param name="Bytes">Bytes of all files, uncompressed.</param>
internal sealed record TreeCounts(int Files, int Elf, int Modules, int Programs, int SetId, long Bytes)
{
    private const int SetIdBits = 0xC00, ExecuteBits = 0x49;

    /// <summary>Counts.</summary>
    public static TreeCounts Of(FileTree tree)
    {
        var files = tree.Entries.Where(e => e.Value.Type == InodeType.File).ToList();
        return new(
            files.Count,
            files.Count(f => IsElf(f.Value.Content!)),
            files.Count(f => f.Key.EndsWith(".ko", StringComparison.Ordinal)),
            files.Count(f => (f.Value.Mode & ExecuteBits) != 0 && (Below(f.Key, "/usr/bin/") || Below(f.Key, "/usr/sbin/") || Below(f.Key, "/usr/libexec/"))),
            files.Count(f => (f.Value.Mode & SetIdBits) != 0),
            files.Sum(f => f.Value.Content!.Length));
    }

    private static bool Below(string path, string folder) => path.StartsWith(folder, StringComparison.Ordinal);

    private static bool IsElf(Content content)
    {
        if (content.Length < 4)
        {
            return false;
        }

        Span<byte> magic = stackalloc byte[4];
        using var stream = content.OpenRead();
        stream.ReadExactly(magic);
        return magic.SequenceEqual("\u007fELF"u8);
    }
}
