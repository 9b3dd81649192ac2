using Ironhull.Provisioning.Engine.Disks;

namespace Ironhull.Provisioning.Tests.Engine.Disks;

/// <summary>Programs of this machine, which are given the files that stand for devices.</summary>
internal sealed class FilePrograms(FileDevices devices) : IPrograms
{
    private readonly HostPrograms _host = new();

    public bool Has(string name) => _host.Has(name);

    public (int ExitCode, string Output, string Errors) Run(string name, params IReadOnlyList<string> arguments) =>
        _host.Run(name, [.. arguments.Select(a => devices.Files.GetValueOrDefault(a, a))]);
}

/// <summary>Writes every call down, with the contents of key files in place of their names.</summary>
/// <param name="answer">What a call prints; null for what the real program does.</param>
/// <param name="real">The real programs.</param>
internal sealed class RecordedPrograms(Func<string, string?> answer, IPrograms? real = null) : IPrograms
{
    public RecordedPrograms(Func<string, string?> answer, List<string> calls)
        : this(answer) => Calls = calls;

    public List<string> Calls { get; } = [];

    /// <summary>Programs that the machine does not have.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    public bool Has(string name) => !Missing.Contains(name);

    public (int ExitCode, string Output, string Errors) Run(string name, params IReadOnlyList<string> arguments)
    {
        var call = string.Join(' ', arguments.Select(a => a.Contains("/keys/", StringComparison.Ordinal) && File.Exists(a) ? $"KEY({File.ReadAllText(a)})" : a).Prepend(name));
        Calls.Add(call);
        return answer(call) is { } text ? (0, text, "") : real!.Run(name, arguments);
    }
}
