using System.Globalization;
using Ironhull.Compose.Scripts;
using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Yaml;

namespace Ironhull.Compose.Recipes;

/// <summary>Reads recipes and the accounts table from YAML, and reports every error of every file at once.</summary>
public static class RecipeReader
{
    private static readonly TextForm s_package = new("a package name such as 'systemd', with '*' for any text", "^[A-Za-z0-9_*][A-Za-z0-9_+.*\\-]*$");
    private static readonly TextForm s_account = new("an account name such as '_ssh'", "^[A-Za-z_][A-Za-z0-9_\\-]{0,30}$");
    private static readonly TextForm s_pattern = new("an absolute path, with '*' and '**' for what varies", "^(/[^/\\n]+)+$");
    private static readonly TextForm s_capabilities = new("capabilities such as 'cap_net_raw+ep'", "^[a-z_,]+[+=][eip]+$");
    private static readonly TextForm s_plain = new("text without a colon or a line break", "^[^:\\n]*$");
    private static readonly TextForm s_xattr = new("an attribute's name such as 'user.note'", "^[a-z]+\\.[^=\\s]+$");

    private static readonly Choices<ScriptKind> s_scripts = new([.. ScriptKinds.All]);

    private static readonly string[] s_actions = ["copy", "write", "append", "replace", "link", "directory", "attributes", "remove", "truncate", "fipsModule"];

    /// <summary>Reads every <c>*.yaml</c> of a folder.</summary>
    /// <param name="folder">The folder, for example <c>images/recipes/debian</c>.</param>
    /// <param name="name">The folder's name in diagnostics; the path itself when not given.</param>
    /// <exception cref="HullException">HULL4xxx or HULL52xx: anything is wrong in any of the files.</exception>
    public static RecipeSet ReadFolder(string folder, string? name = null)
    {
        var bag = new DiagnosticBag();
        var recipes = new List<Recipe>();
        foreach (var file in Files(folder, name))
        {
            var shown = $"{name ?? folder}/{Path.GetFileName(file)}";
            try
            {
                recipes.Add(MapReader.Read(YamlDocument.Load(file, shown, bag), bag, Read));
            }
            catch (HullException error)
            {
                bag.Add(error);
            }
        }

        bag.ThrowIfAny();
        return new RecipeSet(recipes);
    }

    /// <summary>Reads one recipe from text.</summary>
    /// <param name="text">The YAML document.</param>
    /// <param name="name">The file name that diagnostics show.</param>
    /// <exception cref="HullException">HULL4xxx or HULL52xx.</exception>
    public static Recipe Parse(string text, string name)
    {
        var bag = new DiagnosticBag();
        var recipe = MapReader.Read(YamlDocument.Parse(text, name, bag), bag, Read);
        bag.ThrowIfAny();
        return recipe;
    }

    /// <summary>Reads the accounts table.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The name that diagnostics show.</param>
    /// <exception cref="HullException">HULL4xxx or HULL52xx.</exception>
    public static AccountsTable ReadAccounts(string path, string? name = null)
    {
        var bag = new DiagnosticBag();
        var table = MapReader.Read(YamlDocument.Load(path, name, bag), bag, r => ReadAccounts(r, bag));
        bag.ThrowIfAny();
        return table;
    }

    /// <summary>Reads the accounts table from text.</summary>
    public static AccountsTable ParseAccounts(string text, string name)
    {
        var bag = new DiagnosticBag();
        var table = MapReader.Read(YamlDocument.Parse(text, name, bag), bag, r => ReadAccounts(r, bag));
        bag.ThrowIfAny();
        return table;
    }

