using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Merge;

/// <summary>What merging packages gives.</summary>
/// <param name="Tree">The tree; every inode's origin is the package that brought it.</param>
/// <param name="Conffiles">The configuration files, ordinal order of paths.</param>
/// <param name="Overwritten">Paths that a package may replace of another, or that two packages ship alike.</param>
/// <param name="DirectoryDifferences">Directories that packages ship with different modes or owners.</param>
public sealed record MergeResult(
    FileTree Tree,
    IReadOnlyList<Conffile> Conffiles,
    IReadOnlyList<OverwrittenPath> Overwritten,
    IReadOnlyList<DirectoryDifference> DirectoryDifferences)
{
    /// <summary>Files and links that lie elsewhere than their package says, because a directory link leads there.</summary>
    public IReadOnlyList<RelocatedPath> Relocated { get; init; } = [];
}

/// <summary>A path that lies elsewhere than its package says.</summary>
/// <param name="Path">Where it lies, for example "/usr/bin/x".</param>
/// <param name="Shipped">What the package says, for example "/bin/x".</param>
/// <param name="Package">The package.</param>
public sealed record RelocatedPath(string Path, string Shipped, string Package);

/// <summary>A configuration file as its package ships it.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Package">The package.</param>
/// <param name="Md5">MD5 of the content, lower-case hexadecimal, as dpkg's own database has it; empty when the path is no file.</param>
public sealed record Conffile(string Path, string Package, string Md5);

/// <summary>A path that more than one package ships, without a conflict.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Winner">The package whose entry is in the tree.</param>
/// <param name="Loser">The other package.</param>
/// <param name="Identical">Both are alike; otherwise the winner's Replaces field names the loser.</param>
public sealed record OverwrittenPath(string Path, string Winner, string Loser, bool Identical);

/// <summary>A directory whose mode or owner differs between packages.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Winner">The package whose mode and owner are in the tree.</param>
/// <param name="Other">The other package.</param>
/// <param name="What">Both, for a reader: "0755 0:0, not 02775 0:50".</param>
public sealed record DirectoryDifference(string Path, string Winner, string Other, string What);
