using Ironhull.Provisioning.Engine.Disks;

namespace Ironhull.Provisioning.Tests.Engine.Disks;

/// <summary>Programs that answer by a list: "blkid=TYPE=ext4" prints, "mdadm!" fails, "mkfs.btrfs-" is not there. All others print nothing.</summary>
internal sealed class ScriptedPrograms(string script, IPrograms? others = null) : IPrograms
{
    private readonly string[] _script = script.Split('|', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The calls; key files are "KEY".</summary>
    public List<string> Calls { get; } = [];

    public bool Has(string name) => !_script.Contains(name + "-");

    public (int ExitCode, string Output, string Errors) Run(string name, params IReadOnlyList<string> arguments)
    {
        var call = string.Join(' ', arguments.Select(a => a.Contains("/keys/", StringComparison.Ordinal) ? a[..(a.IndexOf('=', StringComparison.Ordinal) + 1)] + "KEY" : a).Prepend(name));
        Calls.Add(call);
        return _script.Any(s => s.EndsWith('!') && call.StartsWith(s[..^1], StringComparison.Ordinal)) ? (1, "", $"{name} does not want to")
            : _script.FirstOrDefault(s => s.Contains('=') && call.StartsWith(s[..s.IndexOf('=', StringComparison.Ordinal)], StringComparison.Ordinal)) is { } answer
                ? (0, answer[(answer.IndexOf('=', StringComparison.Ordinal) + 1)..].Replace(';', '\n'), "")
            : others?.Run(name, arguments) ?? (0, "", "");
    }
}
