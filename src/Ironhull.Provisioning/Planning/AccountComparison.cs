using System.Text;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Planning;

/// <summary>Tells users and groups before and after apart.</summary>
/// <param name="before">Reads a file of the image.</param>
/// <param name="after">Reads a file of what the engine left.</param>
internal sealed class AccountComparison(Func<string, byte[]?> before, Func<string, byte[]?> after)
{
    private static readonly string[] s_user = ["", "", "uid", "gid", "comment", "home", "shell"];
    private static readonly string[] s_group = ["", "", "gid", "members"];

    /// <summary>Every account that differs, and those that the config names.</summary>
    public IReadOnlyList<PlannedAccount> Run(PasswdSection passwd)
    {
        var keys = passwd.Users.ToDictionary(u => u.Name, u => u.SshAuthorizedKeys.Count, StringComparer.Ordinal);
        var users = Compare("user", "/etc/passwd", "/etc/shadow", s_user, [.. passwd.Users.Select(u => u.Name)])
            .Select(a => keys.GetValueOrDefault(a.Name) is > 0 and var count && a.Change != PlanChange.Removed ? a with { Details = Joined(a.Details, $"{count} ssh key{(count == 1 ? "" : "s")}") } : a);
        return [.. users, .. Compare("group", "/etc/group", "/etc/gshadow", s_group, [.. passwd.Groups.Select(g => g.Name)])];
    }

    private IEnumerable<PlannedAccount> Compare(string kind, string file, string secrets, string[] names, HashSet<string> named)
    {
        var (old, now) = (Lines(before(file), names.Length), Lines(after(file), names.Length));
        var (oldSecrets, newSecrets) = (Lines(before(secrets), 2), Lines(after(secrets), 2));
        foreach (var name in old.Keys.Union(now.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (was, becomes) = (old.GetValueOrDefault(name), now.GetValueOrDefault(name));
            if (becomes is null)
            {
                yield return new(PlanChange.Removed, kind, name, was![2], "");
                continue;
            }

            var fields = Enumerable.Range(3, names.Length - 3).Prepend(2).Where(i => was is null ? i > 2 && becomes[i].Length > 0 : was[i] != becomes[i])
                .Select(i => was is null ? $"{names[i]} {becomes[i]}" : $"{names[i]} {was[i]} -> {becomes[i]}").ToList();
            var secret = newSecrets.GetValueOrDefault(name)?[1] ?? "";
            if (secret != (oldSecrets.GetValueOrDefault(name)?[1] ?? "") && secret is not ("" or "*" or "!"))
            {
                fields.Add("password set");
            }

            var change = was is null ? PlanChange.Added : fields.Count > 0 ? PlanChange.Changed : PlanChange.Unchanged;
            if (change != PlanChange.Unchanged || named.Contains(name))
            {
                yield return new(change, kind, name, becomes[2], string.Join("  ", fields));
            }
        }
    }

    private static string Joined(string details, string more) => details.Length == 0 ? more : $"{details}  {more}";

    private static Dictionary<string, string[]> Lines(byte[]? text, int fields) => Encoding.UTF8.GetString(text ?? []).Split('\n').Select(l => l.Split(':'))
        .Where(f => f.Length >= fields && f[0].Length > 0).GroupBy(f => f[0], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
}
