using System.CommandLine;
using System.Text;

namespace Ironhull.Cli.CommandLine;

/// <summary>Renders help, for the terminal and for the reference.</summary>
internal static class HelpText
{
    private const int Width = 100;

    /// <summary>"hull keys init".</summary>
    public static string FullName(Command command, Command root)
    {
        var parents = command.Parents.OfType<Command>().FirstOrDefault();
        return command == root || parents is null ? command.Name : $"{FullName(parents, root)} {command.Name}";
    }

    /// <summary>The help of a command.</summary>
    public static string Of(Command command, Command root)
    {
        var text = new StringBuilder();
        text.Append(Sentence(command.Description)).Append("\n\n");
        text.Append("Usage:\n  ").Append(Usage(command, root)).Append('\n');
        if (command is IDocumented { Notes.Length: > 0 } notes)
        {
            text.Append('\n');
            foreach (var paragraph in notes.Notes.Split('\n'))
            {
                Wrap(text, "", paragraph, 0);
            }
        }

        if (command.Subcommands.Any(c => !c.Hidden))
        {
            foreach (var (title, commands) in Groups(command))
            {
                Section(text, title, [.. commands.Select(c => (c.Name, c.Description ?? ""))]);
            }
        }

        Section(text, "Arguments", [.. command.Arguments.Where(a => !a.Hidden).Select(a => (Term(a), a.Description ?? ""))]);
        Section(text, "Options", [.. command.Options.Where(o => !o.Hidden && (command != root || !o.Recursive)).Select(o => (Term(o), o.Description ?? ""))]);
        if (command == root)
        {
            Section(text, "Options of every command", [.. root.Options.Where(o => o.Recursive && !o.Hidden).Select(o => (Term(o), o.Description ?? ""))]);
        }

        if (command is IDocumented { Examples.Count: > 0 } documented)
        {
            text.Append("\nExamples:\n");
            foreach (var example in documented.Examples)
            {
                text.Append("  # ").Append(example.Meaning).Append("\n  ").Append(example.Line).Append('\n');
            }
        }

        if (command != root)
        {
            text.Append("\n'hull --help' lists the options that every command takes.\n");
        }

        return text.ToString();
    }

    /// <summary>The reference of all commands in Markdown.</summary>
    public static string Reference(Command root)
    {
        var text = new StringBuilder("# Commands\n\nGenerated from the command line itself; do not edit.\n");
        foreach (var command in Flatten(root))
        {
            text.Append("\n## ").Append(FullName(command, root)).Append("\n\n```text\n").Append(Of(command, root)).Append("```\n");
        }

        return text.ToString();
    }

    /// <summary>A command and everything below it, hidden ones left out.</summary>
    public static IEnumerable<Command> Flatten(Command command) =>
        command.Subcommands.Where(c => !c.Hidden).SelectMany(Flatten).Prepend(command);

    private static IEnumerable<(string Title, IEnumerable<Command> Commands)> Groups(Command command)
    {
        if (command.Parents.Any())
        {
            yield return ("Commands", command.Subcommands.Where(c => !c.Hidden));
            yield break;
        }

        foreach (var (title, names) in CommandTree.Groups)
        {
            var commands = names.Select(n => command.Subcommands.FirstOrDefault(c => c.Name == n)).OfType<Command>().ToList();
            if (commands.Count > 0)
            {
                yield return (title, commands);
            }
        }
    }

    private static string Usage(Command command, Command root)
    {
        var text = new StringBuilder(FullName(command, root));
        if (command.Subcommands.Any(c => !c.Hidden))
        {
            text.Append(" COMMAND");
        }

        foreach (var argument in command.Arguments.Where(a => !a.Hidden))
        {
            text.Append(' ').Append(argument.Arity.MinimumNumberOfValues == 0 ? $"[{Term(argument)}]" : Term(argument));
        }

        return text.Append(" [OPTIONS]").ToString();
    }

    private static string Term(Argument argument) =>
        (argument.HelpName ?? argument.Name).ToUpperInvariant() + (argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");

    private static string Term(Option option)
    {
        var names = option.Aliases.Order(StringComparer.Ordinal).Append(option.Name);
        var term = string.Join(", ", names);
        return option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool) ? term : $"{term} {option.HelpName ?? "VALUE"}";
    }

    private static void Section(StringBuilder text, string title, IReadOnlyList<(string Term, string Meaning)> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        text.Append('\n').Append(title).Append(":\n");
        var column = Math.Min(30, entries.Max(e => e.Term.Length)) + 4;
        foreach (var (term, meaning) in entries)
        {
            Wrap(text, "  " + term, meaning, column);
        }
    }

    private static void Wrap(StringBuilder text, string start, string words, int column)
    {
        var line = new StringBuilder(start);
        if (line.Length >= column && column > 0)
        {
            text.Append(line).Append('\n');
            line.Clear();
        }

        line.Append(' ', Math.Max(0, column - line.Length));
        var fresh = true;
        foreach (var word in words.Split(' '))
        {
            if (!fresh && line.Length + 1 + word.Length > Width)
            {
                text.Append(line).Append('\n');
                line.Clear().Append(' ', column);
                fresh = true;
            }

            if (!fresh)
            {
                line.Append(' ');
            }

            line.Append(word);
            fresh = false;
        }

        text.Append(line).Append('\n');
    }

    private static string Sentence(string? text) => text is { Length: > 0 } ? char.ToUpperInvariant(text[0]) + text[1..] + "." : "";
}