    /// <summary>Binds a recipe's map.</summary>
    public static Recipe Read(FieldReader r)
    {
        var package = r.RequiredString("package", "The package that the recipe is for; '*' stands for any text.", s_package);
        var accounts = r.OptionalMap("accounts", ReadAccountDeclarations, "Accounts that no sysusers.d file declares.") ?? new([], [], []);
        return new Recipe
        {
            Package = package,
            Where = r.Where,
            Scripts = r.List("scripts", s => ReadScript(package, s), description: "Maintainer scripts that a person has read."),
            Users = accounts.Users,
            Groups = accounts.Groups,
            Members = accounts.Members,
            Shells = [.. r.StringList("shells", description: "Login shells for /etc/shells.", form: TextForm.AbsolutePath).Select(s => s.Value)],
            Alternatives = r.List("alternatives", a => ReadAlternative(package, a), description: "Names that several packages can provide."),
            Files = [.. r.List("files", ReadAction, description: "Changes to the tree, in this order.").OfType<FileAction>()],
        };
    }

    private static string[] Files(string folder, string? name)
    {
        try
        {
            return SortedDirectory.Files(folder, "*.yaml");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DefinitionErrors.FileNotFound.Error($"The recipe folder cannot be read: {e.Message}", new Location(name ?? folder), cause: e);
        }
    }

    private static ReviewedScript ReadScript(string package, FieldReader r)
    {
        var kind = r.RequiredEnum("script", s_scripts, "Which script.");
        var sha256 = r.RequiredString("sha256", "SHA-256 of the script's residue, as the diagnostic HULL5110 prints it.", TextForm.Sha256);
        var why = r.RequiredString("why", "What the script does, and where an image gets that from, or why it is not needed.");
        var text = r.OptionalString("text", null, "The residue as it was reviewed: when the script changes, the difference is shown.");
        Sha256Digest.TryParse(sha256, out var digest);
        if (text is not null && Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes(text)) is var actual && actual != digest)
        {
            r.Report(RecipeErrors.Invalid.With($"'text' has SHA-256 {actual}, not the one that is given.", r.WhereIs("text"), "Give the text as it was reviewed (a block with '|'), or leave it out."));
        }

