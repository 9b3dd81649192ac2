using System.Diagnostics;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Packages.Cache;
using Ironhull.Packages.Debian;
using Ironhull.Packages.OpenPgp;

namespace Ironhull.Packages.Tests;

public sealed class DebianRepositoryTests
{
    private static async Task<HullException> FailsAsync(Func<Task> action)
    {
        var error = await Assert.ThrowsAsync<HullException>(action);
        Assert.DoesNotContain("127.0.0.1", error.Message, StringComparison.Ordinal);
        return error;
    }

    [Fact]
    public async Task Refresh_SignedRepository_GivesPackagesAndSigners()
    {
        using var repository = new Repository();
        var snapshot = await repository.RefreshAsync();
        Assert.Equal(["bash", "größe"], snapshot.Packages.Select(p => p.Name));
        Assert.Equal([Repository.Key.Fingerprint], snapshot.SignerFingerprints);
        Assert.Equal(Repository.Now.AddDays(-1).ToUnixTimeSeconds(), snapshot.DateSeconds);
        Assert.Contains(repository.IndexByHash, repository.Mirror.Requests);
        Assert.DoesNotContain(repository.IndexPath, repository.Mirror.Requests);
    }

    [Fact]
    public async Task Refresh_ByHashNotServed_FallsBackToThePlainPath()
    {
        using var repository = new Repository();
        repository.Mirror.Files.TryRemove(repository.IndexByHash, out _);
        Assert.Equal(2, (await repository.RefreshAsync()).Packages.Count);
    }

    [Fact]
    public async Task Refresh_TamperedIndex_ReportsHULL2023()
    {
        using var repository = new Repository();
        repository.Mirror.Files[repository.IndexByHash] = [.. repository.Mirror.Files[repository.IndexByHash].Select((b, i) => i == 40 ? (byte)(b ^ 1) : b)];
        Assert.Equal("HULL2023", (await FailsAsync(() => repository.RefreshAsync())).Code.Code);
    }

    [Fact]
    public async Task Refresh_TamperedRelease_ReportsHULL2012()
    {
        using var repository = new Repository();
        var text = Encoding.UTF8.GetString(repository.Mirror.Files["dists/trixie/InRelease"]);
        repository.Mirror.Files["dists/trixie/InRelease"] = Encoding.UTF8.GetBytes(text.Replace("Origin: Test", "Origin: Evil"));
        Assert.Equal("HULL2012", (await FailsAsync(() => repository.RefreshAsync())).Code.Code);
    }

    [Fact]
    public async Task Refresh_SignedByAnotherKey_ReportsHULL2011()
    {
        using var repository = new Repository();
        repository.Publish(key: TestKey.Rsa("Stranger"));
        Assert.Equal("HULL2011", (await FailsAsync(() => repository.RefreshAsync())).Code.Code);
    }

    [Fact]
    public async Task Refresh_ValidUntilHasPassed_ReportsHULL2020()
    {
        using var repository = new Repository();
        repository.Publish(validUntil: Repository.Now.AddHours(1));
        await repository.RefreshAsync();
        Assert.Equal("HULL2020", (await FailsAsync(() => repository.RefreshAsync(now: Repository.Now.AddHours(1)))).Code.Code);
        Assert.Equal("HULL2020", (await FailsAsync(() => repository.RefreshAsync(offline: true, now: Repository.Now.AddDays(1)))).Code.Code);
    }

    [Fact]
    public async Task Refresh_OlderThanSeenBefore_ReportsHULL2021()
    {
        using var repository = new Repository();
        await repository.RefreshAsync();
        repository.Publish(date: Repository.Now.AddDays(-2));
        Assert.Equal("HULL2021", (await FailsAsync(() => repository.RefreshAsync())).Code.Code);
        repository.Publish(date: Repository.Now.AddHours(-1));
        await repository.RefreshAsync();
    }

    [Fact]
    public async Task Refresh_DamagedRecordOfDates_ReportsHULL2024()
    {
        using var repository = new Repository();
        await repository.RefreshAsync();
        File.WriteAllText(Path.Combine(repository.Folder["downloads"], "repositories", "debian_trixie", "newest-date"), "x");
        Assert.Equal("HULL2024", (await FailsAsync(() => repository.RefreshAsync())).Code.Code);
    }

    [Fact]
    public async Task Refresh_AnotherSuiteOrComponent_ReportsHULL2022()
    {
        using var repository = new Repository();
        Assert.Equal("HULL2022", (await FailsAsync(() => repository.RefreshAsync(source: repository.Source with { Components = ["contrib"] }))).Code.Code);
        Assert.Equal("HULL2022", (await FailsAsync(() => repository.RefreshAsync(source: repository.Source with { Architecture = "arm64" }))).Code.Code);
        repository.Publish(suite: "forky");
        Assert.Equal("HULL2022", (await FailsAsync(() => repository.RefreshAsync())).Code.Code);
    }

