using System.Text;

namespace Ironhull.Compose.Scripts.Rpm;

/// <summary>
/// Reads literal <c>groupadd</c>, <c>useradd</c> and <c>usermod -a -G</c> commands of shadow-utils as lines of sysusers.d(5), which say
/// the same.
/// </summary>
internal static class AccountCommand
{
    private const string GroupOptions = "gK", UserOptions = "ugdscGkKbef", ModifyOptions = "G";

    /// <summary>The lines; null when the command is not one of these or does more than they can say.</summary>
    public static IReadOnlyList<string>? Read(string program, IReadOnlyList<string> arguments) => program switch
    {
        "groupadd" => Options.Parse(arguments, GroupOptions) is { Operands: [var name] } o && IsName(name) ? [$"g {name} {o.Number('g')}"] : null,
        "useradd" => Options.Parse(arguments, UserOptions) is { Operands: [var name] } o && IsName(name) ? User(name, o) : null,
        "usermod" => Options.Parse(arguments, ModifyOptions) is { Operands: [var name] } o && IsName(name) && o.Has('a') ? Members(name, o) : null,
        _ => null,
    };

    private static List<string> User(string name, Options o)
    {
        var number = o.Number('u');
        var id = o.Value('g') is { } group ? $"{number}:{group}" : number;
        var line = new StringBuilder($"u {name} {id}");
        foreach (var option in "cds")
        {
            line.Append(' ').Append(o.Value(option) is { Length: > 0 } value ? Quote(value) : "-");
        }

        return [line.ToString(), .. Members(name, o)];
    }

    private static List<string> Members(string name, Options o) =>
        [.. (o.Value('G') ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(g => $"m {name} {g}")];

    private static string Quote(string value) => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static bool IsName(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    /// <summary>Options as getopt_long(3) reads them, under the letters of shadow-utils.</summary>
    private sealed class Options
    {
        private static readonly (string Name, char Letter)[] s_long =
        [
            ("uid", 'u'), ("gid", 'g'), ("home-dir", 'd'), ("home", 'd'), ("shell", 's'), ("comment", 'c'), ("groups", 'G'), ("system", 'r'), ("force", 'f'), ("no-create-home", 'M'),
            ("append", 'a'), ("no-user-group", 'N'), ("user-group", 'U'), ("non-unique", 'o'), ("no-log-init", 'l'),
        ];

        private readonly Dictionary<char, string> _values = [];

        public List<string> Operands { get; } = [];

        public static Options? Parse(IReadOnlyList<string> arguments, string withValue)
        {
            var options = new Options();
            for (var i = 0; i < arguments.Count; i++)
            {
                var argument = arguments[i];
                if (argument.StartsWith("--", StringComparison.Ordinal))
                {
                    var parts = argument[2..].Split('=', 2);
                    var known = Array.Find(s_long, l => l.Name == parts[0]);
                    if (known.Name is null)
                    {
                        return null;
                    }

                    var needs = withValue.Contains(known.Letter) && known.Letter != 'f';
                    if (needs && parts.Length == 1 && ++i == arguments.Count)
                    {
                        return null;
                    }

                    options._values[known.Letter] = !needs ? "" : parts.Length == 2 ? parts[1] : arguments[i];
                }
                else if (argument.Length > 1 && argument[0] == '-')
                {
                    for (var at = 1; at < argument.Length; at++)
                    {
                        if (!withValue.Contains(argument[at]))
                        {
                            options._values[argument[at]] = "";
                            continue;
                        }

                        if (at + 1 == argument.Length && ++i == arguments.Count)
                        {
                            return null;
                        }

                        options._values[argument[at]] = at + 1 < argument.Length ? argument[(at + 1)..] : arguments[i];
                        break;
                    }
                }
                else
                {
                    options.Operands.Add(argument);
                }
            }

            return options;
        }

        public bool Has(char letter) => _values.ContainsKey(letter);

        public string? Value(char letter) => _values.GetValueOrDefault(letter);

        public string Number(char letter) => Value(letter) is { Length: > 0 } value && value.All(char.IsAsciiDigit) ? value : "-";
    }
}
