using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Engine;

/// <summary>The users and groups of a root: the files passwd, shadow, group and gshadow below /etc (passwd(5), shadow(5), group(5), gshadow(5)).</summary>
internal sealed class UserDatabase
{
    private readonly AccountFile _passwd;
    private readonly AccountFile _shadow;
    private readonly AccountFile _group;
    private readonly AccountFile _gshadow;

    public UserDatabase(RootFolder root)
    {
        _passwd = AccountFile.Read(root, "/etc/passwd", 7, 0x1A4);
        _shadow = AccountFile.Read(root, "/etc/shadow", 9, 0x180);
        _group = AccountFile.Read(root, "/etc/group", 4, 0x1A4);
        _gshadow = AccountFile.Read(root, "/etc/gshadow", 4, 0x180);
    }

    /// <summary>The files that changed.</summary>
    public IEnumerable<AccountFile> Changed => new[] { _passwd, _shadow, _group, _gshadow }.Where(f => f.IsChanged);

    /// <summary>The user's number.</summary>
    public uint UserId(string name) => Number(_passwd, name, "user");

    /// <summary>The group's number.</summary>
    public uint GroupId(string name) => Number(_group, name, "group");

    /// <summary>A user's numbers and home.</summary>
    public (uint User, uint Group, string Home) Account(string name) => (UserId(name), uint.Parse(_passwd.Find(name)![3], CultureInfo.InvariantCulture), _passwd.Find(name)![5]);

    /// <summary>Makes, changes or removes a group.</summary>
    public void Apply(PasswdGroup group)
    {
        Name(group.Name);
        if (group.ShouldExist == false)
        {
            _group.Remove(group.Name);
            _gshadow.Remove(group.Name);
            return;
        }

        MakeGroup(group.Name, group.Gid, group.System == true);
        if (group.PasswordHash is { } hash)
        {
            _gshadow.Set(group.Name, 1, hash);
        }
    }

    /// <summary>Makes, changes or removes a user.</summary>
    /// <returns>Whether the user is new.</returns>
    public bool Apply(PasswdUser user)
    {
        Name(user.Name);
        if (user.ShouldExist == false)
        {
            Remove(user.Name);
            return false;
        }

        var isNew = _passwd.Find(user.Name) is null;
        if (isNew)
        {
            Make(user);
        }

        Set(user.Name, 2, user.Uid is { } uid ? Own(_passwd, user.Name, uid, "user") : null);
        Set(user.Name, 3, user.PrimaryGroup is { Length: > 0 } group ? GroupOf(group).ToString(CultureInfo.InvariantCulture) : null);
        Set(user.Name, 4, user.Gecos);
        Set(user.Name, 5, user.HomeDir);
        Set(user.Name, 6, user.Shell);
        if (user.PasswordHash is { } hash)
        {
            _shadow.Set(user.Name, 1, hash.Length > 0 ? hash : "*");
        }

        foreach (var member in user.Groups)
        {
            _group.AddMember(member, user.Name);
            _gshadow.AddMember(member, user.Name);
        }

        return isNew;
    }

    private void Make(PasswdUser user)
    {
        var uid = user.Uid ?? Free(_passwd, user.System == true);
        _ = Own(_passwd, user.Name, uid, "user");
        var group = user.PrimaryGroup is { Length: > 0 } primary ? GroupOf(primary)
            : user.NoUserGroup == true ? 100 : MakeGroup(user.Name, _group.Find(user.Name) is null && !_group.Uses((uint)uid) ? uid : null, user.System == true);
        _passwd.Add([user.Name, "x", uid.ToString(CultureInfo.InvariantCulture), group.ToString(CultureInfo.InvariantCulture), "", $"/home/{user.Name}", "/bin/bash"]);

        // Without the day of the last change, as there is no clock to ask: the password does not age.
        if (_shadow.Find(user.Name) is null)
        {
            _shadow.Add([user.Name, "*", "", "0", "99999", "7", "", "", ""]);
        }
    }

    private uint MakeGroup(string name, long? wanted, bool isSystem)
    {
        if (_group.Find(name) is null)
        {
            _group.Add([name, "x", Own(_group, name, wanted ?? Free(_group, isSystem), "group"), ""]);
            if (_gshadow.Find(name) is null)
            {
                _gshadow.Add([name, "*", "", ""]);
            }
        }
        else if (wanted is { } gid)
        {
            _group.Set(name, 2, Own(_group, name, gid, "group"));
        }

        return GroupId(name);
    }

    private void Remove(string name)
    {
        // A group of the user's own goes with it, when nobody else is in it.
        if (_passwd.Find(name) is { } user && _group.Find(name) is { } group && group[2] == user[3] && group[3].Split(',').All(m => m.Length == 0 || m == name))
        {
            _group.Remove(name);
            _gshadow.Remove(name);
        }

        _passwd.Remove(name);
        _shadow.Remove(name);
        _group.RemoveMember(name);
        _gshadow.RemoveMember(name);
    }

    private void Set(string name, int field, string? value)
    {
        if (value is not null)
        {
            _passwd.Set(name, field, value);
        }
    }

