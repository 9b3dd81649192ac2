using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Recipes;

/// <summary>
/// Makes the account files: what base-passwd, systemd-sysusers and the packages' own scripts would have done. Every
/// password is locked; numbers come from the masters, the sysusers.d lines and the accounts table.
/// </summary>
public static class Accounts
{
    /// <summary>
    /// The fixed "last change" day of every shadow entry (2025-01-01, in days since 1970-01-01). No account has a
    /// password, so nothing ages; the value only must not be 0, which would ask for a new password at login.
    /// </summary>
    public const int LastChangeDay = 20089;

    /// <summary>Where base-passwd keeps the users that every Debian system has.</summary>
    public const string PasswdMaster = "/usr/share/base-passwd/passwd.master";
    private const string GroupMaster = "/usr/share/base-passwd/group.master";

    /// <summary>Where accounts live on a machine, and where RPM packages ship the first of them.</summary>
    public const string PasswdFile = "/etc/passwd";

    /// <summary>As <see cref="PasswdFile"/>, for groups.</summary>
    public const string GroupFile = "/etc/group";

    /// <summary>The folders of sysusers.d files; a file in the second hides one of the same name in the first.</summary>
    public static readonly IReadOnlyList<string> SysusersFolders = ["/usr/lib/sysusers.d", "/etc/sysusers.d"];

    private const string ShellsFile = "/etc/shells";
    private const string Origin = "image";
    private const string NoLogin = "/usr/sbin/nologin";

    // Programs that some distributions give users for a shell: on an image nobody but root logs in.
    private static readonly string[] s_programsAsShells = ["/bin/sync", "/sbin/shutdown", "/sbin/halt", "/usr/bin/sync", "/usr/sbin/shutdown", "/usr/sbin/halt"];

    /// <summary>Collects the accounts of a Debian tree and of the recipes.</summary>
    /// <param name="tree">With the base-passwd masters and sysusers.d files.</param>
    /// <param name="recipes">Those of the packages in the tree.</param>
    /// <param name="table">Numbers for accounts that are declared without one.</param>
    /// <exception cref="HullException">HULL5203 to HULL5206, collected over all declarations.</exception>
    public static AccountDatabase Collect(FileTree tree, IEnumerable<Recipe> recipes, AccountsTable table)
    {
        var database = new AccountDatabase();
        ReadGroups(tree, GroupMaster, database);
        ReadUsers(tree, PasswdMaster, database);
        return Declare(database, SysusersFiles(tree).SelectMany(f => SysusersFile.Parse(f.Text, f.Path)), recipes, table, []);
    }

    /// <summary>
    /// Collects the accounts of RPM packages: those of the passwd and group files that a package ships (filesystem, setup), of sysusers.d files, of
    /// what packages and their scriptlets declare, and of the recipes.
    /// </summary>
    /// <param name="tree">With those files; without a passwd file it starts with root alone.</param>
    /// <param name="declared">Lines of sysusers.d(5) from elsewhere.</param>
    /// <param name="recipes">Those of the packages in the tree.</param>
    /// <param name="table">Numbers for accounts that are declared without one.</param>
    /// <exception cref="HullException">HULL5203 to HULL5206, collected over all declarations.</exception>
    public static AccountDatabase CollectRpm(FileTree tree, IEnumerable<SysusersLine> declared, IEnumerable<Recipe> recipes, AccountsTable table)
    {
        var database = tree.Contains(PasswdFile) && tree.Contains(GroupFile) ? new AccountDatabase() : AccountDatabase.RootOnly();
        if (database.Users.Count == 0)
        {
            ReadGroups(tree, GroupFile, database);
            ReadUsers(tree, PasswdFile, database);
        }

        // As for systemd-sysusers, what the files say stays, whatever number a line asks for.
        var given = database.Users.Select(u => u.Name).Concat(database.Groups.Select(g => g.Name)).ToHashSet(StringComparer.Ordinal);
        var lines = SysusersFiles(tree).SelectMany(f => SysusersFile.Parse(f.Text, f.Path)).Concat(declared);
        return Declare(database, lines, recipes, table, given);
    }

    private static AccountDatabase Declare(AccountDatabase database, IEnumerable<SysusersLine> declared, IEnumerable<Recipe> recipes, AccountsTable table, HashSet<string> given)
    {
        var problems = new List<Diagnostic>();
        var lines = declared.Select(l => given.Contains(l.Name) ? l with { Uid = null } : l).ToList();
        foreach (var recipe in recipes.OrderBy(r => r.Package, StringComparer.Ordinal))
        {
            lines.AddRange(recipe.Groups.Select(g => new SysusersLine(SysusersLineKind.Group, false, g.Name, null, null, "", null, null, g.Where)));
            lines.AddRange(recipe.Users.Select(u => new SysusersLine(SysusersLineKind.User, false, u.Name, null, u.Group, u.Gecos, u.Home, u.Shell, u.Where)));
            lines.AddRange(recipe.Members.Select(m => new SysusersLine(SysusersLineKind.Member, false, m.User, null, m.Group, "", null, null, m.Where)));
        }

        // Groups first, then users, then members, each by number: the order of files and recipes has no influence.
        foreach (var kind in (ReadOnlySpan<SysusersLineKind>)[SysusersLineKind.Group, SysusersLineKind.User, SysusersLineKind.Member])
        {
            foreach (var line in lines.Where(l => l.Kind == kind).OrderBy(l => l.Name, StringComparer.Ordinal).ThenBy(l => l.Uid is null).ThenBy(l => l.Group, StringComparer.Ordinal))
            {
                try
                {
                    Add(database, line, table);
                }
                catch (HullException error)
                {
                    problems.AddRange(error.Diagnostics);
                }
            }
        }

        return problems.Count == 0 ? database : throw new HullException(problems);
    }

