using System.Text.RegularExpressions;
using Ironhull.Diagnostics;

namespace Ironhull.Machines.Acceptance;

/// <summary>
/// Every machine that the suite boots is asked at its end, before it is shut down and before it is ended: what did SELinux or IPE deny that no test has
/// provoked? The tests get the options of their machines here, so that none goes unasked.
/// </summary>
internal sealed partial class DenialWatch(AcceptanceOptions options)
{
    /// <summary>The test that fails when any machine answers with something.</summary>
    public const string Name = "denials/nothing-was-denied-on-any-machine";

    /// <summary>Its title.</summary>
    public const string Title = "On no machine that a test booted SELinux or IPE denied anything that no test had provoked";

    private const int MostKept = 50;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    // The last line counts the kernel's audit records: an empty answer of a journal without any would mean nothing.
    private const string Command =
        "journalctl -b -o cat | grep -E 'avc: +denied|USER_AVC|SELINUX_ERR|audit: type=1401|ipe_op=' | sort -u | head -n 2000 || true; journalctl -b -o cat _TRANSPORT=audit | wc -l";

    private readonly List<string> _found = [];
    private int _asked;
    private int _records;

    /// <summary>Options of a machine that is asked.</summary>
    /// <param name="image">Its disk image.</param>
    public MachineOptions Options(string image) => new()
    {
        ImagePath = image,
        KeysFolder = options.KeysFolder,
        Accelerator = options.Accelerator,
        BootTimeout = options.BootTimeout,
        BeforeEnd = machine => AskAsync(machine, Path.GetFileNameWithoutExtension(image)),
    };

    /// <summary>Asks a machine now; what it answers is kept.</summary>
    public async Task AskAsync(Machine machine, string name)
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            var (records, denials) = await UnprovokedAsync(machine, patience.Token).ConfigureAwait(false);
            _asked++;
            _records += records;
            _found.AddRange(denials.Take(MostKept).Select(d => $"{name}: {d}"));
        }
        catch (Exception failure) when (failure is HullException or CheckFailedException or OperationCanceledException)
        {
            _found.Add($"{name}: the machine could not be asked: {failure.Message}");
        }
    }

    /// <summary>Whether some machine had something to say.</summary>
    public bool HasFound => _found.Count > 0;

    /// <summary>Fails with all that was found.</summary>
    public string Require()
    {
        Check.None(_found, "denials that no test has provoked");
        return _asked > 0
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_asked} times machines were asked, among {_records} audit records no denial that no test has provoked")
            : throw new CheckSkippedException("no machine was booted so far that it can be asked");
    }

    /// <summary>The denials since boot that no test has provoked.</summary>
    /// <exception cref="CheckFailedException">The audit records are not in the journal.</exception>
    public static async Task<(int Records, IReadOnlyList<string> Denials)> UnprovokedAsync(Machine machine, CancellationToken cancel)
    {
        var lines = Check.Lines(await machine.SshAsync(Command, cancel: cancel).ConfigureAwait(false));
        Check.That(lines.Count > 0 && int.TryParse(lines[^1], out var count) && count > 0, "The kernel's audit records are not in the journal.");
        return (int.Parse(lines[^1], System.Globalization.CultureInfo.InvariantCulture), [.. Unprovoked(lines.SkipLast(1)).DistinctBy(d => Serial().Replace(d, ""))]);
    }

    /// <summary>The records that tell of a denial no test has provoked.</summary>
    /// <param name="records">Lines of the journal.</param>
    public static IEnumerable<string> Unprovoked(IEnumerable<string> records) => records.Where(r => !Provoked().IsMatch(r));

    // Line by line: a container tries the host's files and those of other pods; a pod asks for a domain of the host's; root tries to change the policy; the
    // probe maps anonymous memory; programs that were copied somewhere, the probe in a memfd and on a volume without a signature, and
    // the programs of ordinary container images are refused, or recorded by the audit profile.
    [GeneratedRegex("""
        avc:\ +denied\ .*\ scontext=system_u:system_r:container_t:s0:c\d+,c\d+\ tcontext=\w+:object_r:(shadow|sshd_key|init_var_lib|var_lib|random_seed|etc|user_home_dir|var_log|var_run|usr|container_runtime|container_file)_t:
        |avc:\ +denied\ +{\ create\ }\ .*comm="crun".*\ tcontext=system_u:system_r:init_t:s0:c\d+,c\d+\ tclass=key
        |avc:\ +denied\ +{\ (setenforce|setbool|load_policy)\ }\ .*\ scontext=unconfined_u:
        |avc:\ +denied\ .*comm="probe"
        |ipe_op=\w+\ .*path="[^"]*/acceptance-
        |ipe_op=KMODULE\ .*path="/var/tmp/(dummy|unsigned)
        |ipe_op=EXECUTE\ .*comm="(probe|memfd:probe)"
        |ipe_op=EXECUTE\ .*path="/usr/bin/probe"
        |ipe_op=EXECUTE\ .*path="/usr/bin/busybox"\ dev="overlay"
        """, RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Provoked();

    // What differs between records of the same denial.
    [GeneratedRegex(@"audit\([\d.:]+\)| (pid|ino)=\d+| s0:c\d+,c\d+", RegexOptions.CultureInvariant)]
    private static partial Regex Serial();
}
