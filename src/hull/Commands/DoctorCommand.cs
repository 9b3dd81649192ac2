using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Cli.Prerequisites;
using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;
using Ironhull.Machines.Host;
using Ironhull.Machines.Qemu;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull doctor</c>.</summary>
internal sealed class DoctorCommand : HullCommand
{
    private const long WantedSpace = 6L << 30;

    /// <summary>The command.</summary>
    public DoctorCommand()
        : base("doctor", "say what this machine lacks, without changing anything")
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull doctor", "list what is there and what is missing"),
        new("hull doctor --format json", "the same for a script; the exit code is 3 when something is missing"),
    ];

    /// <inheritdoc/>
    public override string Notes => "Composing images (hull lock, hull build) needs nothing but hull itself; running and testing them does.";

    /// <inheritdoc/>
    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var path = context.Host.Variable("PATH") ?? "";
        var missing = PrerequisiteCheck.Missing(path);
        var kvm = await KvmWorksAsync(cancellation).ConfigureAwait(false);
        var space = FreeSpace(context.CacheFolder);
        if (context.IsJson)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("ok", missing.Count == 0);
                json.WriteStartArray("prerequisites");
                foreach (var p in Prerequisite.All)
                {
                    json.WriteStartObject();
                    json.WriteString("package", p.Package);
                    json.WriteBoolean("present", !missing.Contains(p));
                    json.WriteString("for", Word(p.For));
                    json.WriteString("why", p.Why);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteBoolean("kvm", kvm);
                json.WriteNumber("freeBytes", space);
                json.WriteEndObject();
            });
        }
        else
        {
            var table = new TextTable("", "package", "for", "why");
            foreach (var p in Prerequisite.All)
            {
                table.Add(missing.Contains(p) ? "MISSING" : "ok", p.Package, Word(p.For), p.Why);
            }

            table.Add(kvm ? "ok" : "slow", "KVM", "run", kvm ? "hardware virtualisation" : "does not work here: machines are emulated, which takes several times as long");
            table.Add(
                space >= WantedSpace ? "ok" : "LOW", "disk space", "build",
                $"{ByteSize.Format(space)} free in {context.CacheFolder}; the container host takes about {ByteSize.Format(WantedSpace)} with caches and every output");
            context.Out.Write(table.ToString());
            context.Out.WriteLine(missing.Count == 0 ? "Nothing is missing." : $"{missing.Count} missing: run './hull setup'.");
        }

        return missing.Count == 0 ? ExitCodes.Success : ExitCodes.For(ErrorCategory.Environment);
    }

    private static string Word(Purpose purpose) => purpose.ToString().ToLowerInvariant();

    // Tried, not guessed: a KVM that opens may still be unable to run a machine. Without QEMU there is nothing to try it with.
    private static async Task<bool> KvmWorksAsync(CancellationToken cancellation) =>
        HostTool.TryFind("qemu-system-x86_64") is { } qemu
        && await Accelerator.FindAsync(qemu, cancellation).ConfigureAwait(false) == AcceleratorKind.Kvm;

    private static long FreeSpace(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return 0;
        }
    }
}
