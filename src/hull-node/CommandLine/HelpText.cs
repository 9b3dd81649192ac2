using System.Text;

namespace Ironhull.Node.CommandLine;

/// <summary>What <c>--help</c> prints.</summary>
internal static class HelpText
{
    /// <summary>Every command.</summary>
    public static string All()
    {
        var text = new StringBuilder("hull-node: what an Ironhull node does by itself\n\nusage: hull-node COMMAND [OPTIONS]\n       hull-node --version\n\n");
        var width = CommandList.All.Select(c => c.Name.Length).DefaultIfEmpty().Max();
        foreach (var command in CommandList.All)
        {
            text.Append("  ").Append(command.Name.PadRight(width)).Append("  ").Append(command.Summary).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>One command.</summary>
    public static string Of(NodeCommand command)
    {
        var text = new StringBuilder($"hull-node {command.Name}: {command.Summary}\n\nusage: hull-node {command.Name}{(command.Options.Count > 0 ? " [OPTIONS]" : "")}");
        text.AppendJoin("", command.Operands.Select(o => $" {o}")).Append('\n');
        var options = command.Options.Select(o => ($"--{o.Name}{(o.Value is null ? "" : " " + o.Value)}", o.Summary)).ToList();
        var width = options.Select(o => o.Item1.Length).DefaultIfEmpty().Max();
        foreach (var (option, summary) in options)
        {
            text.Append("\n  ").Append(option.PadRight(width)).Append("  ").Append(summary);
        }

        return text.Append(options.Count > 0 ? "\n" : "").ToString();
    }
}
