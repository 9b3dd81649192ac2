using System.Globalization;
using Ironhull.Compose.Store;

namespace Ironhull.Compose.Merge;

/// <summary>
/// The fixed numbers of users and groups: base-passwd's master files (Debian Policy 9.2.2). A package's archive carries
/// owners by name; the numbers beside the names are the build machine's.
/// </summary>
internal sealed class OwnerNumbers
{
    private const string UserMaster = "/usr/share/base-passwd/passwd.master", GroupMaster = "/usr/share/base-passwd/group.master";

    private readonly Dictionary<string, uint> _users = new(StringComparer.Ordinal) { ["root"] = 0 };
    private readonly Dictionary<string, uint> _groups = new(StringComparer.Ordinal) { ["root"] = 0 };

    /// <summary>Reads the masters of the package that brings them; without one only root is known.</summary>
    public OwnerNumbers(IEnumerable<UnpackedPackage> packages)
    {
        foreach (var package in packages)
        {
            foreach (var entry in package.Entries)
            {
                if (entry.Path is UserMaster or GroupMaster && entry.Length is > 0 and < 1 << 20)
                {
                    Read(package.Content(entry).ToText(), entry.Path == UserMaster ? _users : _groups);
                }
            }
        }
    }

    /// <summary>A user's number; null when neither the name is known nor the archived number is a fixed one.</summary>
    public uint? User(string name, uint archived) => Number(_users, name, archived);

    /// <summary>A group's number.</summary>
    public uint? Group(string name, uint archived) => Number(_groups, name, archived);

    // Without a name the number counts, as for dpkg; 0 to 99 are the same on every Debian system.
    private static uint? Number(Dictionary<string, uint> known, string name, uint archived) =>
        name.Length > 0 && known.TryGetValue(name, out var number) ? number
        : name.Length == 0 || archived is > 0 and < 100 ? archived
        : null;

    private static void Read(string master, Dictionary<string, uint> into)
    {
        foreach (var line in master.Split('\n'))
        {
            var fields = line.Split(':');
            if (fields.Length > 2 && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                into[fields[0]] = number;
            }
        }
    }
}
