using Ironhull.Diagnostics;
using Ironhull.Node.CommandLine;
using Ironhull.Provisioning.Reporting;

namespace Ironhull.Node.Reporting;

/// <summary><c>hull-node report ready</c>: the machine is up. It is said once in the machine's life, which a file remembers.</summary>
internal sealed class ReportReadyCommand() : ReportCommand("report ready", "tell the platform, once, that this machine is ready", TimeSpan.FromMinutes(15))
{
    private const string Record = "/var/lib/ironhull/reported-ready";

    /// <inheritdoc/>
    public override IReadOnlyList<CommandOption> Options => [.. Common, new("record", "FILE", $"the file that says that it was told ({Record})")];

    /// <inheritdoc/>
    public override int Run(NodeHost host, CommandArguments arguments)
    {
        var record = arguments["record"] ?? Record;
        if (File.Exists(record))
        {
            host.Out.WriteLine("reported before");
        }
        else if (Send(host, arguments, MachineReport.Ready))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(record))!);
            File.WriteAllText(record, "");
        }

        return ExitCodes.Success;
    }
}
