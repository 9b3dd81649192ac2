using Ironhull.Compose.Build;
using Ironhull.Diagnostics;
using Ironhull.Formats.Erofs;
using Ironhull.Formats.Io;
using Ironhull.Signing;

namespace Ironhull.Compose.Tests.Build;

[Collection(KeysGroup.Name)]
public sealed class ContainerVolumeTests(SharedKeys keys)
{
    [Fact]
    public async Task Build_OciVolume_IsTheImagesTreeWithASignedRootHash()
    {
        using var image = Image();
        var report = await image.BuildAsync(image.Request() with { KeysFolder = keys.Folder });
        Assert.Equal(["small.erofs", "small.verity", "small.roothash", "small.p7s"], report.Outputs.Where(o => o.Kind == "volume").Select(o => o.Name));
        var rootHash = Sha256Digest.Parse(await File.ReadAllTextAsync(Path.Combine(image.Output, "small.roothash")));
        var signature = await File.ReadAllBytesAsync(Path.Combine(image.Output, "small.p7s"));
        CmsDetachedSignature.Verify(VeritySignature.SignedContent(rootHash), signature, keys.Store.Database);
        using var data = File.OpenRead(Path.Combine(image.Output, "small.erofs"));
        var paths = ErofsImage.Open(data, "small").ReadTree().Entries.Select(e => e.Key).ToList();
        Assert.Contains("/usr/bin/tool", paths);
        // What a runtime mounts over is there, since it cannot be made in a read-only root.
        Assert.Superset(new HashSet<string> { "/dev", "/proc", "/sys", "/tmp", "/run", "/etc" }, paths.ToHashSet());
    }

    [Fact]
    public async Task Build_OciVolumeTwice_GivesTheSameBytes()
    {
        using var first = Image();
        using var second = Image();
        foreach (var image in new[] { first, second })
        {
            await image.BuildAsync(image.Request() with { KeysFolder = keys.Folder });
        }

        Assert.Equal(first.Outputs(), second.Outputs());
    }

    [Fact]
    public async Task Build_OciVolumeWithoutKeysOrDeferred_SaysWhy()
    {
        using var image = Image();
        Assert.Equal("HULL5012", (await Assert.ThrowsAsync<HullException>(() => image.BuildAsync())).Code.Code);
        var deferred = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(image.Request() with { KeysFolder = keys.Folder, DeferSigning = true }));
        Assert.Equal("HULL5506", deferred.Code.Code);
    }

    private static SmallImage Image()
    {
        var image = new SmallImage();
        image.WriteDefinition(SmallImage.DefaultText(disk: false).Replace("oci: {", "oci: {volume: true, ", StringComparison.Ordinal));
        return image;
    }
}