    /// <summary>Writes /etc/passwd, group, shadow, gshadow, subuid, subgid and shells.</summary>
    /// <param name="tree">Not changed.</param>
    /// <param name="database">The accounts.</param>
    /// <param name="shells">Login shells that recipes add.</param>
    /// <returns>The changed tree.</returns>
    public static FileTree Write(FileTree tree, AccountDatabase database, IEnumerable<string> shells)
    {
        var result = tree.Clone();
        var shadowGroup = database.HasGroup("shadow") ? database.Gid("shadow") : 0;
        void Put(string path, string text, int mode, uint gid = 0) =>
            result.Set(path, Inode.File(Content.FromText(text), mode, Origin).With(gid: gid));

        var passwd = new StringBuilder();
        var shadow = new StringBuilder();
        foreach (var user in database.Users)
        {
            passwd.Append(CultureInfo.InvariantCulture, $"{user.Name}:x:{user.Uid}:{user.Gid}:{user.Gecos}:{user.Home}:{user.Shell}\n");
            shadow.Append(CultureInfo.InvariantCulture, $"{user.Name}:!*:{LastChangeDay}:0:99999:7::{(user.Expired ? "1" : "")}:\n");
        }

        var group = new StringBuilder();
        var gshadow = new StringBuilder();
        foreach (var entry in database.Groups)
        {
            var members = string.Join(',', database.Members(entry.Name));
            group.Append(CultureInfo.InvariantCulture, $"{entry.Name}:x:{entry.Gid}:{members}\n");
            gshadow.Append(CultureInfo.InvariantCulture, $"{entry.Name}:!*::{members}\n");
        }

        Put(PasswdFile, passwd.ToString(), Modes.Parse("0644"));
        Put(GroupFile, group.ToString(), Modes.Parse("0644"));
        Put("/etc/shadow", shadow.ToString(), Modes.Parse("0640"), shadowGroup);
        Put("/etc/gshadow", gshadow.ToString(), Modes.Parse("0640"), shadowGroup);
        Put("/etc/subuid", "", Modes.Parse("0644"));
        Put("/etc/subgid", "", Modes.Parse("0644"));
        Put(ShellsFile, Shells(tree, shells), Modes.Parse("0644"));
        return result;
    }

    // update-shells: the template, then each listed shell and its path with the directory's links followed.
    private static string Shells(FileTree tree, IEnumerable<string> declared)
    {
        const string folder = "/usr/share/debianutils/shells.d";
        var listed = new List<string>();
        void Add(string shell)
        {
            if (!listed.Contains(shell, StringComparer.Ordinal))
            {
                listed.Add(shell);
            }
        }

        // What a package ships as /etc/shells stays; Debian's list is made by its scripts.
        if (tree.TryGet(ShellsFile, out var shipped) && shipped.Type == InodeType.File)
        {
            declared = shipped.Content!.ToText().Split('\n').Select(l => l.Split('#')[0].Trim()).Concat(declared);
        }

        var files = tree.Children(folder).Where(e => e.Value.Type == InodeType.File).Select(e => e.Value.Content!.ToText());
        if (tree.TryGet("/usr/share/debianutils/shells", out var template) && template.Type == InodeType.File)
        {
            files = files.Prepend(template.Content!.ToText());
        }

        foreach (var shell in files.SelectMany(t => t.Split('\n')).Select(l => l.Split('#')[0].Trim()).Concat(declared).Where(l => l.StartsWith('/')))
        {
            if (tree.Resolve(shell) is null)
            {
                continue; // a shell whose package was left out of the image is no login shell
            }

            Add(shell);
            var folderOfShell = tree.Resolve(FileTree.Parent(shell))!;
            Add(folderOfShell + shell[shell.LastIndexOf('/')..]);
        }

        return "# /etc/shells: valid login shells\n" + string.Concat(listed.Select(s => s + "\n"));
    }

