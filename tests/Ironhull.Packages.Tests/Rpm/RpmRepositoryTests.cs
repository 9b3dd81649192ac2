using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Packages.Cache;

namespace Ironhull.Packages.Tests.Rpm;

public sealed class RpmRepositoryTests
{
    private const string UpdateInfo = """
        <?xml version="1.0" encoding="UTF-8"?>
        <updates><update from="s" status="final" type="security" version="1"><id>AZL-1</id><title>T</title><severity>Important</severity>
        <issued date="2025-01-02 03:04:05"/><updated date="1735000000"/><references><reference href="h" id="CVE-2025-1" title="CVE-2025-1" type="cve"/></references>
        <pkglist><collection short="x"><name>x</name><package name="bash" version="5.2" release="1.azl3" epoch="0" arch="x86_64" src="s"><filename>f</filename></package></collection></pkglist>
        </update></updates>
        """;

    [Fact]
    public async Task Refresh_SignedRepository_GivesPackagesAndSigners()
    {
        using var repository = new RpmMdRepository();
        var snapshot = await repository.RefreshAsync();
        Assert.Equal(["bash-5.2-1.azl3.x86_64", "glibc-2.38-7.azl3.x86_64"], snapshot.Packages.Select(p => p.ToString()));
        Assert.Equal([RpmMdRepository.Key.Fingerprint], snapshot.SignerFingerprints);
        Assert.Equal((RpmMdRepository.Timestamp, "7"), (snapshot.DateSeconds, snapshot.Revision));
        Assert.Equal(Sha256Digest.Of(repository.Repomd), snapshot.Repomd);
        Assert.Equal(["binary-x86_64"], snapshot.Tags);
        Assert.Equal("3.0/base/x86_64/Packages/b/bash-5.2-1.azl3.x86_64.rpm", repository.Source.PathOf(snapshot.Packages[0].Location));
    }

    [Theory]
    [InlineData("", "sha256")]
    [InlineData(".gz", "sha512")]
    [InlineData(".zst", "sha256")]
    [InlineData(".xz", "sha512")]
    [InlineData(".bz2", "sha256")]
    public async Task Refresh_EveryForm_GivesTheSamePackages(string form, string algorithm)
    {
        using var repository = new RpmMdRepository(publish: false);
        repository.Publish(form: form, algorithm: algorithm);
        Assert.Equal(2, (await repository.RefreshAsync()).Packages.Count);
        Assert.Equal(2, (await repository.RefreshAsync(offline: true)).Packages.Count);
    }

    [Fact]
    public async Task FileLists_AreFetchedOnlyWhenAsked()
    {
        using var repository = new RpmMdRepository();
        using var client = repository.Client();
        var snapshot = await repository.RefreshAsync(client: client);
        Assert.DoesNotContain(repository.Paths["filelists"], repository.Mirror.Requests);
        Assert.Equal(["glibc"], snapshot.FileLists.OwnersOf("/usr/lib/libc.so.6").Select(p => p.Name));
        Assert.Equal(["bash", "glibc"], snapshot.FileLists.OwnersOf("/usr/share/doc/bash").Select(p => p.Name));
        Assert.Empty(snapshot.FileLists.OwnersOf("/bash.spec"));
        Assert.Single(repository.Mirror.Requests, repository.Paths["filelists"]);
    }

    [Fact]
    public async Task FileLists_RepositoryWithoutThem_OwnNothing()
    {
        using var repository = new RpmMdRepository(publish: false);
        repository.Publish(edit: r => r.Replace("type=\"filelists\"", "type=\"filelists_db\"", StringComparison.Ordinal));
        Assert.Empty((await repository.RefreshAsync()).FileLists.OwnersOf("/usr/bin/bash"));
    }

    [Fact]
    public async Task Advisories_AreReadWhenAsked()
    {
        using var repository = new RpmMdRepository(publish: false);
        repository.Publish(updateInfo: UpdateInfo);
        using var client = repository.Client();
        var snapshot = await repository.RefreshAsync(client: client);
        Assert.DoesNotContain(repository.Paths["updateinfo"], repository.Mirror.Requests);
        var advisory = Assert.Single(snapshot.Advisories.Value);
        Assert.Equal(("AZL-1", "security", "Important", 1735787045L, 1735000000L), (advisory.Id, advisory.Type, advisory.Severity, advisory.IssuedSeconds!.Value, advisory.UpdatedSeconds!.Value));
        Assert.Equal(["CVE-2025-1"], advisory.Cves);
        Assert.Equal(new("bash", "5.2-1.azl3", "x86_64"), Assert.Single(advisory.Packages));
    }

