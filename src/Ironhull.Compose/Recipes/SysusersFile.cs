using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Recipes;

/// <summary>The kinds of sysusers.d lines that matter to an image.</summary>
public enum SysusersLineKind
{
    /// <summary><c>u</c>: a user, and a group of the same name unless another is named.</summary>
    User,

    /// <summary><c>g</c>: a group.</summary>
    Group,

    /// <summary><c>m</c>: a user into a group; both are made when they are missing.</summary>
    Member,

    /// <summary><c>r</c>: a range for dynamic numbers; without meaning here, numbers come from the table.</summary>
    Range,
}

/// <summary>One line of a sysusers.d file (sysusers.d(5)).</summary>
/// <param name="Kind">The line's type.</param>
/// <param name="Locked">The type has a "!": the account is locked as a whole.</param>
/// <param name="Name">The user's or group's name.</param>
/// <param name="Uid">The number, or null for "-".</param>
/// <param name="Group">The primary group as a number or a name (<c>u</c>), the group (<c>m</c>), or null.</param>
/// <param name="Gecos">Comment, or empty.</param>
/// <param name="Home">Home directory, or null.</param>
/// <param name="Shell">Shell, or null.</param>
/// <param name="Where">The line.</param>
public sealed record SysusersLine(
    SysusersLineKind Kind, bool Locked, string Name, uint? Uid, string? Group, string Gecos, string? Home, string? Shell, Location Where);

/// <summary>Reads sysusers.d files.</summary>
public static class SysusersFile
{
    /// <summary>Parses a file.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="path">Its path, for diagnostics.</param>
    /// <exception cref="HullException">HULL5205: a line cannot be read; all such lines together.</exception>
    public static IReadOnlyList<SysusersLine> Parse(string text, string path)
    {
        var lines = new List<SysusersLine>();
        var problems = new List<Diagnostic>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] is '#' or ';')
            {
                continue;
            }

            var where = new Location(path, number, 1);
            try
            {
                lines.Add(ParseLine(Words(line, where), where));
            }
            catch (HullException error)
            {
                problems.AddRange(error.Diagnostics);
            }
        }

        return problems.Count == 0 ? lines : throw new HullException(problems);
    }

    private static SysusersLine ParseLine(List<string> words, Location where)
    {
        string? Field(int index) => index < words.Count && words[index] is not ("-" or "") ? words[index] : null;
        var type = words[0];
        var locked = type.Contains('!');
        var name = Field(1) ?? throw Bad("there is no name", where);
        if (words.Count > 6)
        {
            throw Bad("there are more than six fields", where);
        }

        if (name.Contains('%') && type[0] != 'r')
        {
            throw Bad("specifiers are not supported", where);
        }

        switch (type.TrimEnd('!', '-'))
        {
            case "u":
                var (uid, group) = UserId(Field(2), where);
                return new(SysusersLineKind.User, locked, CheckName(name, where), uid, group, Plain(Field(3), where) ?? "", Plain(Field(4), where), Plain(Field(5), where), where);
            case "g":
                return new(SysusersLineKind.Group, false, CheckName(name, where), Field(2) is { } id ? Number(id, where) : null, null, "", null, null, where);
            case "m":
                return new(SysusersLineKind.Member, false, CheckName(name, where), null, CheckName(Field(2) ?? throw Bad("there is no group", where), where), "", null, null, where);
            case "r":
                return new(SysusersLineKind.Range, false, name, null, null, "", null, null, where);
            default:
                throw Bad($"the type '{type}' is not known", where);
        }
    }

    private static (uint? Uid, string? Group) UserId(string? field, Location where)
    {
        if (field is null)
        {
            return (null, null);
        }

        if (field[0] == '/')
        {
            throw Bad("a number taken from a file's owner is not supported", where);
        }

        var colon = field.IndexOf(':', StringComparison.Ordinal);
        var user = colon < 0 ? field : field[..colon];
        uint? uid = user == "-" ? null : Number(user, where);
        var group = colon < 0 ? null : field[(colon + 1)..];
        return group is "" ? throw Bad("the group after ':' is empty", where) : (uid, group);
    }

    private static uint Number(string text, Location where) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is not (uint.MaxValue or 65535)
            ? number : throw Bad($"'{text}' is not a number that an account can have", where);

    internal static string CheckName(string name, Location where)
    {
        var good = name.Length is > 0 and <= 31 && (char.IsAsciiLetter(name[0]) || name[0] == '_');
        foreach (var c in name)
        {
            good &= char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
        }

        return good ? name : throw Bad($"'{name}' is not a name that an account can have", where);
    }

    internal static string? Plain(string? field, Location where) =>
        field is not null && field.AsSpan().IndexOfAny(':', '\n', '\0') >= 0 ? throw Bad($"'{field}' holds a colon or a line break", where) : field;

    private static HullException Bad(string what, Location where) => RecipeErrors.AccountSyntax.Error($"In this account line {what}.", where);

    // Words separated by white space; single or double quotes hold white space together; a backslash keeps the next character.
    private static List<string> Words(string line, Location where)
    {
        var words = new List<string>();
        var at = 0;
        while (at < line.Length)
        {
            if (char.IsWhiteSpace(line[at]))
            {
                at++;
                continue;
            }

            var word = new StringBuilder();
            var quote = '\0';
            for (; at < line.Length && (quote != '\0' || !char.IsWhiteSpace(line[at])); at++)
            {
                var c = line[at];
                if (c == '\\' && at + 1 < line.Length)
                {
                    word.Append(line[++at]);
                }
                else if (quote != '\0' ? c == quote : c is '"' or '\'')
                {
                    quote = quote == '\0' ? c : '\0';
                }
                else
                {
                    word.Append(c);
                }
            }

            if (quote != '\0')
            {
                throw Bad("a quotation does not end", where);
            }

            words.Add(word.ToString());
        }

        return words;
    }
}
