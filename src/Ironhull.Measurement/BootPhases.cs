namespace Ironhull.Measurement;

/// <summary>
/// The phases of a boot that systemd-pcrextend measures into PCR 11, as the services in an image say. A service counts
/// when a unit wants it and its ConditionKernelCommandLine= holds; other conditions of its own are not looked at, and a
/// mask in <c>/etc</c> is unknown to an image.
/// </summary>
/// <param name="initrd">The initrd's files, or null without one.</param>
/// <param name="usr">Paths in /usr, without "/usr"; none for an image without a /usr partition.</param>
internal sealed class BootPhases(InitrdFiles? initrd, IReadOnlyCollection<string> usr)
{
    private const string Initrd = "systemd-pcrphase-initrd.service";
    private const string Condition = "ConditionKernelCommandLine=";

    // systemd-pcrphase(8): the words that each service measures when it starts, and the initrd's when it stops.
    private static readonly (string Unit, string Phase)[] s_host = [("systemd-pcrphase-sysinit.service", "sysinit"), ("systemd-pcrphase.service", "ready")];

    private readonly bool _initrd = initrd is not null && IsWanted(Initrd, initrd.Paths);
    private readonly IReadOnlyList<string> _conditions = initrd is null ? [] : ConditionsOf(initrd, Initrd);
    private readonly IReadOnlyList<string> _host = [.. s_host.Where(h => IsWanted(h.Unit, usr)).Select(h => h.Phase)];

    /// <summary>The phases, in order, up to the running system.</summary>
    /// <param name="commandLine">The kernel's command line, with what addons add.</param>
    public IReadOnlyList<string> With(string commandLine)
    {
        var words = commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return _initrd && _conditions.All(c => Holds(c, words)) ? ["enter-initrd", "leave-initrd", .. _host] : _host;
    }

    private static bool IsWanted(string unit, IEnumerable<string> paths) => paths.Any(p =>
        p.Contains("/systemd/system/", StringComparison.Ordinal) && p.EndsWith("/" + unit, StringComparison.Ordinal)
        && (p.Contains(".wants/", StringComparison.Ordinal) || p.Contains(".requires/", StringComparison.Ordinal)));

    private static List<string> ConditionsOf(InitrdFiles initrd, string unit) =>
    [
        .. initrd.Paths.Where(p => p.EndsWith("/" + unit, StringComparison.Ordinal) || p.Contains($"/{unit}.d/", StringComparison.Ordinal))
            .SelectMany(p => (initrd.Text(p) ?? "").Split('\n'))
            .Select(l => l.Trim())
            .Where(l => l.StartsWith(Condition, StringComparison.Ordinal))
            .Select(l => l[Condition.Length..]),
    ];

    // systemd.unit(5): a word, or the name of one that has a value; "!" in front negates.
    private static bool Holds(string condition, string[] words)
    {
        var wanted = condition.TrimStart('!');
        var found = words.Any(w => w == wanted || (!wanted.Contains('=', StringComparison.Ordinal) && w.StartsWith(wanted + '=', StringComparison.Ordinal)));
        return found != condition.StartsWith('!');
    }
}
