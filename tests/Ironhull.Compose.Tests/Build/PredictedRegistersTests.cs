using Ironhull.Compose.Build;
using Ironhull.Compose.Inspection;
using Ironhull.Formats.Io;
using Ironhull.Measurement.Attestation;

namespace Ironhull.Compose.Tests.Build;

[Collection(KeysGroup.Name)]
public sealed class PredictedRegistersTests(SharedKeys keys)
{
    [Fact]
    public async Task Build_SignedDisk_WritesTheRegistersOfEveryChoiceOfAddonsThoseBesideTheDiskIncluded()
    {
        using var image = Image();
        var report = await image.BuildAsync();
        var output = Assert.Single(report.Outputs, o => o.Kind == PredictedRegisters.Kind);
        var path = Path.Combine(image.Output, output.Name);
        Assert.Equal(output.Sha256, Sha256Digest.Of(await File.ReadAllBytesAsync(path)).ToString());
        var published = PublishedMeasurements.Read(path);
        Assert.Equal(("small", "1"), (published.Image, published.Version));
        Assert.Equal(["none", "here", "beside", "both"], published.Boots.Select(b => b.Addons.Count switch { 0 => "none", 2 => "both", _ => b.Addons[0].Contains("beside", StringComparison.Ordinal) ? "beside" : "here" }).OrderBy(w => Array.IndexOf(["none", "here", "beside", "both"], w)));
        using var disk = OpenImage.Open(Path.Combine(image.Output, "small.raw"));
        var own = disk.Predict(keys.Store);
        Assert.All(own, o => Assert.Contains(published.Boots, b => b.Addons.SequenceEqual(o.Addons) && b.AtKernelStart(11) == o.AtKernelStart(11) && b.WhenRunning(4) == o.WhenRunning(4)));
        Assert.True((await image.BuildAsync()).UpToDate);
    }

    [Fact]
    public async Task Build_WithoutTheFirmwaresCertificates_SaysWhyThereIsNoFile()
    {
        using var image = Image();
        await image.BuildAsync();
        var few = image.PathOf("few");
        Directory.CreateDirectory(few);
        foreach (var file in Directory.GetFiles(keys.Folder).Where(f => Path.GetFileName(f) != "PK.crt"))
        {
            File.Copy(file, Path.Combine(few, Path.GetFileName(file)));
        }

        var report = await image.BuildAsync(image.Request() with { KeysFolder = few });
        Assert.Contains(report.Notes, n => n.StartsWith("no small.pcrs.json: ", StringComparison.Ordinal) && n.Contains("PK.crt", StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(image.Output, "small.pcrs.json")));
    }

    [Fact]
    public async Task Build_SignedLater_HasNoRegistersYet()
    {
        using var image = Image();
        await image.BuildAsync();
        var report = await image.BuildAsync(image.Request() with { DeferSigning = true });
        Assert.DoesNotContain(report.Outputs, o => o.Kind == PredictedRegisters.Kind);
        Assert.False(File.Exists(Path.Combine(image.Output, "small.pcrs.json")));
    }

    private SmallImage Image()
    {
        var image = new SmallImage(keys.Folder);
        image.WriteDefinition(SmallImage.DefaultText(disk: true).Replace("[raw, qcow2]", "[raw]", StringComparison.Ordinal).TrimEnd()
            + "\naddons: [{name: here, description: one, commandLine: here=1}, {name: beside, description: two, commandLine: beside=1, place: outputs}]\n");
        image.WriteLock();
        return image;
    }
}
