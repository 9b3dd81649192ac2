using System.Diagnostics;
using Ironhull.Packages.Debian;
using Ironhull.Resolution.Debian;
using Xunit;

namespace Ironhull.Resolution.Tests;

/// <summary>Compares results with those of <c>apt-get install</c> in an empty root with the same indices.</summary>
public sealed class AptOracleTests(Archive archive, ITestOutputHelper output) : IClassFixture<Archive>
{
    /// <summary>How many lists are drawn from the whole archive.</summary>
    private const int Lists = 56;

    /// <summary>How many lists are drawn from packages that conflict with others or choose among alternatives.</summary>
    private const int HardLists = 24;

    /// <summary>
    /// Why results differ. A difference counts as explained when the test itself proves it to be of one of these
    /// kinds; anything else fails.
    /// </summary>
    private enum Difference
    {
        /// <summary>Not explained: a bug.</summary>
        None,

        /// <summary>
        /// Providers of a virtual package that differ in nothing that matters: apt takes the one that its cache met
        /// last while reading the indices, we take the last by name. Proof: with apt's choice requested as well, the results are equal.
        /// </summary>
        ProviderTie,

        /// <summary>
        /// apt takes the leftmost alternative although something chosen before conflicts with it, and takes that back
        /// afterwards; we keep what is chosen. Proof: the alternative cannot be added to our result, and with apt's choice requested as well the results are equal.
        /// </summary>
        AptTookBack,

        /// <summary>apt gives up ("unmet dependencies") where a solution exists. Proof: apt takes our result when every package of it is requested.</summary>
        AptGaveUp,
    }

    /// <summary>
    /// The lists that differed with trixie as of 13.8 and its updates, 56 and up drawn from the harder packages. The archive moves and lists with it, so
    /// what decides is the proof that the test makes for each difference; a difference that is not in here is marked as new.
    /// </summary>
    private static readonly SortedDictionary<int, (Difference Kind, string Where)> Table = new()
    {
        [46] = (Difference.ProviderTie, "librust-clap-builder-dev needs librust-strsim-0+default-dev: librust-strsim-dev, apt has librust-strsim-0.10-dev"),
        [58] = (Difference.ProviderTie, "as 46"),
        [62] = (Difference.AptGaveUp, "libpolkit-qt5-1-1 needs 'default-logind | logind': only elogind goes with the requested sysvinit, and apt does not try it"),
        [77] = (Difference.ProviderTie, "devscripts needs 'sopv | gpgv': sqopv, apt has sopv-gpgv"),
        [79] = (Difference.AptTookBack, "libbjack-ocaml-dev needs libjack-dev after libjack-jackd2-0, which conflicts with it, is chosen: libjack-jackd2-dev, apt has libjack-dev"),
    };

    private static readonly string[] ContainerHost =
    [
        "linux-image-cloud-amd64", "systemd", "systemd-sysv", "systemd-boot-efi", "systemd-cryptsetup", "systemd-repart", "systemd-resolved", "systemd-timesyncd",
        "udev", "dbus-broker", "libpam-systemd", "libnss-systemd", "containerd", "crun", "nftables", "iptables", "conntrack", "ethtool", "socat", "openssh-server",
        "util-linux", "mount", "login", "passwd", "kmod", "e2fsprogs", "dosfstools", "procps", "iproute2", "iputils-ping", "ca-certificates", "selinux-policy-default",
        "selinux-utils", "libpam-modules", "bash", "coreutils", "grep", "sed", "gawk", "findutils", "tar", "gzip", "zstd", "less", "tzdata", "netbase", "base-files",
        "base-passwd", "libc-bin", "tpm-udev", "libtss2-esys-3.0.2-0t64", "libtss2-tcti-device0t64", "libtss2-mu-4.0.1-0t64", "libtss2-rc0t64", "cryptsetup-bin", "systemd-container",
    ];

    [Fact]
    public void Resolve_ContainerHost_EqualsApt()
    {
        var request = new ResolutionRequest { Install = ContainerHost, IncludeEssential = false };
        var watch = Stopwatch.StartNew();
        var solution = Assert.IsType<Solution>(Resolver.Resolve(archive.Universe, request));
        var first = watch.Elapsed;
        Assert.Equal(archive.Apt.Install(ContainerHost), Names(solution));
        watch.Restart();
        Resolver.Resolve(archive.Universe, request);
        output.WriteLine($"container host: {solution.Packages.Count} packages, equal to apt's, index {archive.UniverseTime.TotalMilliseconds:F0} ms, first {first.TotalMilliseconds:F1} ms, warm {watch.Elapsed.TotalMilliseconds:F1} ms, {solution.Statistics}");
    }