    [Fact]
    public async Task Advisories_RepositoryWithoutThem_AreNone()
    {
        using var repository = new RpmMdRepository();
        Assert.Empty((await repository.RefreshAsync()).Advisories.Value);
    }

    [Fact]
    public async Task Refresh_Snapshot_HidesWhatCameLater()
    {
        using var repository = new RpmMdRepository(publish: false);
        repository.Publish(RpmMdSample.Wrap(RpmMdSample.Package("a", fileTime: 100) + RpmMdSample.Package("a", "2.0", fileTime: 101), 2));
        Assert.Equal(["1.0-1"], (await repository.RefreshAsync(source: repository.Source with { SnapshotSeconds = 100 })).Packages.Select(p => p.Version));
    }

    [Fact]
    public async Task Refresh_ExcludeAndPriority_AreApplied()
    {
        using var repository = new RpmMdRepository(publish: false);
        repository.Publish(RpmMdSample.Wrap(RpmMdSample.Package("python3-x") + RpmMdSample.Package("python3") + RpmMdSample.Package("x"), 3));
        var seen = (await repository.RefreshAsync(source: repository.Source with { Exclude = ["python3-*"], Priority = 700 })).Packages;
        Assert.Equal([("python3", 700), ("x", 700)], seen.Select(p => (p.Name, p.RepositoryPriority)));
    }

    [Fact]
    public async Task Refresh_Offline_UsesWhatWasVerifiedLastAndTheMirrorIsNotAsked()
    {
        using var repository = new RpmMdRepository();
        var online = await repository.RefreshAsync();
        repository.Mirror.Requests.Clear();
        var offline = await repository.RefreshAsync(offline: true);
        Assert.Equal((online.Repomd, online.DateSeconds), (offline.Repomd, offline.DateSeconds));
        Assert.Equal(online.SignerFingerprints, offline.SignerFingerprints);
        Assert.Empty(repository.Mirror.Requests);
    }

    [Fact]
    public async Task Refresh_OfflineAndNeverSeen_ReportsHULL2037()
    {
        using var repository = new RpmMdRepository();
        Assert.Equal("HULL2037", (await Assert.ThrowsAsync<HullException>(() => repository.RefreshAsync(offline: true))).Code.Code);
    }

    [Fact]
    public async Task Refresh_OfflineAfterAnUnsignedRefresh_ReportsHULL2037()
    {
        using var repository = new RpmMdRepository();
        repository.Mirror.Files.TryRemove(RpmMdRepository.Root + "repodata/repomd.xml.asc", out _);
        Assert.Empty((await repository.RefreshAsync(source: repository.Source with { VerifyMetadata = false })).Signatures);
        Assert.Equal(2, (await repository.RefreshAsync(offline: true, source: repository.Source with { VerifyMetadata = false })).Packages.Count);
        Assert.Equal("HULL2037", (await Assert.ThrowsAsync<HullException>(() => repository.RefreshAsync(offline: true))).Code.Code);
    }

    [Fact]
    public async Task Refresh_CutOff_ResumesAndKeepsNoState()
    {
        using var repository = new RpmMdRepository(publish: false);
        repository.Publish(RpmMdSample.Wrap(string.Concat(Enumerable.Range(0, 200).Select(i => RpmMdSample.Package($"p{i}"))), 200), form: "");
        repository.Mirror.CutAfter[repository.Paths["primary"]] = 30_000;
        Assert.Equal("HULL2035", (await Assert.ThrowsAsync<HullException>(() => repository.RefreshAsync())).Code.Code);
        Assert.Equal("HULL2037", (await Assert.ThrowsAsync<HullException>(() => repository.RefreshAsync(offline: true))).Code.Code);
        repository.Mirror.CutAfter.Clear();
        repository.Mirror.Requests.Clear();
        Assert.Equal(200, (await repository.RefreshAsync()).Packages.Count);
        Assert.Contains($"{repository.Paths["primary"]}@90000", repository.Mirror.Requests);
    }

