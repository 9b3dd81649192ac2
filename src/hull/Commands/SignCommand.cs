using System.CommandLine;
using System.Text;
using System.Text.Json;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Compose.Build;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Extensions;
using Ironhull.Compose.Inspection;
using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Io;
using Ironhull.Signing;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull sign</c>.</summary>
internal sealed class SignCommand : HullCommand
{
    private readonly Argument<string> _folder = new("FOLDER") { Description = "the folder that 'hull build --defer-signing' wrote" };
    private readonly SignerOptions _signer = new();

    /// <summary>The command.</summary>
    public SignCommand()
        : base("sign", "sign an image that was built with --defer-signing")
    {
        Add(_folder);
        _signer.AddTo(this);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull sign out/container-host --keys keys", "with key files"),
        new("hull sign out/container-host --certificate certificates --command sign-with-hsm", "with keys that lie elsewhere"),
    ];

    /// <inheritdoc/>
    public override string Notes => "No other byte changes: the result equals that of a build that signed at once. Every disk format in the folder is written again.";

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var folder = context.Get(_folder)!;
        var (inputs, report) = ReadManifest(folder);
        using var keys = _signer.Open(context);
        using var busy = OutputLock.Take(folder);
        long timestamp;
        var raw = Path.Combine(folder, $"{report.Image}.signing.partial-{Environment.ProcessId}");
        var temporary = new List<string> { raw };
        try
        {
            using (var image = OpenImage.Open(Path.Combine(folder, report.Outputs[0].Name)))
            {
                timestamp = image.BuildTimeSeconds;
                image.CopyTo(raw);
            }

            using (var stage = context.Progress.Begin("Sign"))
            using (var disk = new FileStream(raw, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                ImageSigner.Sign(disk, keys, report.Image);
                stage.Complete();
            }

            var disks = report.Outputs.Where(o => ImageDefinition.Formats.Words.Contains(o.Kind)).ToList();
            var formats = disks.Select(o => ImageDefinition.Formats.Items.First(f => f.Word == o.Kind).Value).ToList();
            using (var stage = context.Progress.Begin("Write outputs"))
            {
                var addons = OutputWriter.Addons(raw, AddonOutputs.Sign(report.Outputs, folder, keys.SignerOf(SigningRole.BootCode)), folder, report.Image);
                var signed = OutputWriter.Convert(raw, report.Image, formats, folder, timestamp, temporary, cancellation);
                var others = report.Outputs.Except(disks).Where(o => o.Kind is not (AddonOutputs.Kind or PredictedRegisters.Kind)).ToList();
                report = report with { Outputs = [.. signed, .. addons, .. ExtensionBeside.Sign(others, folder, keys)] };
                stage.Complete();
            }

            var (registers, note) = PredictedRegisters.Write(folder, report.Image, report.Version, _signer.Folder(context), report.Outputs);
            report = registers is null ? report with { Notes = [note] } : report with { Outputs = [.. report.Outputs, registers] };
        }
        finally
        {
            foreach (var path in temporary)
            {
                File.Delete(path);
            }
        }

        // No build may take these outputs for its own: they are no longer what it wrote.
        OutputManifest.Write(folder, Sha256Digest.Of(Encoding.ASCII.GetBytes($"signed {inputs}")), report);
        context.EndProgress();
        var table = new TextTable("output", ">size", "SHA-256");
        foreach (var output in report.Outputs)
        {
            table.Add(CommandContext.Shorten(Path.Combine(folder, output.Name)), ByteSize.Format(output.Size), output.Sha256);
        }

        if (context.IsJson)
        {
            context.WriteJson(json =>
            {
                json.WriteStartArray();
                foreach (var output in report.Outputs)
                {
                    json.WriteStartObject();
                    json.WriteString("name", output.Name);
                    json.WriteString("sha256", output.Sha256);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
        }
        else
        {
            foreach (var note in report.Notes)
            {
                context.Out.WriteLine($"note: {note}");
            }

            context.Out.Write($"{table}Next: hull run --image {CommandContext.Shorten(folder)}\n");
        }

        return Task.FromResult(ExitCodes.Success);
    }

    private static (Sha256Digest Inputs, BuildReport Report) ReadManifest(string folder)
    {
        var path = Path.Combine(folder, OutputManifest.FileName);
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var inputs = Sha256Digest.Parse(json.RootElement.GetProperty("inputs").GetString());
            if (OutputManifest.TryReuse(folder, inputs) is { Outputs.Count: > 0 } report && report.RootHash.Length > 0)
            {
                return (inputs, report);
            }
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw DefinitionErrors.NoImage.Error($"'{path}' cannot be read: {e.Message}", new Location(path), "Name the folder that 'hull build --defer-signing' wrote.", e);
        }

        throw DefinitionErrors.NoImage.Error("The outputs are no disks, or were changed after the build.", new Location(folder), "Build again with --defer-signing, then sign.");
    }
}