    [Fact]
    public async Task Refresh_Offline_UsesWhatWasVerifiedLast()
    {
        using var repository = new Repository();
        Assert.Equal("HULL2037", (await FailsAsync(() => repository.RefreshAsync(offline: true))).Code.Code);
        var online = await repository.RefreshAsync();
        var before = repository.Mirror.Requests.Count;
        var offline = await repository.RefreshAsync(offline: true);
        Assert.Equal(online.InRelease, offline.InRelease);
        Assert.Equal(2, offline.Packages.Count);
        Assert.Equal(before, repository.Mirror.Requests.Count);
    }

    [Fact]
    public async Task Refresh_SuiteIsGone_ReportsHULL2033()
    {
        using var repository = new Repository();
        repository.Mirror.Files.Clear();
        Assert.Equal("HULL2033", (await FailsAsync(() => repository.RefreshAsync())).Code.Code);
    }

    [Fact]
    public async Task Refresh_NoMirrorKnown_ReportsHULL2030()
    {
        using var repository = new Repository();
        using var client = new MirrorClient(new MirrorMap([]));
        var debian = new DebianRepository(new DownloadCache(repository.Folder["d"], client), TimeProvider.System);
        Assert.Equal("HULL2030", (await FailsAsync(() => debian.RefreshAsync(repository.Source))).Code.Code);
    }

    [Theory]
    [InlineData("Suite: x")]
    [InlineData("Suite: x\nSuite: y\nDate: Sat, 21 Nov 2026 09:15:44 UTC\nSHA256:\n")]
    [InlineData("Date: yesterday\nSHA256:\n")]
    [InlineData("Date: Sat, 21 Nov 2026 09:15:44 UTC\nSHA256:\n zz 1 a\n")]
    [InlineData("Date: Sat, 21 Nov 2026 09:15:44 UTC\nSHA256:\n " + PackagesIndexTests.Digest + " 1 ../../a\n")]
    [InlineData("Date: Sat, 21 Nov 2026 09:15:44 UTC\nSHA256:\n " + PackagesIndexTests.Digest + " 1 a\n " + PackagesIndexTests.Digest + " 2 a\n")]
    public void ParseRelease_Malformed_ReportsHULL2003(string text) => Assert.Equal("HULL2003", Assert.Throws<HullException>(() => ReleaseFile.Parse(text, "x")).Code.Code);

    /// <summary>The real archive, through the mirror of the host's apt sources, judged also by gpgv.</summary>
    [Fact]
    public async Task Refresh_TheRealTrixie_IsVerifiedAndHasItsPackages()
    {
        using var folder = new TempFolder();
        using var client = new MirrorClient(MirrorMap.Discover());
        var cache = new DownloadCache(DownloadCache.DefaultFolder, client);
        var source = new RepositorySource("trixie", "debian", "trixie", ["main"], "amd64", Repository.KeyFiles, []);
        var snapshot = await new DebianRepository(cache, TimeProvider.System, folder["state"]).RefreshAsync(source);
        Assert.True(snapshot.Packages.Count > 60_000, $"{snapshot.Packages.Count}");
        Assert.Contains("04B54C3CDCA79751B16BC6B5225629DF75B188BD", snapshot.SignerFingerprints);
        Assert.Contains("41587F7DB8C774BCCF131416762F67A0B2C39DE4", snapshot.SignerFingerprints);
        Assert.Contains(snapshot.Packages, p => p.Name == "containerd" && p.Architecture == "amd64");

        File.WriteAllBytes(folder["k.gpg"], [.. Repository.KeyFiles.SelectMany(File.ReadAllBytes)]);
        var inRelease = Path.Combine(folder["state"], "debian_trixie", "InRelease");
        using var gpgv = Process.Start(new ProcessStartInfo("gpgv", ["--homedir", folder.Path, "--keyring", folder["k.gpg"], "--status-fd", "1", inRelease]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = gpgv.StandardError.ReadToEndAsync();
        var theirs = (await gpgv.StandardOutput.ReadToEndAsync()).Split('\n').Where(l => l.StartsWith("[GNUPG:] VALIDSIG", StringComparison.Ordinal)).Select(l => l.Split(' ')[2]).Order().ToList();
        await error;
        Assert.Equal(theirs, snapshot.Signatures.Where(s => s.Status == SignatureStatus.Good).Select(s => s.Fingerprint).Order());
    }
}
