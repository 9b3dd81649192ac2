using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Selinux;

/// <summary>
/// What a policy says about logins, read from its source in CIL, the Common Intermediate Language of SELinux. The compiler writes
/// neither into the binary policy: libsemanage keeps them in files of their own.
/// </summary>
public static class CilStatements
{
    private const int DeepestNesting = 64;

    /// <summary>A line of <c>seusers</c>: a login name, <c>__default__</c> for all others, and what it becomes.</summary>
    /// <param name="Name">The login's name.</param>
    /// <param name="User">The SELinux user.</param>
    /// <param name="Range">The range of levels, such as "s0-s0:c0.c1023".</param>
    public sealed record Login(string Name, string User, string Range);

    /// <summary>The name that stands for every login without a line of its own.</summary>
    public const string DefaultLogin = "__default__";

    /// <summary>The <c>selinuxuser</c> and <c>selinuxuserdefault</c> statements of a module, in file order.</summary>
    /// <param name="text">The module.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL5307: a statement cannot be read.</exception>
    public static IReadOnlyList<Login> Logins(string text, string name)
    {
        var logins = new List<Login>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (!line.StartsWith("(selinuxuser", StringComparison.Ordinal))
            {
                continue;
            }

            var at = 0;
            var statement = Read(line, ref at, 0, new Location(name, number));
            var isDefault = statement is [string and "selinuxuserdefault", string, List<object>];
            if (!isDefault && statement is not [string and "selinuxuser", string, string, List<object>])
            {
                throw SelinuxErrors.PolicySource.Error($"'{line.Trim()}' is no statement about a login.", new Location(name, number));
            }

            logins.Add(new(isDefault ? DefaultLogin : (string)statement[1], (string)statement[^2], Range((List<object>)statement[^1], new(name, number))));
        }

        return logins;
    }

    /// <summary>Lines with other SELinux users for some logins; the range of such a line is the lowest level alone.</summary>
    /// <param name="logins">The policy's lines.</param>
    /// <param name="users">Login name to SELinux user.</param>
    public static IReadOnlyList<Login> With(IReadOnlyList<Login> logins, IReadOnlyDictionary<string, string> users) =>
        [.. logins.Where(l => !users.ContainsKey(l.Name)), .. users.Select(u => new Login(u.Key, u.Value, LowestRange))];

    private const string LowestRange = "s0-s0";

    /// <summary>The file <c>seusers</c> as libsemanage writes it: the last one first, the default at the end.</summary>
    public static string Render(IReadOnlyList<Login> logins) => string.Concat(
        logins.Where(l => l.Name != DefaultLogin).Reverse().Concat(logins.Where(l => l.Name == DefaultLogin)).Select(l => $"{l.Name}:{l.User}:{l.Range}\n"));

    // ((s0) (s0 ((range c0 c1023)))) is s0-s0:c0.c1023.
    private static string Range(List<object> levels, Location where) => levels is [List<object> low, List<object> high]
        ? $"{Level(low, where)}-{Level(high, where)}"
        : throw SelinuxErrors.PolicySource.Error("A range has a low and a high level.", where);

    private static string Level(List<object> level, Location where) => level switch
    {
        [string sensitivity] => sensitivity,
        [string sensitivity, List<object> categories] => $"{sensitivity}:{string.Join(',', categories.Select(c => Category(c, where)))}",
        _ => throw SelinuxErrors.PolicySource.Error("A level has a sensitivity and categories.", where),
    };

    private static string Category(object category, Location where) => category switch
    {
        string one => one,
        List<object> and ["range", string first, string last] => $"{first}.{last}",
        _ => throw SelinuxErrors.PolicySource.Error("A category is a name or a range.", where),
    };

    // A symbolic expression: text and lists.
    private static List<object> Read(string text, ref int at, int depth, Location where)
    {
        var items = new List<object>();
        var word = new StringBuilder();
        void EndWord()
        {
            if (word.Length > 0)
            {
                items.Add(word.ToString());
                word.Clear();
            }
        }

        for (at++; at < text.Length; at++)
        {
            switch (text[at])
            {
                case ')':
                    EndWord();
                    return items;
                case '(' when depth < DeepestNesting:
                    EndWord();
                    items.Add(Read(text, ref at, depth + 1, where));
                    break;
                case ' ' or '\t' or '\r':
                    EndWord();
                    break;
                default:
                    word.Append(text[at]);
                    break;
            }
        }

        throw SelinuxErrors.PolicySource.Error("A list does not end on its line.", where);
    }
}
