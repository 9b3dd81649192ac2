using System.Text;
using Ironhull.Packages.Debian;

namespace Ironhull.RpmWorld.Conversion;

/// <summary>The fields of a package's control file (Debian Policy 5.1).</summary>
internal static class ControlFields
{
    /// <summary>Names to values; continuation lines are joined with newlines.</summary>
    public static IReadOnlyDictionary<string, string> Read(DebFile deb)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var name = "";
        foreach (var line in Encoding.UTF8.GetString(deb.ControlMembers["control"]).Split('\n').Where(l => l.Length > 0))
        {
            if (line[0] is ' ' or '\t')
            {
                fields[name] += "\n" + line.Trim();
            }
            else
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                name = line[..colon];
                fields[name] = line[(colon + 1)..].Trim();
            }
        }

        return fields;
    }
}
