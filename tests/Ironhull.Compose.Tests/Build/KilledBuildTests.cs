using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ironhull.Compose.Tests.Build;

/// <summary>The program itself in a process of its own: other surroundings, kill -9, Ctrl-C.</summary>
[Collection(KeysGroup.Name)]
public sealed partial class KilledBuildTests(SharedKeys keys)
{
    private const int Interrupt = 2, Kill = 9, Terminate = 15;

    // A shell's background jobs ignore SIGINT, and hand that on: the tests may run in one.
    private const string Plainly = "exec env --default-signal=INT";

    [Fact]
    public async Task HullBuild_OtherUmaskZoneAndLanguage_GivesTheSameBytes()
    {
        using var image = new SmallImage(keys.Folder);
        using var other = new SmallImage(keys.Folder);
        await image.BuildAsync();
        using var hull = Start(other, "env -i TZ=Pacific/Kiritimati LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 PATH=/nowhere SOURCE_DATE_EPOCH=1");
        await hull.WaitForExitAsync();
        Assert.Equal(0, hull.ExitCode);
        Assert.Equal(image.Outputs(), other.Outputs());
    }

    [Fact]
    public async Task HullSign_DeferredBuild_EqualsTheBuildThatSignedAtOnce()
    {
        using var image = new SmallImage(keys.Folder);
        await image.BuildAsync();
        var folder = Path.Combine(image.Output, "deferred");
        var request = image.Request(folder) with { DeferSigning = true };
        await image.BuildAsync(request);
        Assert.NotEqual(image.Outputs(), image.Outputs(folder));
        using var hull = Run($"sign '{folder}' --keys '{keys.Folder}' --quiet");
        await hull.WaitForExitAsync();
        Assert.Equal(0, hull.ExitCode);
        Assert.Equal(image.Outputs(), image.Outputs(folder));

        // Signed outputs are not what an unsigned build leaves.
        Assert.False((await image.BuildAsync(request)).UpToDate);
    }

    [Theory]
    [InlineData("usr-")]
    [InlineData("small.raw.partial-")]
    [InlineData("small.qcow2.partial-")]
    public async Task HullBuild_Killed_LeavesNoOutputAndTheNextBuildIsWhole(string moment)
    {
        using var image = await HitAsync(moment, Kill);
        Assert.DoesNotContain("build.json", Directory.EnumerateFileSystemEntries(image.Output, "*").Select(Path.GetFileName));
        await image.BuildAsync();
        using var whole = Large();
        await whole.BuildAsync();
        Assert.Equal(whole.Outputs(), image.Outputs());
    }

    [Theory]
    [InlineData(Interrupt)]
    [InlineData(Terminate)]
    public async Task HullBuild_Interrupted_EndsAtOnceAndLeavesNothing(int signal)
    {
        using var image = await HitAsync("small.raw.partial-", signal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(image.Output, "*"));
    }

    /// <summary>An image that takes some tenths of a second to write, so that a signal comes in time.</summary>
    private SmallImage Large()
    {
        var image = new SmallImage(keys.Folder);
        image.WriteDefinition(SmallImage.DefaultText(disk: true).Replace("outputs: [raw, qcow2]", "outputs: [raw, qcow2, vhd-fixed, vhd-dynamic]", StringComparison.Ordinal));
        var noise = new byte[40 << 20];
        new Random(1).NextBytes(noise);
        File.WriteAllBytes(image.PathOf("files/usr/bin/noise"), noise);
        return image;
    }

    /// <summary>Sends a signal to a build when it has begun to write something. A loaded machine may miss the moment: then again.</summary>
    private async Task<SmallImage> HitAsync(string moment, int signal)
    {
        var expected = signal == Kill ? 137 : 130;
        for (var attempt = 0; attempt < 40; attempt++)
        {
            var image = Large();
            using var hull = Start(image);
            await UntilAsync(image, hull, moment);
            _ = Signal(hull.Id, signal);
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
            await hull.WaitForExitAsync(patience.Token);
            Assert.True(hull.ExitCode == 0 || hull.ExitCode == expected, $"exit code {hull.ExitCode}");
            if (hull.ExitCode == expected)
            {
                return image;
            }

            image.Dispose();
        }

        throw new InvalidOperationException($"Forty builds were done before '{moment}*' was seen.");
    }

    private static Process Start(SmallImage image, string how = Plainly)
    {
        var request = image.Request();
        return Run(
            $"build '{image.DefinitionPath}' --keys '{request.KeysFolder}' --output '{image.Output}' --cache '{image.Cache}' --offline --quiet", how);
    }

    private static Process Run(string arguments, string how = Plainly)
    {
        var hull = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "hull", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "hull"));
        Assert.True(File.Exists(hull), $"{hull} is not built");
        // …/dotnet/shared/Microsoft.NETCore.App/VERSION/System.Private.CoreLib.dll
        var root = Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        how = how.StartsWith("env", StringComparison.Ordinal) ? $"exec {how} DOTNET_ROOT='{root}'" : how;
        var start = new ProcessStartInfo("sh", ["-c", $"umask 077; {how} '{hull}' {arguments} >/dev/null"]);
        start.Environment["DOTNET_ROOT"] = root;
        return Process.Start(start)!;
    }

    /// <summary>Waits until the build has begun to write something.</summary>
    private static async Task UntilAsync(SmallImage image, Process hull, string name)
    {
        var results = Path.Combine(image.Cache, "stages", "results");
        while (!Exists(image.Output) && !Exists(results))
        {
            if (hull.HasExited)
            {
                return;
            }

            await Task.Delay(1);
        }

        bool Exists(string folder) => Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder, name + "*").Any();
    }

    // kill(2); it fails when the process is gone already, which its exit code shows.
    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
