using Ironhull.Diagnostics;

namespace Ironhull.Compose.Recipes;

/// <summary>A user of the image.</summary>
/// <param name="Name">Login name.</param>
/// <param name="Uid">Number.</param>
/// <param name="Gid">Primary group's number.</param>
/// <param name="Gecos">Comment field.</param>
/// <param name="Home">Home directory.</param>
/// <param name="Shell">Login shell.</param>
/// <param name="Expired">The account as a whole is locked (sysusers.d "u!").</param>
public sealed record UserAccount(string Name, uint Uid, uint Gid, string Gecos, string Home, string Shell, bool Expired);

/// <summary>A group of the image.</summary>
/// <param name="Name">Group name.</param>
/// <param name="Gid">Number.</param>
public sealed record GroupAccount(string Name, uint Gid);

/// <summary>The users and groups of an image, by name.</summary>
public sealed class AccountDatabase
{
    private readonly Dictionary<string, UserAccount> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GroupAccount> _groups = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SortedSet<string>> _members = new(StringComparer.Ordinal);
    private readonly List<UserAccount> _userOrder = [];
    private readonly List<GroupAccount> _groupOrder = [];

    /// <summary>Only root.</summary>
    public static AccountDatabase RootOnly()
    {
        var database = new AccountDatabase();
        database.Add(new GroupAccount("root", 0), null);
        database.Add(new UserAccount("root", 0, 0, "root", "/root", "/bin/bash", false), null);
        return database;
    }

    /// <summary>Users in the order of the passwd file.</summary>
    public IReadOnlyList<UserAccount> Users => _userOrder;

    /// <summary>Groups in the order of the group file.</summary>
    public IReadOnlyList<GroupAccount> Groups => _groupOrder;

    /// <summary>The number of a user.</summary>
    /// <exception cref="HullException">HULL5206: not declared.</exception>
    public uint Uid(string name, Location? where = null) =>
        _users.TryGetValue(name, out var user) ? user.Uid : throw RecipeErrors.UnknownAccount.Error($"No user is named {name}.", where);

    /// <summary>The number of a group.</summary>
    /// <exception cref="HullException">HULL5206: not declared.</exception>
    public uint Gid(string name, Location? where = null) =>
        _groups.TryGetValue(name, out var group) ? group.Gid : throw RecipeErrors.UnknownAccount.Error($"No group is named {name}.", where);

    /// <summary>Whether a user exists.</summary>
    public bool HasUser(string name) => _users.ContainsKey(name);

    /// <summary>Whether a group exists.</summary>
    public bool HasGroup(string name) => _groups.ContainsKey(name);

    /// <summary>The supplementary members of a group, ordinal order.</summary>
    public IReadOnlyCollection<string> Members(string group) => _members.TryGetValue(group, out var members) ? members : [];

    internal void Add(UserAccount user, Location? where)
    {
        var same = _userOrder.Find(u => u.Uid == user.Uid);
        if (same is not null)
        {
            throw RecipeErrors.AccountConflict.Error($"The users {same.Name} and {user.Name} both have {user.Uid}.", where);
        }

        _users.Add(user.Name, user);
        _userOrder.Add(user);
    }

    internal void Add(GroupAccount group, Location? where)
    {
        var same = _groupOrder.Find(g => g.Gid == group.Gid);
        if (same is not null)
        {
            throw RecipeErrors.AccountConflict.Error($"The groups {same.Name} and {group.Name} both have {group.Gid}.", where);
        }

        _groups.Add(group.Name, group);
        _groupOrder.Add(group);
    }

    internal void AddMember(string group, string user)
    {
        if (!_members.TryGetValue(group, out var members))
        {
            _members[group] = members = new SortedSet<string>(StringComparer.Ordinal);
        }

        members.Add(user);
    }

    internal UserAccount? FindUser(string name) => _users.GetValueOrDefault(name);
}
