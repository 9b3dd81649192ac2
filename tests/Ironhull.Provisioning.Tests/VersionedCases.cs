using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Tests;

/// <summary>Registers a table's rows for every version of the specification that they apply to.</summary>
internal static class VersionedCases
{
    /// <summary>Name and version of each case.</summary>
    /// <param name="rows">The rows' names, and the minor version of 3.x since which each applies.</param>
    public static TheoryData<string, string> Of(IEnumerable<(string Name, int Since)> rows)
    {
        var data = new TheoryData<string, string>();
        foreach (var row in rows)
        {
            foreach (var version in SpecVersion.All.Where(v => v.Minor >= row.Since))
            {
                data.Add(row.Name, version.ToString());
            }
        }

        return data;
    }
}
