using Ironhull.Provisioning.Engine.Disks;

namespace Ironhull.Node.Tests;

/// <summary>Programs that only note how they are called, and devices that are files.</summary>
internal sealed class FakePrograms : IPrograms
{
    /// <summary>The calls.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>What they end with.</summary>
    public int ExitCode { get; init; }

    /// <summary>What they print, by their call; nothing when null.</summary>
    public Func<string, string>? Answer { get; init; }

    public bool Has(string name) => true;

    public (int ExitCode, string Output, string Errors) Run(string name, params IReadOnlyList<string> arguments)
    {
        Calls.Add($"{name} {string.Join(' ', arguments)}");
        return (ExitCode, Answer?.Invoke(Calls[^1]) ?? "", ExitCode == 0 ? "" : "no way");
    }
}