        return new ReviewedScript(package, kind, digest, why, text);
    }

    private static AccountDeclarations ReadAccountDeclarations(FieldReader r) => new(
        r.List("users", u => new UserDeclaration(
            u.RequiredString("name", "Login name.", s_account),
            u.OptionalString("group", null, "Primary group; without it a group of the same name.", s_account),
            u.OptionalString("comment", "", "Comment field.", s_plain),
            u.OptionalString("home", "/nonexistent", "Home directory.", TextForm.AbsolutePath),
            u.OptionalString("shell", "/usr/sbin/nologin", "Login shell.", TextForm.AbsolutePath),
            u.Where), description: "Users."),
        r.List("groups", g => new GroupDeclaration(g.RequiredString("name", "Group name.", s_account), g.Where), description: "Groups."),
        r.List("members", m => new MembershipDeclaration(
            m.RequiredString("user", "The user.", s_account), m.RequiredString("group", "The group.", s_account), m.Where), description: "Users as members of groups."));

    private static Alternative ReadAlternative(string package, FieldReader r) => new(
        r.RequiredString("name", "The alternative's name."),
        r.RequiredString("link", "The path that users call.", TextForm.AbsolutePath),
        r.RequiredString("target", "The path that provides it.", TextForm.AbsolutePath),
        r.OptionalInt("priority", 50, description: "The highest wins."),
        r.List("followers", f => new AlternativeFollower(
            f.RequiredString("link", "The path of the link.", TextForm.AbsolutePath),
            f.RequiredString("target", "What it points to.", TextForm.AbsolutePath)), description: "Links that go with it."),
        "recipe:" + package,
        r.Where);

    private static FileAction? ReadAction(FieldReader r)
    {
        var present = s_actions.Where(r.Has).ToList();
        if (!r.IsSchema && present.Count != 1)
        {
            r.Report(DefinitionErrors.InvalidValue.With(
                $"An action has exactly one of the keys {string.Join(", ", s_actions)}; this one has {(present.Count == 0 ? "none" : string.Join(" and ", present))}.", r.Where));
        }

        FileAction? action = null;
        foreach (var key in r.IsSchema ? [.. s_actions] : present)
        {
            action = ReadAction(r, key);
        }

        return action;
    }

    private static FileAction ReadAction(FieldReader r, string action)
    {
        var pattern = action is "attributes" or "remove";
        var path = r.OptionalString(action, "/", $"The path to {action}.", pattern ? s_pattern : TextForm.AbsolutePath);
        return action switch
        {
            "copy" => new CopyAction(path, r.RequiredString("to", "Where the copy goes.", TextForm.AbsolutePath), ReadOwnership(r), r.Where),
            "write" => new WriteAction(path, r.RequiredString("text", "The file's text."), ReadOwnership(r), r.Where),
            "append" => new AppendAction(path, r.RequiredString("text", "The text to add."), r.Where),
            "replace" => new ReplaceAction(path, NotEmpty(r, "find", "The text to replace."), r.OptionalString("with", "", "What stands in its place."), r.Where),
            "link" => new LinkAction(path, r.RequiredString("target", "The text of the symbolic link."), r.Where),
            "directory" => new DirectoryAction(path, ReadOwnership(r), r.Where),
            "attributes" => new AttributesAction(
                path, ReadOwnership(r), r.OptionalString("capabilities", null, "File capabilities.", s_capabilities), ReadXattrs(r), r.Where),
            "remove" => new RemoveAction(path, r.Where),
            "fipsModule" => new FipsModuleAction(path, r.RequiredString("to", "Where its configuration goes.", TextForm.AbsolutePath), r.Where),
            _ => new TruncateAction(path, r.Where),
        };
    }

    private static string NotEmpty(FieldReader r, string key, string description)
    {
        var text = r.RequiredString(key, description);
        if (text.Length == 0 && r.Has(key))
        {
            r.Report(DefinitionErrors.InvalidValue.With($"'{key}' is empty.", r.WhereIs(key)));
        }

        return text;
    }

    private static List<KeyValuePair<string, string>> ReadXattrs(FieldReader r)
    {
        var xattrs = r.StringMap("xattrs", "Extended attributes: name to text.");
        foreach (var name in xattrs.Keys.Where(n => !s_xattr.Matches(n)))
        {
            r.Report(DefinitionErrors.InvalidValue.With($"'{name}' is not {s_xattr.Expects}.", r.WhereIs("xattrs")));
        }

        return [.. xattrs];
    }

    private static Ownership ReadOwnership(FieldReader r)
    {
        var mode = r.OptionalString("mode", null, "Permission bits in octal.", TextForm.FileMode);
        return new(
            mode is not null && Modes.TryParse(mode, out var bits) ? bits : null,
            r.OptionalString("owner", null, "Owner's name.", s_account),
            r.OptionalString("group", null, "Group's name.", s_account));
    }

    private static AccountsTable ReadAccounts(FieldReader r, DiagnosticBag bag)
    {
        var users = Numbers(r, "users", "User name to uid.");
        var groups = Numbers(r, "groups", "Group name to gid; a user's own group has the user's number unless it is named here.");
        try
        {
            return new AccountsTable(users, groups, r.Where);
        }
        catch (HullException error)
        {
            bag.Add(error);
            return AccountsTable.Empty;
        }
    }

    private static List<KeyValuePair<string, uint>> Numbers(FieldReader r, string key, string description)
    {
        var numbers = new List<KeyValuePair<string, uint>>();
        foreach (var (name, text) in r.StringMap(key, description))
        {
            if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && s_account.Matches(name))
            {
                numbers.Add(new(name, number));
            }
            else
            {
                r.Report(DefinitionErrors.InvalidValue.With($"'{name}: {text}' is not an account name and a number.", r.WhereIs(key)));
            }
        }

        return numbers;
    }

    private sealed record AccountDeclarations(
        IReadOnlyList<UserDeclaration> Users, IReadOnlyList<GroupDeclaration> Groups, IReadOnlyList<MembershipDeclaration> Members);
}