    [Fact]
    public void Resolve_ContainerHostWithEssentialPackages_EqualsAptAskedForThem()
    {
        var essential = archive.Universe.EssentialNames();
        var solution = Assert.IsType<Solution>(Resolver.Resolve(archive.Universe, new ResolutionRequest { Install = ContainerHost }));
        Assert.Equal(archive.Apt.Install([.. ContainerHost, .. essential.Except(ContainerHost)]), Names(solution));
        output.WriteLine($"container host with {essential.Count} essential packages: {solution.Packages.Count}, equal to apt's");
    }

    [Fact]
    public void Resolve_ContainerHostWithRecommendedPackages_EqualsApt()
    {
        var request = new ResolutionRequest { Install = ContainerHost, IncludeEssential = false, IncludeRecommended = true };
        var solution = Assert.IsType<Solution>(Resolver.Resolve(archive.Universe, request));
        Assert.Equal(archive.Apt.Install(ContainerHost, recommends: true), Names(solution));
        output.WriteLine($"container host with recommended packages: {solution.Packages.Count}, equal to apt's");
    }

    [Fact]
    public void Resolve_ContainerHostWithoutPackageManagers_IsReachedByTheWaiversTheResolverProposes()
    {
        var request = new ResolutionRequest
        {
            Install = ContainerHost,
            Exclude = ["dpkg", "perl-base", "debconf", "initramfs-tools", "dracut", "python3-minimal"],
            Waivers = [new DependencyWaiver("linux-image-*", "initramfs-tools | linux-initramfs-tool"), new DependencyWaiver("*", "debconf | debconf-2.0")],
        };
        var result = Resolver.Resolve(archive.Universe, request);
        var given = request.Waivers.Count;
        while (result is Failure failure && request.Waivers.Count < given + 20)
        {
            output.WriteLine(failure.Message + "\n" + failure.Remedy);
            var fix = failure.Fixes.First(f => f.Steps.All(s => s.Kind == FixKind.AddWaiver));
            Assert.IsType<Solution>(Resolver.Resolve(archive.Universe, fix.Request));
            // The last requirement of the argument is the one nearest to the exclusion.
            var last = failure.Core.Last(c => c.Kind == ClauseKind.Requires);
            request = request with { Waivers = [.. request.Waivers, new DependencyWaiver(last.Subject!.Name, last.Text)] };
            result = Resolver.Resolve(archive.Universe, request);
        }

        var solution = Assert.IsType<Solution>(result);
        Assert.Empty(solution.Warnings);
        Assert.DoesNotContain(solution.Packages, p => request.Exclude.Contains(p.Candidate.Name));
        output.WriteLine($"{solution.Packages.Count} packages with {request.Waivers.Count} waivers: {string.Join("; ", request.Waivers)}");
    }

    [Fact]
    public void Resolve_ListsDrawnFromTheArchive_EqualApt()
    {
        var packages = archive.Packages.DistinctBy(p => p.Name, StringComparer.Ordinal).ToArray();
        var names = packages.Select(p => p.Name).ToArray();
        var hard = packages.Where(p => p.Conflicts.Contains("daemon", StringComparison.Ordinal) || p.Conflicts.Contains("-agent", StringComparison.Ordinal)
            || ((p.Conflicts.Length > 0 || p.Breaks.Length > 0 || p.Provides.Length > 0) && p.Depends.Contains(" | ", StringComparison.Ordinal))).Select(p => p.Name).ToArray();
        string[][] requests = [.. Enumerable.Range(0, Lists).Select(list => Draw(names, list)), .. Enumerable.Range(1000, HardLists).Select(list => Draw(hard, list))];
        var theirs = new IReadOnlyList<string>?[requests.Length];
        Parallel.For(0, requests.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i => theirs[i] = archive.Apt.Install(requests[i]));

        var watch = new Stopwatch();
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var bugs = new List<string>();
        for (var list = 0; list < requests.Length; list++)
        {
            watch.Start();
            var result = Resolver.Resolve(archive.Universe, Request(requests[list]));
            watch.Stop();
            var ours = result is Solution solution ? Names(solution) : null;
            if (Same(ours, theirs[list]))
            {
                Count(ours is null ? "both find no solution" : "equal");
                continue;
            }

            var (difference, where) = Explained(requests[list], result, theirs[list]);
            Count(difference.ToString());
            var known = Table.TryGetValue(list, out var entry) && entry.Kind == difference ? "" : " (new)";
            var line = $"list {list} ({string.Join(' ', requests[list])}): {difference}{known} {where}";
            if (theirs[list] is not null && ours is not null)
            {
                line += $"\n    only ours: {string.Join(' ', ours.Except(theirs[list]!))}\n    only apt's: {string.Join(' ', theirs[list]!.Except(ours))}";
            }

            output.WriteLine(line);
            if (difference == Difference.None)
            {
                bugs.Add(line);
            }
        }

        output.WriteLine($"{requests.Length} lists in {watch.ElapsedMilliseconds} ms: {string.Join(", ", counts.Select(c => $"{c.Value} {c.Key}"))}");
        Assert.True(bugs.Count == 0, string.Join('\n', bugs));

        void Count(string kind) => counts[kind] = counts.GetValueOrDefault(kind) + 1;
    }

