using System.Text;

namespace Ironhull.Compose.Selinux;

/// <summary>
/// Takes the file contexts that depend on users out of the compiler's output, and writes them for the logins of the image, as
/// libsemanage does: once for whoever has no line of <c>seusers</c>, then for each login that has one and an account.
/// </summary>
public static class HomeContexts
{
    private const string HomeFolder = "HOME_DIR";
    private const string HomeRoot = "HOME_ROOT";
    private const string UserName = "%{USERNAME}";
    private const string UserNumber = "%{USERID}";

    // What libsemanage calls the section of the default login, whatever SELinux user it has.
    private const string DefaultSection = "user_u";
    private const string DefaultRoot = "/home";

    private const string Header =
        "#\n#\n# User-specific file contexts, generated via libsemanage\n# use semanage command to manage system users to change the file_context\n#\n#\n";

    /// <summary>An account of the image.</summary>
    /// <param name="Name">Its login name.</param>
    /// <param name="Uid">Its number.</param>
    /// <param name="Home">Its home folder.</param>
    public sealed record Account(string Name, string Uid, string Home);

    /// <summary>The two files that a compiler's file contexts become.</summary>
    /// <param name="FileContexts"><c>file_contexts</c>.</param>
    /// <param name="Homes"><c>file_contexts.homedirs</c>.</param>
    public sealed record Result(string FileContexts, string Homes);

    /// <summary>Splits and fills in.</summary>
    /// <param name="compiled">The compiler's file contexts.</param>
    /// <param name="logins">The lines of <c>seusers</c>, in the module's order.</param>
    /// <param name="accounts">The image's accounts.</param>
    public static Result Write(string compiled, IReadOnlyList<CilStatements.Login> logins, IReadOnlyList<Account> accounts)
    {
        var (contexts, template) = (new StringBuilder(compiled.Length), new List<string>());
        foreach (var line in compiled.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith(HomeFolder, StringComparison.Ordinal) || line.StartsWith(HomeRoot, StringComparison.Ordinal) || IsOfUser(line))
            {
                template.Add(line);
            }
            else
            {
                contexts.Append(line).Append('\n');
            }
        }

        var homes = new StringBuilder(Header);
        if (logins.FirstOrDefault(l => l.Name == CilStatements.DefaultLogin) is { } all)
        {
            Section(homes, template, DefaultSection, all.User, $"{DefaultRoot}/[^/]+", DefaultRoot, "[0-9]+", "[^/]+");
        }

        foreach (var login in logins.Where(l => l.Name != CilStatements.DefaultLogin))
        {
            if (accounts.FirstOrDefault(a => a.Name == login.Name) is { } account)
            {
                Section(homes, template, account.Name, login.User, account.Home, null, account.Uid, account.Name);
            }
        }

        return new(contexts.ToString(), homes.ToString());
    }

    /// <summary>The accounts of an <c>/etc/passwd</c>.</summary>
    public static IReadOnlyList<Account> Accounts(string passwd) =>
        [.. passwd.Split('\n').Select(l => l.Split(':')).Where(f => f.Length >= 7).Select(f => new Account(f[0], f[2], f[5]))];

    private static void Section(
        StringBuilder homes, List<string> template, string title, string user, string home, string? root, string number, string name)
    {
        homes.Append("\n\n#\n# Home Context for user ").Append(title).Append("\n#\n\n");
        string Owned(string line) => line.Replace("\tsystem_u:", $"\t{user}:", StringComparison.Ordinal);
        foreach (var line in template.Where(l => l.StartsWith(HomeFolder, StringComparison.Ordinal)))
        {
            homes.Append(Owned(home + line[HomeFolder.Length..])).Append('\n');
        }

        foreach (var line in template.Where(l => root is not null && l.StartsWith(HomeRoot, StringComparison.Ordinal)))
        {
            homes.Append(root).Append(line.AsSpan(HomeRoot.Length)).Append('\n');
        }

        foreach (var line in template.Where(IsOfUser))
        {
            homes.Append(Owned(line.Replace(UserName, name, StringComparison.Ordinal).Replace(UserNumber, number, StringComparison.Ordinal))).Append('\n');
        }
    }

    private static bool IsOfUser(string line) => line.Contains(UserName, StringComparison.Ordinal) || line.Contains(UserNumber, StringComparison.Ordinal);
}
