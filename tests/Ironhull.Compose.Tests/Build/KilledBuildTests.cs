using System.Diagnostics;

namespace Ironhull.Compose.Tests.Build;

/// <summary>The program itself in a process of its own: other surroundings, kill -9, Ctrl-C.</summary>
[Collection(KeysGroup.Name)]
public sealed class KilledBuildTests(SharedKeys keys)
{
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
        using var image = await HitAsync(moment, "KILL");
        Assert.DoesNotContain("build.json", Directory.EnumerateFileSystemEntries(image.Output, "*").Select(Path.GetFileName));
        await image.BuildAsync();
        using var whole = new SmallImage(keys.Folder);
        await whole.BuildAsync();
        Assert.Equal(whole.Outputs(), image.Outputs());
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task HullBuild_Interrupted_EndsAtOnceAndLeavesNothing(string signal)
    {
        using var image = await HitAsync("small.raw.partial-", signal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(image.Output, "*"));
    }

    /// <summary>Sends a signal to a build when it has begun to write something. A loaded machine may miss the moment: then again.</summary>
    private async Task<SmallImage> HitAsync(string moment, string signal)
    {
        var expected = signal == "KILL" ? 137 : 130;
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var image = new SmallImage(keys.Folder);
            using var hull = Start(image, "exec");
            await UntilAsync(image, hull, moment);
            using (var kill = Process.Start(new ProcessStartInfo("kill", [$"-{signal}", $"{hull.Id}"]) { RedirectStandardError = true })!)
            {
                await kill.WaitForExitAsync();
            }

            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await hull.WaitForExitAsync(patience.Token);
            Assert.True(hull.ExitCode == 0 || hull.ExitCode == expected, $"exit code {hull.ExitCode}");
            if (hull.ExitCode == expected)
            {
                return image;
            }

            image.Dispose();
        }

        throw new InvalidOperationException($"Five builds were done before '{moment}*' was seen.");
    }

    private static Process Start(SmallImage image, string how)
    {
        var request = image.Request();
        return Run(
            $"build '{image.DefinitionPath}' --keys '{request.KeysFolder}' --output '{image.Output}' --cache '{image.Cache}' --offline --quiet", how);
    }

    private static Process Run(string arguments, string how = "exec")
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
}
