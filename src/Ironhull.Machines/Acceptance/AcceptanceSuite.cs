using Ironhull.Diagnostics;

namespace Ironhull.Machines.Acceptance;

/// <summary>
/// Boots a production image, unchanged, and looks whether it is what it claims to be. Configuration reaches the machine
/// through firmware credentials only. Tests of the group "host" share one machine; "instance" boots a second one and
/// compares; the others boot what an attacker would, or what an addon changes.
/// </summary>
public static class AcceptanceSuite
{
    private const string Host = "host/";
    private const string Instances = "instance/identities-are-unique";
    private const string InstancesTitle = "Host keys, machine-id, disk and ROOT identifiers differ between two machines of one image";
    private const string Boots = "host/boots-to-multi-user";
    private const string BootsTitle = "The image boots under Secure Boot to multi-user.target";

    /// <summary>Every test, in the order in which they run.</summary>
    public static IReadOnlyList<AcceptanceTest> Tests { get; } =
    [
        new(Boots, BootsTitle, "host", Fast: true),
        .. HostChecks.All.Select(c => new AcceptanceTest(Host + c.Name, c.Title, "host", Fast: true)),
        new(MeasuredChecks.Predicted, MeasuredChecks.PredictedTitle, "measured", Fast: true),
        new(AttestChecks.Name, AttestChecks.Title, "attest", Fast: true),
        .. BootChecks.All.Select(c => new AcceptanceTest(c.Name, c.Title, c.Name[..c.Name.IndexOf('/', StringComparison.Ordinal)], c.Fast)),
        new(Instances, InstancesTitle, "instance"),
        new(DenialWatch.Name, DenialWatch.Title, "denials", Fast: true),
    ];

