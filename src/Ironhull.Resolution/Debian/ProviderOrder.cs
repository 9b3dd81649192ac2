using Ironhull.Packages.Debian;

namespace Ironhull.Resolution.Debian;

/// <summary>
/// Which provider of a name is best, by apt's rules: the package of that name, then Essential, Protected, the native
/// architecture, the archive's priority field. apt settles the rest by the order in which it met the names while reading
/// the indices, latest first; that is most often, and here always, the name that sorts last ("lua5.4" before "lua5.1").
/// </summary>
internal sealed class ProviderOrder(string name, DebianUniverse universe) : IComparer<DebianPackage>
{
    public int Compare(DebianPackage? x, DebianPackage? y)
    {
        if (ReferenceEquals(x, y))
        {
            return 0;
        }

        var order = (y!.Name == name).CompareTo(x!.Name == name);
        order = order != 0 ? order : y.Essential.CompareTo(x.Essential);
        order = order != 0 ? order : y.Protected.CompareTo(x.Protected);
        order = order != 0 ? order : Rank(x.ArchivePriority).CompareTo(Rank(y.ArchivePriority));
        order = order != 0 ? order : y.RepositoryPriority.CompareTo(x.RepositoryPriority);
        order = order != 0 ? order : string.CompareOrdinal(y.Name, x.Name);
        if (order != 0)
        {
            return order;
        }

        // Versions of one name: the better candidate first.
        var versions = universe.Versions(x.Name);
        return IndexOf(versions, x).CompareTo(IndexOf(versions, y));
    }

    private static int Rank(string priority) => priority switch
    {
        "required" => 1,
        "important" => 2,
        "standard" => 3,
        "optional" => 4,
        "extra" => 5,
        _ => 6,
    };

    private static int IndexOf(IReadOnlyList<DebianPackage> versions, DebianPackage package)
    {
        for (var i = 0; i < versions.Count; i++)
        {
            if (ReferenceEquals(versions[i], package))
            {
                return i;
            }
        }

        return -1;
    }
}
