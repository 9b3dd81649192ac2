using Ironhull.Diagnostics;

namespace Ironhull.Compose.Recipes;

/// <summary>
/// The declared numbers of system accounts, so that a number never moves from one release to the next: files on a
/// node's disk keep their owners over an update.
/// </summary>
public sealed class AccountsTable
{
    /// <summary>The lowest number that may be given: Debian's dynamic system range.</summary>
    public const uint Lowest = 100;

    /// <summary>The highest number that may be given.</summary>
    public const uint Highest = 999;

    private readonly Dictionary<string, uint> _users;
    private readonly Dictionary<string, uint> _groups;

    /// <summary>Takes the numbers.</summary>
    /// <param name="users">User name to uid.</param>
    /// <param name="groups">Group name to gid; a user's own group has the user's number unless it is named here.</param>
    /// <param name="where">The file, for diagnostics.</param>
    /// <exception cref="HullException">HULL5204: two names share a number; HULL5201: a number is out of range.</exception>
    public AccountsTable(IEnumerable<KeyValuePair<string, uint>> users, IEnumerable<KeyValuePair<string, uint>> groups, Location? where = null)
    {
        Where = where;
        _users = Check(users, "user", where);
        _groups = Check(groups, "group", where);
        foreach (var (name, uid) in _users.OrderBy(u => u.Key, StringComparer.Ordinal))
        {
            var other = _groups.FirstOrDefault(g => g.Value == uid && g.Key != name).Key;
            if (other is not null && !_groups.ContainsKey(name))
            {
                throw RecipeErrors.AccountConflict.Error($"User {name} and group {other} both have {uid}; the user's own group needs that number.", where);
            }
        }
    }

    /// <summary>A table without names.</summary>
    public static AccountsTable Empty { get; } = new([], []);

    /// <summary>Where the table was read from.</summary>
    public Location? Where { get; }

    /// <summary>A user's number.</summary>
    /// <exception cref="HullException">HULL5203: not in the table.</exception>
    public uint Uid(string name, Location? where) =>
        _users.TryGetValue(name, out var uid) ? uid : throw Missing("User", name, where);

    /// <summary>A group's number.</summary>
    /// <exception cref="HullException">HULL5203: not in the table.</exception>
    public uint Gid(string name, Location? where) =>
        _groups.TryGetValue(name, out var gid) || _users.TryGetValue(name, out gid) ? gid : throw Missing("Group", name, where);

    private HullException Missing(string kind, string name, Location? where) =>
        RecipeErrors.AccountWithoutId.Error($"{kind} {name} has no number in {Where?.Path ?? "the accounts table"}.", where);

    private static Dictionary<string, uint> Check(IEnumerable<KeyValuePair<string, uint>> numbers, string kind, Location? where)
    {
        var byName = new Dictionary<string, uint>(StringComparer.Ordinal);
        var byNumber = new Dictionary<uint, string>();
        foreach (var (name, number) in numbers.OrderBy(n => n.Key, StringComparer.Ordinal))
        {
            if (number is < Lowest or > Highest)
            {
                throw RecipeErrors.Invalid.Error($"The {kind} {name} has {number}, outside {Lowest} to {Highest}.", where);
            }

            if (!byNumber.TryAdd(number, name) || !byName.TryAdd(name, number))
            {
                throw RecipeErrors.AccountConflict.Error($"The {kind}s {byNumber[number]} and {name} both have {number}.", where);
            }
        }

        return byName;
    }
}
