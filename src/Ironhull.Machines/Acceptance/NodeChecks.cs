using static Ironhull.Machines.Acceptance.HostChecks;

namespace Ironhull.Machines.Acceptance;

/// <summary>The tests of <c>hull-node</c> on the booted machine.</summary>
internal static class NodeChecks
{
    /// <summary>All tests, in the order in which they run.</summary>
    public static IReadOnlyList<HostCheck> All { get; } =
    [
        new("node-program-runs", "hull-node, built from the same sources as hull, runs where IPE refuses code that is made while it runs", ProgramRuns),
    ];

    private static async Task<string> ProgramRuns(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        var version = (await machine.SshAsync("hull-node --version", cancel: cancel).ConfigureAwait(false)).Trim();
        Check.Equal($"hull-node {typeof(NodeChecks).Assembly.GetName().Version!.ToString(3)}", version, "hull-node --version");
        return version;
    }
}
