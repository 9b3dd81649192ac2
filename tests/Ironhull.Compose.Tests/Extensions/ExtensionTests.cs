using Ironhull.Compose.Extensions;
using Ironhull.Compose.Inspection;
using Ironhull.Compose.Tests.Build;
using Ironhull.Diagnostics;
using Ironhull.Signing;

namespace Ironhull.Compose.Tests.Extensions;

[Collection(KeysGroup.Name)]
public sealed class ExtensionTests(SharedKeys keys)
{
    private const string Embedded = "\nextensions: [{name: runtime, packages: [data], keep: [/usr/share/kept]}]";

    [Fact]
    public async Task Build_EmbeddedExtension_HoldsThePackagesFilesAndTheImageNot()
    {
        using var image = Image(Embedded);
        await image.BuildAsync();
        using var disk = OpenImage.Open(Path.Combine(image.Output, "small.raw"));
        var plain = disk.ReadTree();
        var raw = plain[$"{ExtensionEmbedder.Folder}/runtime.raw"].Content!;
        var file = image.PathOf("runtime.raw");
        await File.WriteAllBytesAsync(file, raw.ToArray());
        ExtensionJudges.Judge(file);

        using var extension = OpenImage.Open(file);
        Assert.True(extension.IsExtension);
        var facts = extension.Read(verify: true);
        Assert.Equal("every block is right", facts.Verity!.Checked);
        Assert.Contains(" db", facts.Verity.Signature, StringComparison.Ordinal);
        var tree = extension.ReadTree();
        var moved = tree.Entries.Where(e => e.Value.Origin.Length == 0 && e.Value.Content is not null && !e.Key.Contains("runtime", StringComparison.Ordinal)).Select(e => e.Key).ToList();
        Assert.NotEmpty(moved);
        Assert.All(moved, path => Assert.False(plain.Contains(path), path));
        Assert.Equal("ID=\"ironhull\"\nSYSEXT_SCOPE=\"system\"\nARCHITECTURE=\"x86-64\"\n", tree["/usr/lib/extension-release.d/extension-release.runtime"].Content!.ToText());
        Assert.Contains("\"name\": \"data\"", tree["/usr/share/ironhull/extensions/runtime.json"].Content!.ToText(), StringComparison.Ordinal);

        // As a machine has it: nothing is lost.
        var merged = disk.ReadMergedTree();
        Assert.All(moved, path => Assert.True(merged.Contains(path), path));
        Assert.False(merged.Contains($"{ExtensionEmbedder.Folder}/runtime.raw"));
    }

    [Fact]
    public async Task Build_EmbeddedExtensionWithoutItsKey_WaitsForASignatureMadeElsewhere_ThenEqualsTheBuildThatSignedAtOnce()
    {
        using var image = Image(Embedded);
        await image.BuildAsync();
        var certificates = image.PathOf("certificates");
        Directory.CreateDirectory(certificates);
        foreach (var file in Directory.GetFiles(keys.Folder, "*.crt"))
        {
            File.Copy(file, Path.Combine(certificates, Path.GetFileName(file)));
        }

        // Elsewhere: another cache, and no private key.
        var deferred = Path.Combine(image.Output, "deferred");
        var request = image.Request(deferred) with { KeysFolder = certificates, DeferSigning = true, CacheFolder = image.PathOf("cache2") };
        CopyFolder(Path.Combine(image.Cache, "downloads"), Path.Combine(request.CacheFolder, "downloads"));
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(request));
        Assert.Equal("HULL5403", error.Code.Code);
        var waiting = Path.Combine(deferred, ExtensionEmbedder.OutputFolder, "runtime.raw");
        using var signing = keys.Store.OpenSigningKeys();
        using (var disk = File.Open(waiting, FileMode.Open, FileAccess.ReadWrite))
        {
            ExtensionImage.Sign(disk, signing.SignerOf(SigningRole.Extension), waiting);
        }

