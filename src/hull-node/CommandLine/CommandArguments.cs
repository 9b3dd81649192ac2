using Ironhull.Diagnostics;

namespace Ironhull.Node.CommandLine;

/// <summary>
/// The arguments of a command: options with one or two dashes, their values after a space or <c>=</c>, operands; <c>--</c> ends the options.
/// </summary>
internal sealed class CommandArguments
{
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    private CommandArguments()
    {
    }

    /// <summary>What is not an option, in its order.</summary>
    public IReadOnlyList<string> Operands { get; private init; } = [];

    /// <summary>Whether an option is there; <c>--name=false</c> takes it away.</summary>
    public bool Has(string name) => _options.TryGetValue(name, out var value) && value is not ("false" or "0" or "f" or "F" or "FALSE" or "False");

    /// <summary>The value of an option, or null.</summary>
    public string? this[string name] => _options.GetValueOrDefault(name);

    /// <summary>Reads arguments; where an option is given twice, the last one counts.</summary>
    /// <exception cref="HullException">HULL9002.</exception>
    public static CommandArguments Read(IReadOnlyList<string> words, IReadOnlyList<CommandOption> options, int operands)
    {
        var rest = new List<string>();
        var arguments = new CommandArguments { Operands = rest };
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (word == "--")
            {
                rest.AddRange(words.Skip(i + 1));
                break;
            }

            if (word.Length < 2 || word[0] != '-')
            {
                rest.Add(word);
                continue;
            }

            var text = word.TrimStart('-');
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? text : text[..equals];
            if (word.StartsWith("---", StringComparison.Ordinal) || options.FirstOrDefault(o => o.Name == name) is not { } option)
            {
                throw CommandErrors.NodeUsage.Error($"There is no option '{word}' here.");
            }

            arguments._options[name] = equals >= 0 ? text[(equals + 1)..]
                : option.Value is null ? "true"
                : ++i < words.Count ? words[i] : throw CommandErrors.NodeUsage.Error($"The option '{word}' needs a value: {option.Value}.");
        }

        return rest.Count == operands ? arguments
            : throw CommandErrors.NodeUsage.Error(rest.Count > operands ? $"'{rest[operands]}' is one argument too many." : $"{operands} argument{(operands == 1 ? " is" : "s are")} needed here, not {rest.Count}.");
    }
}