    private static void Add(AccountDatabase database, SysusersLine line, AccountsTable table)
    {
        switch (line.Kind)
        {
            case SysusersLineKind.Group:
                AddGroup(database, line.Name, line.Uid, table, line.Where);
                break;
            case SysusersLineKind.User:
                AddUser(database, line, table);
                break;
            case SysusersLineKind.Member:
                if (!database.HasGroup(line.Group!))
                {
                    AddGroup(database, line.Group!, null, table, line.Where);
                }

                if (!database.HasUser(line.Name))
                {
                    AddUser(database, line with { Kind = SysusersLineKind.User, Group = null }, table);
                }

                database.AddMember(line.Group!, line.Name);
                break;
        }
    }

    private static void AddGroup(AccountDatabase database, string name, uint? gid, AccountsTable table, Location where)
    {
        if (!database.HasGroup(name))
        {
            database.Add(new GroupAccount(name, gid ?? table.Gid(name, where)), where);
        }
        else if (gid is not null && gid != database.Gid(name))
        {
            throw RecipeErrors.AccountConflict.Error($"The group {name} has {database.Gid(name)}, but {gid} is asked for.", where);
        }
    }

    private static void AddUser(AccountDatabase database, SysusersLine line, AccountsTable table)
    {
        var known = database.FindUser(line.Name);
        if (known is not null)
        {
            // As systemd-sysusers does: what exists stays; but a number that differs is a mistake here.
            if (line.Uid is { } asked && asked != known.Uid)
            {
                throw RecipeErrors.AccountConflict.Error($"The user {line.Name} has {known.Uid}, but {asked} is asked for.", line.Where);
            }

            return;
        }

        var uid = line.Uid ?? table.Uid(line.Name, line.Where);
        uint gid;
        if (line.Group is null)
        {
            if (!database.HasGroup(line.Name))
            {
                database.Add(new GroupAccount(line.Name, line.Uid ?? table.Gid(line.Name, line.Where)), line.Where);
            }

            gid = database.Gid(line.Name);
        }
        else if (uint.TryParse(line.Group, NumberStyles.None, CultureInfo.InvariantCulture, out gid))
        {
            if (database.Groups.All(g => g.Gid != gid))
            {
                throw RecipeErrors.UnknownAccount.Error($"The user {line.Name} is of the group {gid}, which no group has.", line.Where);
            }
        }
        else
        {
            gid = database.Gid(line.Group, line.Where);
        }

        var home = line.Home ?? (uid == 0 ? "/root" : "/");
        var shell = line.Shell ?? (uid == 0 ? "/bin/sh" : NoLogin);
        database.Add(new UserAccount(line.Name, uid, gid, line.Gecos, home, shell, line.Locked), line.Where);
    }

    // A file in /etc/sysusers.d hides the one of the same name in /usr/lib/sysusers.d; files in the order of their names.
    private static IEnumerable<(string Path, string Text)> SysusersFiles(FileTree tree)
    {
        var byName = new SortedDictionary<string, (string Path, Inode Inode)>(StringComparer.Ordinal);
        foreach (var folder in SysusersFolders)
        {
            foreach (var (path, inode) in tree.Children(folder))
            {
                if (path.EndsWith(".conf", StringComparison.Ordinal))
                {
                    byName[path[folder.Length..]] = (path, inode);
                }
            }
        }

        return byName.Values.Where(f => f.Inode.Type == InodeType.File).Select(f => (f.Path, f.Inode.Content!.ToText()));
    }

    private static void ReadGroups(FileTree tree, string path, AccountDatabase database)
    {
        foreach (var (fields, where) in Master(tree, path, 4))
        {
            database.Add(new GroupAccount(SysusersFile.CheckName(fields[0], where), Id(fields[2], where)), where);
            foreach (var member in fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                database.AddMember(fields[0], SysusersFile.CheckName(member, where));
            }
        }
    }

    private static void ReadUsers(FileTree tree, string path, AccountDatabase database)
    {
        foreach (var (f, where) in Master(tree, path, 7))
        {
            var shell = s_programsAsShells.Contains(f[6], StringComparer.Ordinal) ? NoLogin : f[6];
            database.Add(new UserAccount(SysusersFile.CheckName(f[0], where), Id(f[2], where), Id(f[3], where), f[4], f[5], shell, false), where);
        }
    }

    private static IEnumerable<(string[] Fields, Location Where)> Master(FileTree tree, string path, int count)
    {
        if (!tree.TryGet(path, out var inode) || inode.Type != InodeType.File)
        {
            throw RecipeErrors.HitsNothing.Error($"{path} is not in the tree: accounts start from base-passwd's masters.", remedy: "Add the package base-passwd to the image.");
        }

        var number = 0;
        foreach (var line in inode.Content!.ToText().Split('\n'))
        {
            number++;
            if (line.Length == 0)
            {
                continue;
            }

            var where = new Location(path, number, 1);
            var fields = line.Split(':');
            yield return fields.Length == count
                ? (fields, where)
                : throw RecipeErrors.AccountSyntax.Error($"The line has {fields.Length} fields instead of {count}.", where);
        }
    }

    private static uint Id(string text, Location where) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : throw RecipeErrors.AccountSyntax.Error($"'{text}' is not a number.", where);
}
