using Ironhull.Compose.Store;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Merge;

/// <summary>A package's claim to a path.</summary>
/// <param name="Package">Its place in the list of packages.</param>
/// <param name="Entry">What it ships there.</param>
internal readonly record struct Claim(int Package, PackageEntry Entry);

/// <summary>Who has a path that two packages ship.</summary>
internal enum Overlap
{
    /// <summary>It is the same in both.</summary>
    Alike,

    /// <summary>The one that came first.</summary>
    Earlier,

    /// <summary>The one that came later.</summary>
    Later,

    /// <summary>Nobody: the packages conflict.</summary>
    Conflict,
}

/// <summary>What a packaging world's own installer decides when packages come into one tree.</summary>
internal abstract class MergeRules
{
    /// <summary>The top-level links of the tree: name to target.</summary>
    public abstract IEnumerable<KeyValuePair<string, string>> TopLinks { get; }

    /// <summary>The package that owns what no package brings.</summary>
    public abstract string BasePackage { get; }

    /// <summary>Where a shipped path lies in the tree.</summary>
    public abstract string Place(string path);

    /// <summary>Decides about a path that two packages ship, not both of them as a directory.</summary>
    public abstract Overlap Settle(Claim earlier, Claim later);

    /// <summary>Whether the later package's mode and owner count for a directory that differs; null when that is a conflict.</summary>
    public abstract bool? LaterDirectoryWins(Claim earlier, Claim later);

    /// <summary>A user's number, or null when it has none.</summary>
    public abstract uint? User(PackageEntry entry);

    /// <summary>A group's number, or null when it has none.</summary>
    public abstract uint? Group(PackageEntry entry);

    /// <summary>Where numbers of accounts come from, for a message.</summary>
    public abstract string AccountSource { get; }

    /// <summary>What is wrong with the set of packages, whatever their files.</summary>
    public virtual IEnumerable<Diagnostic> Problems => [];
}