        await image.BuildAsync(request);
        var raw = Path.Combine(deferred, "small.raw");
        using (var disk = File.Open(raw, FileMode.Open, FileAccess.ReadWrite))
        {
            Compose.Build.ImageSigner.Sign(disk, signing, "small");
        }

        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(image.Output, "small.raw")), await File.ReadAllBytesAsync(raw));
    }

    [Fact]
    public async Task Build_ExtensionOfFiles_IsReproducibleSignedAndReadByTheRealTools()
    {
        using var image = Image("");
        var path = Extension(image, "sysext", "files/usr/share/extra/hello", "hello\n");
        var (first, second) = (image.PathOf("out-a"), image.PathOf("out-b"));
        var request = image.Request(first) with { DefinitionPath = path };
        var report = await image.BuildAsync(request);
        await image.BuildAsync(request with { OutputFolder = second, CacheFolder = image.Cache });
        Assert.Equal(image.Outputs(first), image.Outputs(second));
        Assert.Equal("sysext", report.Outputs[0].Kind);
        var file = Path.Combine(first, "extra.raw");
        ExtensionJudges.Judge(file);
        using var extension = OpenImage.Open(file);
        var tree = extension.ReadTree();
        Assert.Equal("hello\n", tree["/usr/share/extra/hello"].Content!.ToText());
        Assert.Equal("ID=\"ironhull\"\nSYSEXT_LEVEL=\"7\"\nSYSEXT_SCOPE=\"system\"\nARCHITECTURE=\"x86-64\"\nEXTENSION_RELOAD_MANAGER=\"1\"\n", tree["/usr/lib/extension-release.d/extension-release.extra"].Content!.ToText());
        Assert.Contains("\"spdxVersion\": \"SPDX-2.3\"", await File.ReadAllTextAsync(Path.Combine(first, "extra.spdx.json")), StringComparison.Ordinal);

        var deferred = image.PathOf("out-c");
        await image.BuildAsync(request with { OutputFolder = deferred, DeferSigning = true });
        var unsigned = Path.Combine(deferred, "extra.raw");
        Assert.NotEqual(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(unsigned));
        using (var disk = File.Open(unsigned, FileMode.Open, FileAccess.ReadWrite))
        using (var signer = keys.Store.OpenSigner(SigningRole.Extension))
        {
            ExtensionImage.Sign(disk, signer, unsigned);
        }

        Assert.Equal(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(unsigned));
    }

    [Theory]
    [InlineData("sysext", "files/etc/extra", "HULL5402")]
    [InlineData("sysext", "files/usr/bin/tool", "HULL5402")]
    [InlineData("sysext", "files/opt/extra", "HULL5402")]
    [InlineData("confext", "files/usr/share/extra", "HULL5402")]
    [InlineData("sysext", "files/.gitkeep", "HULL5401")]
    public async Task Build_ExtensionWithAPathThatItCannotHold_IsRefused(string kind, string file, string code)
    {
        using var image = Image("");
        var path = Extension(image, kind, file, "x\n");
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(image.Request() with { DefinitionPath = path }));
        Assert.Equal(code, error.Code.Code);
    }

    [Fact]
    public async Task Build_ExtensionWhoseProgramHasNoInterpreter_IsRefusedByTheClosureChecks()
    {
        using var image = Image("");
        var path = Extension(image, "sysext", "files/usr/bin/extra", "#!/usr/bin/missing\n");
        File.SetUnixFileMode(image.PathOf("extra/files/usr/bin/extra"), (UnixFileMode)0x1ED);
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(image.Request() with { DefinitionPath = path }));
        Assert.Contains("/usr/bin/missing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_ConfigurationExtension_HoldsEtcAndItsReleaseFile()
    {
        using var image = Image("");
        var path = Extension(image, "confext", "files/etc/extra.conf", "x\n");
        await image.BuildAsync(image.Request() with { DefinitionPath = path });
        using var extension = OpenImage.Open(Path.Combine(image.Output, "extra.raw"));
        var tree = extension.ReadTree();
        Assert.True(tree.Contains("/etc/extra.conf"));
        Assert.Contains("CONFEXT_LEVEL=\"7\"", tree["/etc/extension-release.d/extension-release.extra"].Content!.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_EmbeddedExtensionWithoutFiles_ReportsHULL5401()
    {
        using var image = Image("\nextensions: [{name: runtime, packages: [nothing]}]");
        Assert.Equal("HULL5401", (await Assert.ThrowsAsync<HullException>(() => image.BuildAsync())).Code.Code);
    }

    [Fact]
    public async Task Build_ExtensionOfFilesBesideTheImage_TakesThemFromAnotherExtensionsPackage()
    {
        using var image = Image("\nextensions: [{name: one, files: [/usr/share/data/te*], place: outputs}, {name: runtime, packages: [data]}]");
        await image.BuildAsync();

        using var one = OpenImage.Open(Path.Combine(image.Output, "extensions", "one.raw"));
        var tree = one.ReadTree();
        using var disk = OpenImage.Open(Path.Combine(image.Output, "small.raw"));
        var merged = disk.ReadMergedTree();

        Assert.True(tree.Contains("/usr/share/data/text"));
        Assert.False(tree.Contains("/usr/share/data/noise"));
        Assert.Contains("\"name\": \"data\"", tree["/usr/share/ironhull/extensions/one.json"].Content!.ToText(), StringComparison.Ordinal);
        Assert.False(merged.Contains("/usr/share/data/text"));
        Assert.True(merged.Contains("/usr/share/data/noise"));
        Assert.Contains("data\t", await File.ReadAllTextAsync(Path.Combine(image.Output, "small.packages.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ExtensionOfNothing_ReportsTheMissingKey() =>
        Assert.Equal(DefinitionErrors.MissingKey, Assert.Throws<HullException>(() => Image("\nextensions: [{name: runtime}]")).Code);

    private SmallImage Image(string more)
    {
        var image = new SmallImage(keys.Folder);
        image.WriteDefinition(SmallImage.DefaultText(disk: true).Replace("[raw, qcow2]", "[raw]", StringComparison.Ordinal).TrimEnd() + more + "\n");
        image.WriteLock();
        return image;
    }

    private static string Extension(SmallImage image, string kind, string file, string text)
    {
        image.Write("extra/" + file, text);
        image.Write("extra/image.yaml", $"name: extra\nversion: \"1\"\nkind: {kind}\nextension: {{base: .., level: \"7\", reloadManager: true}}\nfiles: [files]\n");
        return image.PathOf("extra/image.yaml");
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
