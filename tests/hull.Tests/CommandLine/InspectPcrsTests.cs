using System.Text.Json;
using Ironhull.Formats.Tests.Pe;
using Ironhull.Measurement.Tests;
using Ironhull.Signing.Tests;

namespace Ironhull.Cli.Tests.CommandLine;

/// <summary><c>hull inspect IMAGE --pcrs</c>.</summary>
public sealed class InspectPcrsTests(TestKeys keys) : IClassFixture<TestKeys>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Inspect_PcrsAsJson_GivesEveryChoiceOfAddonsAndTheSameBytesAgain()
    {
        var disk = Write(("/loader/addons/a.addon.efi", BootDisk.Addon(keys, "added=1")));
        var run = await HullRun.Of("inspect", disk, "--pcrs", "--keys", keys.Folder, "--format", "json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(run.Out, (await HullRun.Of("inspect", disk, "--pcrs", "--keys", keys.Folder, "--format", "json")).Out);
        using var json = JsonDocument.Parse(run.Out);
        var boots = json.RootElement.GetProperty("boots").EnumerateArray().ToList();
        Assert.Equal([1, 0], boots.Select(b => b.GetProperty("addons").GetArrayLength()));
        Assert.All(boots, b => Assert.Equal(BootDisk.Kernel, b.GetProperty("kernel").GetString()));
        Assert.Equal(["4", "7", "11", "12"], boots[0].GetProperty("pcrs").EnumerateObject().Select(p => p.Name));
        Assert.Equal(new string('0', 64), boots[1].GetProperty("pcrs").GetProperty("12").GetString());
        Assert.NotEqual(new string('0', 64), boots[0].GetProperty("pcrs").GetProperty("12").GetString());
        Assert.Contains(boots[0].GetProperty("events").EnumerateArray(), e => e.GetProperty("what").GetString() == "command line of addons: added=1");
    }

    [Fact]
    public async Task Inspect_PcrsAsText_ShowsTheRegistersOfEachPhase()
    {
        var disk = _folder["phases.raw"];
        var initrd = BootDisk.Initrd("/usr/lib/systemd/system/initrd.target.wants/systemd-pcrphase-initrd.service");
        File.WriteAllBytes(disk, BootDisk.Create(keys, initrd).ToArray());
        var run = await HullRun.Of("inspect", disk, "--pcrs", "--keys", keys.Folder);
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith($"{BootDisk.Kernel}, no addons\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("kernel starts", run.Out, StringComparison.Ordinal);
        Assert.Contains("leave-initrd", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_PcrsOfAnUnsignedAddon_NamesItAndTheReason()
    {
        var run = await HullRun.Of("inspect", Write(("/loader/addons/a.addon.efi", MinimalPe.Create())), "--pcrs", "--keys", keys.Folder);
        Assert.Equal(4, run.ExitCode);
        Assert.Contains("HULL6008: The firmware will not start /loader/addons/a.addon.efi: The image is not signed.", run.Error, StringComparison.Ordinal);
    }

    private string Write(params (string Path, byte[] Content)[] files)
    {
        var path = _folder["disk.raw"];
        File.WriteAllBytes(path, BootDisk.Create(keys, files: files).ToArray());
        return path;
    }
}