    /// <summary>The tests that a filter selects.</summary>
    /// <param name="filter">Parts of names, parted by commas; null or empty selects all.</param>
    /// <param name="fast">Only those of the fast subset.</param>
    /// <exception cref="HullException">HULL7010: a part selects nothing.</exception>
    public static IReadOnlyList<AcceptanceTest> Select(string? filter, bool fast = false)
    {
        var parts = (filter ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        IReadOnlyList<AcceptanceTest> tests = fast ? [.. Tests.Where(t => t.Fast)] : Tests;
        foreach (var part in parts)
        {
            if (!tests.Any(t => t.Name.Contains(part, StringComparison.OrdinalIgnoreCase)))
            {
                throw MachineErrors.NoSuchTest.Error($"'{part}' is not a part of any test's name{(fast ? " in the fast subset" : "")}.");
            }
        }

        return parts.Length == 0 ? tests : [.. tests.Where(t => parts.Any(p => t.Name.Contains(p, StringComparison.OrdinalIgnoreCase)))];
    }

    /// <summary>Runs the selected tests.</summary>
    /// <param name="options">What and how.</param>
    /// <param name="cancel">Ends every machine and stops.</param>
    /// <returns>One result for each selected test, in order. A test that fails is a result, not an exception.</returns>
    /// <exception cref="HullException">HULL7001 to HULL7004, HULL7010, HULL60xx, HULL10xx: nothing can be tested at all.</exception>
    public static async Task<IReadOnlyList<AcceptanceResult>> RunAsync(AcceptanceOptions options, CancellationToken cancel = default)
    {
        var selected = Select(options.Filter, options.Fast);
        var folder = Directory.CreateTempSubdirectory("hull-test-");
        try
        {
            using var image = await ImageDisk.OpenAsync(options.ImagePath, folder.FullName, cancel).ConfigureAwait(false);
            var run = new Run(options, image, folder.FullName, selected);
            await run.AllAsync(cancel).ConfigureAwait(false);
            return run.Results;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class Run(AcceptanceOptions options, ImageDisk image, string folder, IReadOnlyList<AcceptanceTest> selected)
    {
        // What makes an instance itself, one fact a line. The first connection waits for the keys to be made.
        private const string IdentityCommand =
            "for k in ed25519 ecdsa; do echo host-key-$k $(cut -d' ' -f2 /etc/ssh/ssh_host_${k}_key.pub); done; echo machine-id $(cat /etc/machine-id); " +
            "echo disk-guid $(sfdisk --disk-id $(realpath /dev/disk/by-id/virtio-system)); echo root-partition $(lsblk -ndo PARTUUID $(realpath /dev/disk/by-partlabel/ROOT)); " +
            "echo root-file-system $(findmnt -no UUID /)";

        private readonly List<AcceptanceResult> _results = [];
        private readonly DenialWatch _watch = new(options);
        private string? _firstIdentity;
        private string? _secondIdentity;

        public IReadOnlyList<AcceptanceResult> Results => _results;

        public async Task AllAsync(CancellationToken cancel)
        {
            var host = selected.Where(t => t.Group == "host" || t.Name is MeasuredChecks.Predicted or AttestChecks.Name).ToList();
            var instances = selected.FirstOrDefault(t => t.Group == "instance");
            if (host.Count > 0 || instances is not null)
            {
                await HostAsync(host, instances is not null, cancel).ConfigureAwait(false);
            }

            await BootsAsync(cancel).ConfigureAwait(false);
            if (instances is not null)
            {
                await TestAsync(instances, () => InstancesAsync(cancel), cancel).ConfigureAwait(false);
            }

            // A denial is a failure whatever was selected.
            var denials = Tests.First(t => t.Name == DenialWatch.Name);
            if (selected.Contains(denials) || _watch.HasFound)
            {
                await TestAsync(denials, () => Task.FromResult(_watch.Require()), cancel).ConfigureAwait(false);
            }
        }

        private async Task BootsAsync(CancellationToken cancel)
        {
            await using var kept = new SealedMachine(options, image, folder, Keep, _watch);
            await using var addons = new AddonMachine(options, image, folder, Keep, _watch, BootedAsync);
            await using var audit = new AuditMachine(image, folder, Keep, _watch);
            foreach (var check in BootChecks.All)
            {
                if (selected.FirstOrDefault(t => t.Name == check.Name) is { } test)
                {
                    // One machine at a time: two would slow each other down.
                    if (!check.Name.StartsWith(AddonMachine.Group, StringComparison.Ordinal))
                    {
                        await addons.DisposeAsync().ConfigureAwait(false);
                    }

                    if (!AuditMachine.IsFor(check.Name))
                    {
                        await audit.DisposeAsync().ConfigureAwait(false);
                    }

                    var own = Directory.CreateDirectory(Path.Combine(folder, check.Name.Replace('/', '-'))).FullName;
                    var context = new BootChecks.BootContext(options, image, own, machine => Keep(machine, check.Name), kept, addons, audit, _watch);
                    await TestAsync(test, () => check.Run(context, cancel), cancel).ConfigureAwait(false);
                    Directory.Delete(own, recursive: true);
                }
            }

        }

        private async Task HostAsync(List<AcceptanceTest> tests, bool identity, CancellationToken cancel)
        {
            Say("starting a machine");
            await using var machine = await Machines.Machine.StartAsync(Machine(), cancel).ConfigureAwait(false);
            Say($"booting ({machine.Accelerator.ToString().ToUpperInvariant()}, at most {options.BootTimeout.TotalSeconds:F0} s)");
            var start = TimeProvider.System.GetTimestamp();
            string? failure = null;
            try
            {
                await machine.WaitForBootAsync(cancel).ConfigureAwait(false);
                await machine.ConnectAsync(cancel).ConfigureAwait(false);
                // The boot is over when every job has ended; what follows looks at a system at rest.
                await machine.SshAsync("systemctl is-system-running --wait >/dev/null; systemctl is-active --quiet multi-user.target", cancel: cancel).ConfigureAwait(false);
            }
            catch (HullException error)
            {
                failure = error.Message;
            }

            Keep(machine, "host");
            var boot = TimeProvider.System.GetElapsedTime(start);
            foreach (var test in tests)
            {
                if (test.Name == Boots)
                {
                    Report(new(test.Name, test.Title, failure is null ? AcceptanceOutcome.Passed : AcceptanceOutcome.Failed, boot, failure ?? $"reached in {boot.TotalSeconds:F0} s"));
                    continue;
                }

                Task<string> Look() => test.Name switch
                {
                    MeasuredChecks.Predicted => MeasuredChecks.RunAsync(machine, image, options, cancel),
                    AttestChecks.Name => AttestChecks.RunAsync(machine, image, options, cancel),
                    _ => HostChecks.All.First(c => Host + c.Name == test.Name).Run(machine, options, cancel),
                };
                await TestAsync(test, () => failure is null ? Look() : throw new CheckFailedException("The machine did not boot."), cancel).ConfigureAwait(false);
            }

            if (identity && failure is null)
            {
                var result = await machine.TrySshAsync(IdentityCommand, cancel: cancel).ConfigureAwait(false);
                _firstIdentity = result.Succeeded ? result.Output : null;
            }
        }

        /// <summary>Told of the first boot of every other machine of the same image: one of them is the second instance.</summary>
        private async Task BootedAsync(Machine machine, CancellationToken cancel)
        {
            if (_firstIdentity is not null)
            {
                _secondIdentity ??= await machine.SshAsync(IdentityCommand, cancel: cancel).ConfigureAwait(false);
            }
        }

        private async Task<string> InstancesAsync(CancellationToken cancel)
        {
            var first = _firstIdentity ?? throw new CheckFailedException("The first machine did not boot, or has no identity.");
            if (_secondIdentity is null)
            {
                Say("booting a second machine of the same image");
                await using var machine = await Machines.Machine.StartAsync(Machine(), cancel).ConfigureAwait(false);
                await machine.WaitForBootAsync(cancel).ConfigureAwait(false);
                await machine.ConnectAsync(cancel).ConfigureAwait(false);
                await BootedAsync(machine, cancel).ConfigureAwait(false);
                Keep(machine, "instance");
            }

            return Identities.Compare(first, _secondIdentity!);
        }

        private async Task TestAsync(AcceptanceTest test, Func<Task<string>> run, CancellationToken cancel)
        {
            var start = TimeProvider.System.GetTimestamp();
            var outcome = AcceptanceOutcome.Passed;
            string message;
            try
            {
                message = await run().ConfigureAwait(false);
            }
            catch (CheckSkippedException skipped)
            {
                (outcome, message) = (AcceptanceOutcome.Skipped, skipped.Message);
            }
            catch (Exception failure) when (failure is CheckFailedException or HullException or IOException && !cancel.IsCancellationRequested)
            {
                (outcome, message) = (AcceptanceOutcome.Failed, failure.Message);
            }

            Report(new(test.Name, test.Title, outcome, TimeProvider.System.GetElapsedTime(start), message));
        }

        private MachineOptions Machine() => _watch.Options(options.ImagePath);

        private void Keep(Machine machine, string name)
        {
            if (options.LogFolder is not null)
            {
                Directory.CreateDirectory(options.LogFolder);
                File.WriteAllText(Path.Combine(options.LogFolder, name.Replace('/', '-') + ".console.log"), machine.ConsoleText);
            }
        }

        private void Say(string text) => options.Progress?.Report(new(text));

        private void Report(AcceptanceResult result)
        {
            _results.Add(result);
            var word = result.Outcome switch { AcceptanceOutcome.Passed => "ok", AcceptanceOutcome.Failed => "FAILED", _ => "skipped" };
            options.Progress?.Report(new($"{word} {result.Name} ({result.Duration.TotalSeconds:F1} s)", result));
        }
    }
}