    private (Difference, string) Explained(string[] request, ResolutionResult result, IReadOnlyList<string>? theirs)
    {
        if (result is not Solution found)
        {
            return (Difference.None, ((Failure)result).Message);
        }

        if (theirs is null)
        {
            var all = Names(found);
            return Same(archive.Apt.Install(all), all) ? (Difference.AptGaveUp, "") : (Difference.None, "apt does not take our result");
        }

        var attempts = 0;
        var kind = Difference.ProviderTie;
        return Pin(found, []) is { } pins ? (kind, string.Join("; ", pins)) : (Difference.None, "");

        // Tries apt's choice for one tie after another until the results are equal.
        List<string>? Pin(Solution solution, string[] pinned)
        {
            if (Same(Names(solution), theirs))
            {
                return [];
            }

            foreach (var (clause, ours, apts, tie) in Choices(solution, theirs))
            {
                if (attempts++ < 40 && Resolver.Resolve(archive.Universe, Request([.. request, .. pinned, apts])) is Solution next
                    && Pin(next, [.. pinned, apts]) is { } rest)
                {
                    kind = tie ? kind : Difference.AptTookBack;
                    return [$"{clause.Subject!.Name} needs '{clause.Text}': {ours} (ours), {apts} (apt)", .. rest];
                }
            }

            return null;
        }
    }

    /// <summary>
    /// Requirements met by a package that apt did not install, where apt has a provider that ranks the same but for
    /// its name (a tie), or one further left that conflicts with what we have.
    /// </summary>
    private IEnumerable<(Clause Clause, string Ours, string Theirs, bool Tie)> Choices(Solution solution, IReadOnlyList<string> theirs)
    {
        foreach (var clause in solution.Packages.Where(p => theirs.Contains(p.Candidate.Name)).SelectMany(p => solution.Problem.ClausesOf(p.Candidate)).Where(c => c.Kind == ClauseKind.Requires))
        {
            var ours = clause.Alternatives.FirstOrDefault(a => solution.Find(a.Name) is not null);
            if (ours is null || theirs.Contains(ours.Name))
            {
                continue;
            }

            foreach (var apts in clause.Alternatives.Where(a => theirs.Contains(a.Name) && solution.Find(a.Name) is null))
            {
                if (Rank(clause, ours) == Rank(clause, apts))
                {
                    yield return (clause, ours.Name, apts.Name, true);
                }
                else if (clause.Alternatives.Index().First(a => a.Item == apts).Index < clause.Alternatives.Index().First(a => a.Item == ours).Index
                    && Resolver.Resolve(archive.Universe, Request([.. Names(solution), apts.Name])) is Failure)
                {
                    yield return (clause, ours.Name, apts.Name, false);
                }
            }
        }
    }

    /// <summary>Everything that apt prefers one provider over another for.</summary>
    private static (bool, bool, bool, string, int) Rank(Clause clause, Candidate candidate)
    {
        var package = ((DebianCandidate)candidate).Package;
        var group = DependencyParser.Parse(clause.Text)[0];
        var alternative = group.Index().First(d => d.Item.Name == package.Name || DependencyParser.Parse(package.Provides).Any(p => p[0].Name == d.Item.Name));
        return (alternative.Item.Name == package.Name, package.Essential, package.Protected, package.ArchivePriority, alternative.Index);
    }

    private static ResolutionRequest Request(string[] install) => new() { Install = install, IncludeEssential = false };

    private static List<string> Names(Solution solution) => [.. solution.Packages.Select(p => p.Candidate.Name)];

    private static bool Same(IReadOnlyList<string>? a, IReadOnlyList<string>? b) =>
        a is null ? b is null : b is not null && a.SequenceEqual(b, StringComparer.Ordinal);

    /// <summary>One to eight names: those of the smallest hash, so that a new package in the archive changes few lists.</summary>
    private static string[] Draw(string[] names, int list) => [.. names.OrderBy(n => Hash(list, n)).ThenBy(n => n, StringComparer.Ordinal).Take(1 + (list % 8))];

    internal static ulong Hash(int list, string name)
    {
        var hash = 14695981039346656037UL ^ ((ulong)list * 0x9E3779B97F4A7C15UL);
        foreach (var c in name)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        hash ^= hash >> 33;
        hash *= 0xFF51AFD7ED558CCDUL;
        return hash ^ (hash >> 33);
    }
}
