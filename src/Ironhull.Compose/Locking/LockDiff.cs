namespace Ironhull.Compose.Locking;

/// <summary>A package whose version or content differs between two locks.</summary>
/// <param name="Old">Before.</param>
/// <param name="New">After.</param>
/// <param name="Direction">Positive: upgraded; negative: downgraded; zero: the same version with other content.</param>
public sealed record PackageChange(LockedPackage Old, LockedPackage New, int Direction);

/// <summary>What differs between two locks.</summary>
/// <param name="Added">Packages only in the new one, by name.</param>
/// <param name="Removed">Packages only in the old one, by name.</param>
/// <param name="Changed">Packages in both with other versions or contents, by name.</param>
public sealed record LockDiff(IReadOnlyList<LockedPackage> Added, IReadOnlyList<LockedPackage> Removed, IReadOnlyList<PackageChange> Changed)
{
    /// <summary>Whether the same packages are locked.</summary>
    public bool IsEmpty => Added.Count == 0 && Removed.Count == 0 && Changed.Count == 0;

    /// <summary>Compares two locks.</summary>
    /// <param name="old">The old lock; null stands for an empty one.</param>
    /// <param name="image">The new lock.</param>
    public static LockDiff Between(ImageLock? old, ImageLock image)
    {
        static string Key(LockedPackage p) => $"{p.Name}:{p.Architecture}";
        var before = (old?.Packages ?? []).ToDictionary(Key, StringComparer.Ordinal);
        var after = image.Packages.ToDictionary(Key, StringComparer.Ordinal);
        return new(
            [.. image.Packages.Where(p => !before.ContainsKey(Key(p)))],
            [.. (old?.Packages ?? []).Where(p => !after.ContainsKey(Key(p)))],
            [
                .. image.Packages.Where(p => before.TryGetValue(Key(p), out var b) && (b.Version != p.Version || b.Sha256 != p.Sha256))
                    .Select(p => new PackageChange(before[Key(p)], p, Math.Sign(PackageVersion.Compare(image.Packaging, p.Version, before[Key(p)].Version)))),
            ]);
    }
}
