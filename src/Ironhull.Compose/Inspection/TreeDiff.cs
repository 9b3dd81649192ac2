using System.Globalization;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Inspection;

/// <summary>A path that is in both trees and differs.</summary>
/// <param name="Path">The path.</param>
/// <param name="What">What differs, for example "content" or "mode 0755 -> 0644".</param>
/// <param name="OldSize">Bytes before.</param>
/// <param name="NewSize">Bytes after.</param>
public sealed record PathChange(string Path, string What, long OldSize, long NewSize);

/// <summary>A path that is in one tree only.</summary>
/// <param name="Path">The path.</param>
/// <param name="Size">Bytes.</param>
public sealed record PathEntry(string Path, long Size);

/// <summary>What differs between two trees. Times are not compared.</summary>
/// <param name="Added">Only in the new tree, by path.</param>
/// <param name="Removed">Only in the old tree, by path.</param>
/// <param name="Changed">Different, by path.</param>
public sealed record TreeDiff(IReadOnlyList<PathEntry> Added, IReadOnlyList<PathEntry> Removed, IReadOnlyList<PathChange> Changed)
{
    /// <summary>Compares two trees.</summary>
    public static TreeDiff Between(FileTree old, FileTree image) => new(
        [.. image.Entries.Where(e => !old.Contains(e.Key)).Select(e => new PathEntry(e.Key, Size(e.Value)))],
        [.. old.Entries.Where(e => !image.Contains(e.Key)).Select(e => new PathEntry(e.Key, Size(e.Value)))],
        [.. image.Entries.Where(e => old.Contains(e.Key)).Select(e => Compare(e.Key, old[e.Key], e.Value)).OfType<PathChange>()]);

    private static long Size(Inode inode) => inode.Content?.Length ?? 0;

    private static PathChange? Compare(string path, Inode old, Inode image)
    {
        var what = new List<string>();
        if (old.Type != image.Type)
        {
            what.Add($"{old.Type} -> {image.Type}");
        }
        else if (Size(old) != Size(image) || (old.Content is { } a && image.Content is { } b && a.Sha256 != b.Sha256))
        {
            what.Add("content");
        }

        if (old.LinkTarget != image.LinkTarget)
        {
            what.Add($"target {old.LinkTarget} -> {image.LinkTarget}");
        }

        if (old.Mode != image.Mode)
        {
            what.Add($"mode {Octal(old.Mode)} -> {Octal(image.Mode)}");
        }

        if (old.Uid != image.Uid || old.Gid != image.Gid)
        {
            what.Add(string.Create(CultureInfo.InvariantCulture, $"owner {old.Uid}:{old.Gid} -> {image.Uid}:{image.Gid}"));
        }

        if (!old.Xattrs.Select(x => (x.Key, Convert.ToHexString(x.Value))).SequenceEqual(image.Xattrs.Select(x => (x.Key, Convert.ToHexString(x.Value)))))
        {
            what.Add("extended attributes");
        }

        return what.Count == 0 ? null : new(path, string.Join(", ", what), Size(old), Size(image));
    }

    private static string Octal(int mode) => "0" + Convert.ToString(mode, 8);
}