    [Fact]
    public async Task Refresh_FolderOfThisMachine_IsReadWithTheSameChecks()
    {
        using var repository = new RpmMdRepository();
        using var folder = new TempFolder();
        foreach (var (path, bytes) in repository.Mirror.Files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[path])!);
            File.WriteAllBytes(folder[path], bytes);
        }

        using var client = new MirrorClient(MirrorMap.Discover(n => n == "HULL_MIRROR_RPM_TEST" ? $"file://{folder.Path}" : null, folder.Path));
        Assert.Equal(2, (await repository.RefreshAsync(client: client)).Packages.Count);
        File.WriteAllText(folder[RpmMdRepository.Root + "repodata/repomd.xml"], "<repomd/>");
        Assert.Equal("HULL2012", (await Assert.ThrowsAsync<HullException>(() => repository.RefreshAsync(client: client))).Code.Code);
    }

    [Fact]
    public async Task Refresh_NameThatDoesNotResolve_IsOneErrorAtOnceWithTheVariable()
    {
        using var repository = new RpmMdRepository();

        // A second attempt would wait for an hour.
        using var client = new MirrorClient(new MirrorMap([new(RpmMdRepository.Archive, new("https://host.invalid/x"))]), 3, TimeSpan.FromHours(1));
        var error = await Assert.ThrowsAsync<HullException>(() => repository.RefreshAsync(client: client));
        Assert.Equal("HULL2031", error.Code.Code);
        Assert.DoesNotContain("host.invalid", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", Assert.Single(error.Diagnostics).Message, StringComparison.Ordinal);
        Assert.Contains("HULL_MIRROR_RPM_TEST", error.Diagnostics[0].Message, StringComparison.Ordinal);
        Assert.Contains("HULL_MIRROR_RPM_TEST", error.Diagnostics[0].Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refresh_Sha512Only_StoresBySha256AndChecksTheCacheBySha512()
    {
        using var repository = new RpmMdRepository(publish: false);
        repository.Publish(algorithm: "sha512");
        await repository.RefreshAsync();
        var primary = repository.Mirror.Files[repository.Paths["primary"]];
        var stored = Path.Combine(repository.Folder["downloads"], Sha256Digest.Of(primary).ToString());
        Assert.Equal(primary, File.ReadAllBytes(stored));
        repository.Mirror.Requests.Clear();
        await repository.RefreshAsync();
        Assert.DoesNotContain(repository.Paths["primary"], repository.Mirror.Requests);
        File.WriteAllBytes(stored, [.. primary.Reverse()]);
        Assert.Equal(2, (await repository.RefreshAsync()).Packages.Count);
        Assert.Contains(repository.Paths["primary"], repository.Mirror.Requests);
        Assert.Equal(primary, File.ReadAllBytes(stored));
    }

    [Fact]
    public async Task Refresh_SignatureNotArmored_IsAccepted()
    {
        using var repository = new RpmMdRepository();
        repository.Signature = RpmMdRepository.Key.Sign(repository.Repomd);
        Assert.Equal(2, (await repository.RefreshAsync()).Packages.Count);
    }

    [Fact]
    public async Task Refresh_NewerRepository_ReplacesWhatIsRemembered()
    {
        using var repository = new RpmMdRepository();
        await repository.RefreshAsync();
        repository.Publish(timestamp: RpmMdRepository.Timestamp + 1, revision: "8");
        var newer = await repository.RefreshAsync();
        Assert.Equal(newer.Repomd, (await repository.RefreshAsync(offline: true)).Repomd);
        Assert.Equal(3, SortedDirectory.Files(Path.Combine(repository.Folder["downloads"], "repositories", "rpm_rpm-test_3.0_base_x86_64")).Length);
    }

    [Fact]
    public async Task Refresh_DamagedRecordOfTheNewestState_ReportsHULL2024()
    {
        using var repository = new RpmMdRepository();
        await repository.RefreshAsync();
        File.WriteAllText(Path.Combine(repository.Folder["downloads"], "repositories", "rpm_rpm-test_3.0_base_x86_64", "newest"), "x");
        Assert.Equal("HULL2024", (await Assert.ThrowsAsync<HullException>(() => repository.RefreshAsync())).Code.Code);
    }

    [Fact]
    public async Task Refresh_MirrorWithoutTheRepository_NamesTheVariable()
    {
        using var repository = new RpmMdRepository();
        repository.Mirror.Files.Clear();
        var error = await Assert.ThrowsAsync<HullException>(() => repository.RefreshAsync());
        Assert.Equal("HULL2033", error.Code.Code);
        Assert.Contains("HULL_MIRROR_RPM_TEST", error.Diagnostics[0].Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refresh_ManyWriters_LeaveOneSoundState()
    {
        using var repository = new RpmMdRepository();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => repository.RefreshAsync()));
        Assert.Equal(Encoding.UTF8.GetString(repository.Repomd), Encoding.UTF8.GetString(File.ReadAllBytes(
            SortedDirectory.Files(Path.Combine(repository.Folder["downloads"], "repositories", "rpm_rpm-test_3.0_base_x86_64"), "*.xml").Single())));
    }
}
