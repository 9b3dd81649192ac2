using System.CommandLine;
using System.Text.Json;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull lock</c>.</summary>
internal sealed class LockCommand : HullCommand
{
    private readonly Argument<string?> _definition = SharedOptions.Definition();
    private readonly Option<bool> _update = new("--update") { Description = "take the newest packages, even when the lock still belongs to the definition" };
    private readonly Option<bool> _check = new("--check") { Description = "change nothing; fail when the lock is missing or does not belong to the definition" };

    /// <summary>The command.</summary>
    public LockCommand()
        : base("lock", "resolve a definition's packages and pin them in its image.lock")
    {
        Add(_definition);
        Add(_update);
        Add(_check);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull lock", "lock images/container-host, when it has no lock or its packages section changed"),
        new("hull lock images/hello --update", "take the newest packages and show what changed"),
        new("hull lock --check", "is the lock current? For CI; needs no network"),
    ];

    /// <inheritdoc/>
    public override string Notes =>
        "The repositories' signatures are verified, the dependencies solved, and every package is pinned by version and SHA-256. A build reads only the lock.";

    /// <inheritdoc/>
    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var definition = context.LoadDefinition(context.Get(_definition));
        if (context.Get(_check))
        {
            var current = LockFile.LoadFor(definition);
            Report(context, definition, current, LockDiff.Between(current, current), [], changed: false);
            return ExitCodes.Success;
        }

        var old = Previous(definition);
        if (!context.Get(_update) && old is not null && old.Definition == DefinitionDigest.Of(definition))
        {
            Report(context, definition, old, LockDiff.Between(old, old), [], changed: false);
            return ExitCodes.Success;
        }

        var (image, diff, warnings) = await UpdateAsync(context, definition, old, cancellation).ConfigureAwait(false);
        Report(context, definition, image, diff, warnings, changed: true);
        return ExitCodes.Success;
    }

    /// <summary>Resolves and writes the lock.</summary>
    public static async Task<(ImageLock Lock, LockDiff Diff, IReadOnlyList<Diagnostic> Warnings)> UpdateAsync(
        CommandContext context, ImageDefinition definition, ImageLock? old, CancellationToken cancellation)
    {
        using var session = new RepositorySession(context.CacheFolder, context.Mirrors, context.Host.Time);
        var repositories = await session.RefreshAsync(definition, context.Progress, cancellation).ConfigureAwait(false);
        LockResult result;
        using (var stage = context.Progress.Begin("Resolve"))
        {
            result = await LockBuilder.BuildAsync(
                definition, repositories, packages => session.Sha256OfAsync(definition, packages, context.Progress, cancellation)).ConfigureAwait(false);
            stage.Complete($"{result.Lock.Packages.Count} packages");
        }

        LockFile.Save(result.Lock, definition.LockPath);
        context.EndProgress();
        return (result.Lock, LockDiff.Between(old, result.Lock), result.Warnings);
    }

    /// <summary>The lock that is there, or null when there is none or it cannot be read.</summary>
    public static ImageLock? Previous(ImageDefinition definition)
    {
        try
        {
            return LockFile.Load(definition.LockPath);
        }
        catch (HullException e) when (e.Code == DefinitionErrors.LockMissing || e.Code == DefinitionErrors.LockMalformed || e.Code == DefinitionErrors.LockVersion)
        {
            return null;
        }
    }

    /// <summary>Prints what changed, as a table.</summary>
    public static void PrintChanges(TextWriter writer, LockDiff diff)
    {
        var table = new TextTable("", "", "", "", "");
        foreach (var change in diff.Changed)
        {
            var word = change.Direction > 0 ? "upgraded" : change.Direction < 0 ? "DOWNGRADED" : "REPLACED";
            table.Add(word, change.New.Name, change.Old.Version, "->", change.New.Version);
        }

        foreach (var package in diff.Added)
        {
            table.Add("added", package.Name, package.Version, "", package.Because);
        }

        foreach (var package in diff.Removed)
        {
            table.Add("removed", package.Name, package.Version);
        }

        writer.Write(table.ToString());
    }

    private static void Report(
        CommandContext context, ImageDefinition definition, ImageLock image, LockDiff diff, IReadOnlyList<Diagnostic> warnings, bool changed)
    {
        var path = CommandContext.Shorten(definition.LockPath);
        var size = image.Packages.Sum(p => p.Size);
        if (context.IsJson)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("lock", path);
                json.WriteBoolean("written", changed);
                json.WriteNumber("packages", image.Packages.Count);
                json.WriteNumber("bytes", size);
                json.WriteNumber("timestamp", image.Timestamp);
                Write(json, "added", diff.Added.Select(p => (p.Name, "", p.Version)));
                Write(json, "removed", diff.Removed.Select(p => (p.Name, p.Version, "")));
                Write(json, "changed", diff.Changed.Select(c => (c.New.Name, c.Old.Version, c.New.Version)));
                json.WriteStartArray("warnings");
                foreach (var waiver in definition.Waivers.Signatures)
                {
                    json.WriteStringValue(waiver.Warning);
                }

                foreach (var warning in warnings)
                {
                    json.WriteStringValue($"{warning.Code.Code}: {warning.Message}");
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return;
        }

        foreach (var waiver in definition.Waivers.Signatures)
        {
            context.Host.Error.WriteLine($"warning: {waiver.Warning}");
        }

        foreach (var warning in warnings)
        {
            context.Host.Error.WriteLine($"warning {warning.Code.Code}: {warning.Message}\n  remedy: {warning.Remedy}");
        }

        if (!changed)
        {
            context.Out.WriteLine($"{path} is current: {image.Packages.Count} packages, {ByteSize.Format(size)}. 'hull lock --update' takes the newest.");
            return;
        }

        if (!context.IsQuiet && diff.Added.Count < image.Packages.Count)
        {
            PrintChanges(context.Out, diff);
        }

        context.Out.WriteLine(
            $"Wrote {path}: {image.Packages.Count} packages, {ByteSize.Format(size)}; {diff.Added.Count} added, {diff.Removed.Count} removed, {diff.Changed.Count} changed.");
        context.Out.WriteLine($"Next: hull {(definition.IsExtension ? "sysext build" : "build")} {CommandContext.Shorten(definition.FilePath)}");
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<(string Name, string Old, string New)> entries)
    {
        json.WriteStartArray(name);
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            json.WriteString("name", entry.Name);
            if (entry.Old.Length > 0)
            {
                json.WriteString("old", entry.Old);
            }

            if (entry.New.Length > 0)
            {
                json.WriteString("new", entry.New);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
