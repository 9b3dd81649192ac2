using System.Globalization;
using Ironhull.Compose.Build;
using Ironhull.Compose.Inspection;
using Ironhull.Compose.Progress;
using Ironhull.Diagnostics;
using Ironhull.Packages.Cache;
using Ironhull.Packages.Tests;

namespace Ironhull.Compose.Tests.Build;

[Collection(KeysGroup.Name)]
public sealed class ImageBuilderTests(SharedKeys keys)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Build_OtherFolderCultureModesAndTimes_GivesTheSameBytes(bool disk)
    {
        using var first = new SmallImage(disk ? keys.Folder : null);
        using var second = new SmallImage(disk ? keys.Folder : null);
        var report = await first.BuildAsync();
        File.SetUnixFileMode(second.PathOf("files/etc"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.SetUnixFileMode(second.PathOf("files/etc/issue"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetLastWriteTimeUtc(second.PathOf("files/etc/issue"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NegativeSign, culture.NumberFormat.NumberDecimalSeparator, culture.DateTimeFormat.DateSeparator) = ("~", ",", "!");
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = culture;
            await second.BuildAsync();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        Assert.Equal(first.Outputs(), second.Outputs());
        Assert.Equal(disk ? ["small.packages.json", "small.packages.txt", "small.pcrs.json", "small.qcow2", "small.raw"] : ["small.oci.tar", "small.packages.json", "small.packages.txt"], first.Outputs().Keys);
        Assert.Equal(first.Outputs(), report.Outputs.ToDictionary(o => o.Name, o => o.Sha256));

        // Once more, from a cache that holds everything.
        var again = Path.Combine(first.Output, "again");
        var reused = await first.BuildAsync(first.Request(again));
        Assert.Equal(first.Outputs(), first.Outputs(again));

        // /usr and the initrd are written at the same time: either may end first.
        Assert.Equal(disk ? ["initrd", "modules", "unpack", "usr"] : ["modules", "unpack"], reused.Stages.Where(s => s.Reused).Select(s => s.Stage).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Build_Disk_HoldsWhatTheDefinitionSays()
    {
        using var image = new SmallImage(keys.Folder);
        image.WriteDefinition(SmallImage.DefaultText(disk: true).Replace("[raw, qcow2]", "[vhd-fixed, qcow2, vhd-dynamic, raw]", StringComparison.Ordinal));
        var report = await image.BuildAsync();
        Assert.Equal(["small.vhd", "small.qcow2", "small.dynamic.vhd", "small.raw", "small.pcrs.json", "small.packages.json", "small.packages.txt"], report.Outputs.Select(o => o.Name));
        Assert.Equal(image.Outputs(), report.Outputs.ToDictionary(o => o.Name, o => o.Sha256));
        using var open = OpenImage.Open(Path.Combine(image.Output, "small.raw"));
        var facts = open.Read(verify: true);
        Assert.Equal("every block is right", facts.Verity!.Checked);
        Assert.Equal(report.RootHash, facts.Verity.RootHash.ToString());
        Assert.Equal(["boot", "data", "tool"], facts.Packages.Select(p => p.Name));
        var paths = open.ReadTree().Entries.Select(e => e.Key).ToHashSet(StringComparer.Ordinal);
        Assert.Contains("/usr/share/ironhull/etc/issue", paths);
        Assert.Contains("/usr/share/ironhull/var/lib/tool/state", paths);
        Assert.DoesNotContain("/usr/share/doc", paths);
        Assert.DoesNotContain(paths, p => p.StartsWith("/boot", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Build_Oci_HoldsTheConfigurationThatTheDefinitionSays()
    {
        using var image = new SmallImage();
        image.WriteDefinition(SmallImage.DefaultText(disk: false).Replace(
            "entrypoint: [/usr/bin/tool]", "entrypoint: [/usr/bin/tool], command: [-v], environment: {B: '2', A: '1'}, workingDirectory: /etc, user: '7', labels: {y: '2', x: '1'}", StringComparison.Ordinal));
        await image.BuildAsync();
        var text = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Combine(image.Output, "small.oci.tar")));
        Assert.Contains(
            """
            "config":{"User":"7","Env":["A=1","B=2"],"Entrypoint":["/usr/bin/tool"],"Cmd":["-v"],"WorkingDir":"/etc","Labels":{"x":"1","y":"2"}}
            """.Trim(),
            text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_NothingChanged_IsUpToDate_AndTouchedOutputsAreMadeAgain()
    {
        using var image = new SmallImage();
        var archive = Path.Combine(image.Output, "small.oci.tar");
        Assert.False((await image.BuildAsync()).UpToDate);
        var outputs = image.Outputs();
        Assert.True((await image.BuildAsync()).UpToDate);

        File.AppendAllText(archive, "x");
        Assert.Equal("an output was missing or changed", (await image.BuildAsync()).Stages.Single(s => s.Stage == "build").Reason);
        Assert.Equal(outputs, image.Outputs());

        File.Delete(archive);
        Assert.False((await image.BuildAsync()).UpToDate);
        Assert.Equal(outputs, image.Outputs());

        image.Write("files/etc/issue", "other\n");
        Assert.Equal("changed: files:/etc/issue", (await image.BuildAsync()).Stages.Single(s => s.Stage == "build").Reason);
        Assert.NotEqual(outputs, image.Outputs());
    }

    [Fact]
    public async Task Build_ChangedOverlay_WritesUsrAgainAndSaysWhy()
    {
        using var image = new SmallImage(keys.Folder);
        await image.BuildAsync();
        image.Write("files/etc/issue", "other\n");
        var report = await image.BuildAsync();
        Assert.Equal("changed: tree", report.Stages.Single(s => s.Stage == "usr").Reason);
        Assert.True(report.Stages.Single(s => s.Stage == "initrd").Reused);
        Assert.True(report.Stages.Single(s => s.Stage == "modules").Reused);
    }

    [Fact]
    public async Task Build_ClosureFinding_IsTheErrorThatIsReported()
    {
        using var image = new SmallImage(keys.Folder);
        image.Write("files/usr/bin/script", "#!/usr/bin/nothing-there\n");
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync());
        Assert.Contains(error.Diagnostics, d => d.Message.Contains("nothing-there", StringComparison.Ordinal));
        Assert.Empty(image.Outputs());
    }

    [Fact]
    public async Task Build_PackagesGoneFromTheMirror_NamesEachWithTheRemedy()
    {
        using var image = new SmallImage(withDownloads: false);
        using var mirror = new TestMirror();
        mirror.Files[SmallImage.PoolPath("data")] = SmallImage.Debs.Single(d => d.Name == "data").Deb;
        var request = image.Request() with { Offline = false, Mirrors = new MirrorMap([new("debian", mirror.Base)]) };
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(request));
        Assert.Equal(["HULL4024", "HULL4024"], error.Diagnostics.Select(d => d.Code.Code));
        Assert.StartsWith("boot 1.0-1 is locked", error.Diagnostics[0].Message, StringComparison.Ordinal);
        Assert.StartsWith("tool 1.0-1 is locked", error.Diagnostics[1].Message, StringComparison.Ordinal);
        Assert.All(error.Diagnostics, d => Assert.Contains($"'hull lock {image.DefinitionPath} --update'", d.Remedy, StringComparison.Ordinal));
        Assert.DoesNotContain("127.0.0.1", error.Message, StringComparison.Ordinal);

        // They come back (or another mirror has them): what was fetched is not fetched again.
        foreach (var (name, deb) in SmallImage.Debs)
        {
            mirror.Files[SmallImage.PoolPath(name)] = deb;
        }

        await image.BuildAsync(request);
        Assert.Single(mirror.Requests, r => r == SmallImage.PoolPath("data"));
    }

    [Fact]
    public async Task Build_OfflineWithoutPackages_ReportsHULL2037()
    {
        using var image = new SmallImage(withDownloads: false);
        Assert.Equal("HULL2037", (await Assert.ThrowsAsync<HullException>(() => image.BuildAsync())).Code.Code);
    }

    [Fact]
    public async Task Build_WithoutKeys_ReportsHULL5012()
    {
        using var image = new SmallImage(keys.Folder);
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(image.Request() with { KeysFolder = null }));
        Assert.Equal("HULL5012", error.Code.Code);
    }

    [Fact]
    public async Task Build_FolderThatAnotherBuildUses_ReportsHULL5006()
    {
        using var image = new SmallImage();
        Directory.CreateDirectory(image.Output);
        using (OutputLock.Take(image.Output))
        {
            Assert.Equal("HULL5006", (await Assert.ThrowsAsync<HullException>(() => image.BuildAsync())).Code.Code);
        }

        await image.BuildAsync();
    }

    [Theory]
    [InlineData("tree")]
    [InlineData("Write /usr")]
    [InlineData("Write the initrd")]
    [InlineData("assemble")]
    [InlineData("sign")]
    [InlineData("outputs")]
    public async Task Build_CancelledInAStage_LeavesNothingAndTheNextBuildIsWhole(string stage)
    {
        using var image = new SmallImage(keys.Folder);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => image.BuildAsync(progress: new CancelAt(stage, stop), cancellation: stop.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(image.Output, "*", SearchOption.AllDirectories));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(image.Cache, "*", SearchOption.AllDirectories), p => p.Contains(".partial-", StringComparison.Ordinal));
        await image.BuildAsync();
        Assert.Equal(["small.packages.json", "small.packages.txt", "small.pcrs.json", "small.qcow2", "small.raw"], image.Outputs().Keys);
    }

    [Fact]
    public async Task Build_AfterAKilledBuild_RemovesItsRemainsAndIsWhole()
    {
        using var image = new SmallImage(keys.Folder);
        using var whole = new SmallImage(keys.Folder);
        await whole.BuildAsync();
        // What kill -9 leaves: the lock's file, half outputs, half a stage, a torn pack of extents.
        Directory.CreateDirectory(image.Output);
        File.WriteAllText(Path.Combine(image.Output, ".building"), "");
        File.WriteAllText(Path.Combine(image.Output, "small.raw.partial-1"), "half");
        File.WriteAllText(Path.Combine(image.Output, "build.json.partial-1-1"), "half");
        File.WriteAllText(Path.Combine(image.Output, "small.raw"), "of another build");
        var stage = Directory.CreateDirectory(Path.Combine(image.Cache, "stages", "results", $"usr-x.partial-{Environment.ProcessId}"));
        File.WriteAllText(Path.Combine(stage.FullName, "usr.erofs"), "half");
        Directory.CreateDirectory(Path.Combine(image.Cache, "extents"));
        File.WriteAllText(Path.Combine(image.Cache, "extents", "small"), "HULLEXT1 torn");
        await image.BuildAsync();
        Assert.Equal(whole.Outputs(), image.Outputs());
    }

    [Fact]
    public async Task Build_OutputsOnAFullDisk_ReportsHULL5005AndLeavesNothing()
    {
        using var image = new SmallImage();
        using var disk = SmallDisk.Mount("size=1m");
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(image.Request(disk.Path)));
        Assert.Equal("HULL5005", error.Code.Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(disk.Path, "*"));
    }

    [Fact]
    public async Task Build_DiskOutputsOnAFullDisk_ReportsHULL5005AndLeavesNothing()
    {
        using var image = new SmallImage(keys.Folder);
        using var disk = SmallDisk.Mount("size=3m");
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(image.Request(disk.Path)));
        Assert.Equal("HULL5005", error.Code.Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(disk.Path, "*"));
    }

    [Fact]
    public async Task Build_StoreOnAFullDisk_ReportsHULL5104AndLeavesNothing()
    {
        using var image = new SmallImage();
        using var disk = SmallDisk.Mount("size=1m");
        Directory.CreateSymbolicLink(Path.Combine(image.Cache, "store"), disk.Path);
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync());
        Assert.Equal("HULL5104", error.Code.Code);
        Assert.Empty(image.Outputs());
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(disk.Path, "*"), p => p.Contains(".partial-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Build_StagesOnAFullDisk_ReportsHULL5005AndLeavesNothing()
    {
        using var image = new SmallImage(keys.Folder);
        using var disk = SmallDisk.Mount("size=1m");
        Directory.CreateSymbolicLink(Path.Combine(image.Cache, "stages"), disk.Path);
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync());
        Assert.Equal("HULL5005", error.Code.Code);
        Assert.Empty(image.Outputs());
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(disk.Path, "*", SearchOption.AllDirectories), p => p.Contains(".partial-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Build_ReadOnlyOutputFolder_ReportsHULL5007()
    {
        using var image = new SmallImage();
        using var disk = SmallDisk.Mount("size=1m,ro");
        Assert.Equal("HULL5007", (await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(image.Request(disk.Path)))).Code.Code);
        Assert.Equal("HULL5007", (await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(image.Request(Path.Combine(disk.Path, "new"))))).Code.Code);
        Assert.Equal("HULL5007", (await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(image.Request(image.DefinitionPath)))).Code.Code);
    }

    [Fact]
    public void Cause_OfParallelFailures_IsTheCodedOne()
    {
        var coded = ComposeErrors.PartitionFull.Error("x");
        Assert.Same(coded, BuildFailure.Cause(new AggregateException(new OperationCanceledException(), new AggregateException(new IOException("y"), coded))));
        Assert.Equal("HULL5005", Assert.IsType<HullException>(BuildFailure.Of(new AggregateException(new IOException("full", 28)), "out")).Code.Code);
        Assert.Equal("HULL5007", Assert.IsType<HullException>(BuildFailure.Of(new UnauthorizedAccessException(), "out")).Code.Code);
        var other = new InvalidOperationException();
        Assert.Same(other, BuildFailure.Of(other, "out"));
    }

    /// <summary>Cancels when a stage begins.</summary>
    private sealed class CancelAt(string stage, CancellationTokenSource stop) : IProgressReporter
    {
        public IProgressStage Begin(string name, ProgressUnit unit = ProgressUnit.None, long total = 0)
        {
            if (name == stage)
            {
                stop.Cancel();
            }

            return NoProgress.Instance;
        }

        public void Note(string message)
        {
        }
    }
}