    // As useradd and groupadd do: two accounts of one number are one account with two names.
    private static string Own(AccountFile file, string name, long number, string kind) =>
        number is < 0 or >= uint.MaxValue ? throw ProvisioningErrors.UnknownAccount.Error($"{number} cannot be the number of the {kind} {name}.")
        : file.NameOf((uint)number) is { } other && other != name ? throw ProvisioningErrors.UnknownAccount.Error($"The {kind} {name} cannot have the number {number}, which is that of {other}.")
        : number.ToString(CultureInfo.InvariantCulture);

    private uint GroupOf(string nameOrNumber) => uint.TryParse(nameOrNumber, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : GroupId(nameOrNumber);

    private static uint Number(AccountFile file, string name, string kind) =>
        file.Find(name) is { } fields && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : throw ProvisioningErrors.UnknownAccount.Error($"There is no {kind} {name}.");

    // The ranges of login.defs: regular numbers go up from 1000, system ones down from 999.
    private static long Free(AccountFile file, bool isSystem)
    {
        var used = file.Numbers().Where(n => isSystem ? n is >= 100 and <= 999 : n is >= 1000 and <= 60000).ToHashSet();
        if (used.Count == 0)
        {
            return isSystem ? 999 : 1000;
        }

        var next = isSystem ? (long)used.Min() - 1 : (long)used.Max() + 1;
        return (isSystem ? next >= 100 : next <= 60000) ? next : throw ProvisioningErrors.UnknownAccount.Error("No number is free for another account.");
    }

    private static void Name(string name)
    {
        if (name.Length is 0 or > 256 || name.AsSpan().ContainsAny(":\n/,") || name is "." or "..")
        {
            throw ProvisioningErrors.UnknownAccount.Error($"'{name}' cannot be the name of an account.");
        }
    }
}

/// <summary>A file of lines with fields between colons; lines that are none stay as they are.</summary>
internal sealed class AccountFile
{
    private readonly List<(string Line, string[]? Fields)> _lines = [];
    private readonly int _count;

    private AccountFile(string path, int count, uint mode)
    {
        Path = path;
        Mode = mode;
        _count = count;
    }

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>The mode of a new file.</summary>
    public uint Mode { get; }

    /// <summary>Whether it has to be written.</summary>
    public bool IsChanged { get; private set; }

    public static AccountFile Read(RootFolder root, string path, int count, uint mode)
    {
        var file = new AccountFile(path, count, mode);
        var text = Encoding.UTF8.GetString(root.Read(path) ?? []);
        foreach (var line in text.Split('\n').SkipLast(text.EndsWith('\n') || text.Length == 0 ? 1 : 0))
        {
            var fields = line.Split(':');
            file._lines.Add((line, fields.Length == count && fields[0].Length > 0 && line[0] != '#' ? fields : null));
        }

        return file;
    }

    /// <summary>The text to write.</summary>
    public byte[] Text() => Encoding.UTF8.GetBytes(string.Concat(_lines.Select(l => $"{(l.Fields is null ? l.Line : string.Join(':', l.Fields))}\n")));

    public string[]? Find(string name) => _lines.Find(l => l.Fields?[0] == name).Fields;

    public IEnumerable<uint> Numbers() => _lines.Where(l => l.Fields is not null && uint.TryParse(l.Fields[2], out _)).Select(l => uint.Parse(l.Fields![2], CultureInfo.InvariantCulture));

    public string? NameOf(uint number) => _lines.Find(l => l.Fields is not null && uint.TryParse(l.Fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n == number).Fields?[0];

    public bool Uses(uint number) => Numbers().Contains(number);

    public void Add(string[] fields)
    {
        Check(fields);
        _lines.Add(("", fields));
        IsChanged = true;
    }

    public void Set(string name, int field, string value)
    {
        if (Find(name) is not { } fields)
        {
            fields = [name, .. Enumerable.Repeat("", _count - 1)];
            Add(fields);
        }

        if (fields[field] != value)
        {
            fields[field] = value;
            Check(fields);
            IsChanged = true;
        }
    }

    public void Remove(string name) => IsChanged |= _lines.RemoveAll(l => l.Fields?[0] == name) > 0;

    public void AddMember(string group, string user)
    {
        if (Find(group) is not { } fields)
        {
            // gshadow may know fewer groups than group does.
            if (Path == "/etc/group")
            {
                throw ProvisioningErrors.UnknownAccount.Error($"There is no group {group}.");
            }

            return;
        }

        if (!fields[3].Split(',').Contains(user))
        {
            fields[3] = fields[3].Length == 0 ? user : $"{fields[3]},{user}";
            IsChanged = true;
        }
    }

    public void RemoveMember(string user)
    {
        foreach (var fields in _lines.Select(l => l.Fields).OfType<string[]>().Where(f => f[3].Split(',').Contains(user)))
        {
            fields[3] = string.Join(',', fields[3].Split(',').Where(m => m != user));
            IsChanged = true;
        }
    }

    private static void Check(string[] fields)
    {
        if (fields.Any(f => f.AsSpan().ContainsAny(":\n")))
        {
            throw ProvisioningErrors.UnknownAccount.Error($"A field of the account {fields[0]} has a colon or a line break in it.");
        }
    }
}
