using Ironhull.Compose.Build;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Inspection;
using Ironhull.Diagnostics;
using Ironhull.Formats.Pe;
using Ironhull.Signing;

namespace Ironhull.Compose.Tests.Build;

[Collection(KeysGroup.Name)]
public sealed class AddonTests(SharedKeys keys)
{
    private const string Addons = """

        addons:
          - {name: audit, description: Say what would be refused, commandLine: ipe.enforce=0, group: ipe}
          - {name: debug, description: "Talk: much", commandLine: debug loglevel=7, place: installed}
          - {name: far, description: Not on the disk, commandLine: far=1, place: outputs}
        """;

    [Fact]
    public async Task Build_Addons_AreSignedInTheUkisFolderAndInTheCatalogue()
    {
        using var image = Image();
        var report = await image.BuildAsync();
        Assert.Equal(["addons/audit.addon.efi", "addons/debug.addon.efi", "addons/far.addon.efi"], report.Outputs.Where(o => o.Kind == "addon").Select(o => o.Name));
        foreach (var (name, words, group) in new[] { ("audit", "ipe.enforce=0", "ipe"), ("debug", "debug loglevel=7", ""), ("far", "far=1", "") })
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(image.Output, "addons", $"{name}.addon.efi"));
            Authenticode.Verify(bytes, keys.Store.Database);
            var addon = PeImage.Parse(bytes);
            Assert.Equal(words, Text(addon, ".cmdline"));
            Assert.Equal("6.12-test", Text(addon, ".uname"));
            Assert.Equal((name, group), (AddonIdentity.Of(addon).Name, AddonIdentity.Of(addon).Group));
        }

        using var disk = OpenImage.Open(image.Output);
        Assert.Equal(
            [["debug"], ["audit", "debug"], ["audit"], Array.Empty<string>()],
            disk.Predict(keys.Store).Select(p => p.Addons.Select(a => a["/EFI/Linux/small_1.efi.extra.d/".Length..^".addon.efi".Length]).ToArray()));
        var far = await File.ReadAllBytesAsync(Path.Combine(image.Output, "addons", "far.addon.efi"));
        Assert.Equal(8, disk.Predict(keys.Store, [("far.addon.efi", far)]).Count);
        Assert.True((await image.BuildAsync()).UpToDate);
    }

    [Fact]
    public async Task Sign_DeferredBuildWithAddons_EqualsTheBuildThatSignedAtOnce()
    {
        using var image = Image();
        await image.BuildAsync();
        var deferred = Path.Combine(image.Output, "deferred");
        var outputs = (await image.BuildAsync(image.Request(deferred) with { DeferSigning = true })).Outputs;
        var raw = Path.Combine(deferred, "small.raw");
        using (var signer = keys.Store.OpenSigningKeys())
        using (var stream = File.Open(raw, FileMode.Open, FileAccess.ReadWrite))
        {
            ImageSigner.Sign(stream, signer, "small");
            stream.Dispose();
            OutputWriter.Addons(raw, AddonOutputs.Sign(outputs, deferred, signer.SignerOf(SigningRole.BootCode)), deferred, "small");
        }

        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(image.Output, "small.raw")), await File.ReadAllBytesAsync(raw));
        foreach (var name in new[] { "audit", "debug", "far" })
        {
            Assert.Equal(
                await File.ReadAllBytesAsync(Path.Combine(image.Output, "addons", $"{name}.addon.efi")),
                await File.ReadAllBytesAsync(Path.Combine(deferred, "addons", $"{name}.addon.efi")));
        }
    }

    [Fact]
    public async Task Build_AddonIsGone_LeavesNoFileOfAnEarlierBuild()
    {
        using var image = Image();
        await image.BuildAsync();
        image.WriteDefinition(Definition("\naddons: [{name: debug, description: Talk, commandLine: debug}]"));
        await image.BuildAsync();
        Assert.Equal(["debug.addon.efi"], Directory.GetFiles(Path.Combine(image.Output, "addons")).Select(Path.GetFileName));
        image.WriteDefinition(Definition(""));
        await image.BuildAsync();
        Assert.False(Directory.Exists(Path.Combine(image.Output, "addons")));
    }

    [Fact]
    public async Task Build_NoStub_ReportsHULL5502()
    {
        using var image = Image();
        image.WriteDefinition(Definition(Addons).Replace("boot: {", "boot: {addonStub: /usr/lib/none, ", StringComparison.Ordinal));
        Assert.Equal("HULL5502", (await Assert.ThrowsAsync<HullException>(() => image.BuildAsync())).Code.Code);
    }

    [Theory]
    [InlineData("[{name: a, description: A, commandLine: x, group: g, place: installed}, {name: b, description: B, commandLine: y, group: g, place: installed}]", "HULL5501")]
    [InlineData("[{name: a, description: A, commandLine: x}, {name: a, description: B, commandLine: y}]", "HULL4007")]
    [InlineData("[{name: a, description: A, commandLine: \"x\\ny\"}]", "HULL4008")]
    [InlineData("[{name: a, description: 'A \"b\"', commandLine: x}]", "HULL4008")]
    [InlineData("[{name: a, description: A, commandLine: ' x'}]", "HULL4008")]
    public void Load_ImpossibleAddons_ReportsTheCode(string addons, string code)
    {
        using var image = Image();
        image.WriteDefinition(Definition($"\naddons: {addons}"));
        Assert.Equal(code, Assert.Throws<HullException>(() => ImageDefinition.Load(image.DefinitionPath)).Code.Code);
    }

    [Fact]
    public void Load_OneOfAGroupInstalled_IsAccepted()
    {
        using var image = Image();
        image.WriteDefinition(Definition("\naddons: [{name: a, description: A, commandLine: x, group: g, place: installed}, {name: b, description: B, commandLine: y, group: g}]"));
        Assert.Equal(2, ImageDefinition.Load(image.DefinitionPath).Addons.Count);
    }

    private SmallImage Image()
    {
        var image = new SmallImage(keys.Folder);
        image.WriteDefinition(Definition(Addons));
        return image;
    }

    private static string Definition(string addons) => SmallImage.DefaultText(disk: true).Replace("[raw, qcow2]", "[raw]", StringComparison.Ordinal) + addons;

    private static string Text(PeImage image, string section) => System.Text.Encoding.UTF8.GetString(image.Read(image.Find(section)!.Value).Span).TrimEnd('\0');
}
