using System.CommandLine;

namespace Ironhull.Cli.CommandLine;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    public Option<OutputFormat> Format { get; } = new("--format")
    {
        Description = "text for people, json for machines",
        Recursive = true,
        HelpName = "text|json",
        CustomParser = result =>
        {
            switch (result.Tokens[0].Value)
            {
                case "text":
                    return OutputFormat.Text;
                case "json":
                    return OutputFormat.Json;
                default:
                    result.AddError($"'--format' takes text or json, not '{result.Tokens[0].Value}'.");
                    return OutputFormat.Text;
            }
        },
    };

    public Option<bool> Offline { get; } = new("--offline") { Description = "work from the cache alone; never touch the network", Recursive = true };

    public Option<string?> Cache { get; } = new("--cache") { Description = "folder for downloads, unpacked files and stage results", Recursive = true, HelpName = "FOLDER" };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "print results and errors only", Recursive = true };

    public Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "print more: stack traces of internal errors, details of stages", Recursive = true };

    public Option<bool> Help { get; } = new("--help", "-h") { Description = "show help for a command", Recursive = true };

    public Option<bool> Version { get; } = new("--version") { Description = "show the version" };

    public IReadOnlyList<Option> All => [Format, Offline, Cache, Quiet, Verbose, Help, Version];
}

/// <summary>How results and errors are printed.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>For machines.</summary>
    Json,
}
