using Ironhull.Node.CrashKernel;
using Ironhull.Node.Network;
using Ironhull.Node.Provisioning;
using Ironhull.Node.Reporting;
using Ironhull.Node.Resetting;

namespace Ironhull.Node.CommandLine;

/// <summary>Every command, in the order in which help lists them.</summary>
internal static class CommandList
{
    /// <summary>The commands.</summary>
    public static IReadOnlyList<NodeCommand> All { get; } = 
    [
        new ProvisionCommand(), new FailedCommand(), new DriftCommand(), new ApplyCommand(), new ResetCommand(),
        new NetworkLoadCommand(), new NetworkDownCommand(), new ReportReadyCommand(), new ReportFailedCommand(),
        new LoadCommand(), new UnloadCommand(), new StatusCommand(),
    ];

    /// <summary>Finds the command that the first words choose; of several the one with the most words.</summary>
    public static NodeCommand? Find(IReadOnlyList<string> words) =>
        All.Where(c => IsStart(c.Name.Split(' '), words)).OrderByDescending(c => c.Name.Length).FirstOrDefault();

    private static bool IsStart(string[] name, IReadOnlyList<string> words) => name.Length <= words.Count && name.SequenceEqual(words.Take(name.Length));
}
