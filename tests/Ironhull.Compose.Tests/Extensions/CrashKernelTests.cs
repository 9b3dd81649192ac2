using Ironhull.Compose.Build;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Extensions;
using Ironhull.Compose.Inspection;
using Ironhull.Compose.Tests.Build;
using Ironhull.Diagnostics;
using Ironhull.Formats.Cpio;
using Ironhull.Formats.Tests.Pe;
using Ironhull.Signing;
using Ironhull.Testing;

namespace Ironhull.Compose.Tests.Extensions;

/// <summary>An extension beside the disk, with the kernel that starts after a crash.</summary>
[Collection(KeysGroup.Name)]
public sealed class CrashKernelTests(SharedKeys keys)
{
    private const string Disk = "small.raw";
    private const string Extension = "extensions/dumps.raw";

    [Fact]
    public async Task Build_ExtensionOfThePlaceOutputs_LiesBesideTheDiskAndNotInIt()
    {
        using var image = Image();
        var report = await image.BuildAsync();
        var output = Assert.Single(report.Outputs, o => o.Name == Extension);
        Assert.Equal("sysext", output.Kind);
        ExtensionJudges.Judge(Path.Combine(image.Output, Extension));
        using var extension = OpenImage.Open(Path.Combine(image.Output, Extension));
        var tree = extension.ReadTree();
        Assert.True(tree.Contains("/usr/share/data/noise"));
        using var disk = OpenImage.Open(Path.Combine(image.Output, Disk));
        var plain = disk.ReadMergedTree();
        Assert.False(plain.Contains("/usr/share/data/noise"));
        Assert.False(plain.Contains(CrashKernel.Folder));
        // Nor in the lists of what the image holds; the extension has lists of its own.
        Assert.DoesNotContain("\"data\"", plain["/usr/share/ironhull/manifest.json"].Content!.ToText(), StringComparison.Ordinal);
        Assert.DoesNotContain("data", await File.ReadAllTextAsync(Path.Combine(image.Output, "small.packages.txt")), StringComparison.Ordinal);
        var sbom = await File.ReadAllTextAsync(Path.Combine(image.Output, "extensions/dumps.spdx.json"));
        Assert.All(["\"data\"", "\"boot\"", "\"tool\""], name => Assert.Contains("\"name\": " + name, sbom, StringComparison.Ordinal));
        Assert.True((await image.BuildAsync()).UpToDate);
    }

    [Fact]
    public async Task Build_CrashInitrd_IsInTheExtensionWithTheKernelSignedByTheKeyForBootCode()
    {
        using var image = Image();
        await image.BuildAsync();
        using var extension = OpenImage.Open(Path.Combine(image.Output, Extension));
        var tree = extension.ReadTree();
        var kernel = tree[$"{CrashKernel.Folder}/vmlinuz"].Content!.ToArray();
        Authenticode.Verify(kernel, keys.Store.Database);
        var file = image.PathOf("vmlinuz");
        await File.WriteAllBytesAsync(file, kernel);
        HostTool.Run("sbverify", "--cert", Path.Combine(keys.Folder, "boot-code.crt"), file);
        var initrd = new ZstdSharp.Decompressor().Unwrap(tree[$"{CrashKernel.Folder}/initrd"].Content!.ToArray()).ToArray();
        var files = CpioReader.Read(initrd, out _);
        Assert.Equal("a tool", files["/usr/bin/tool"].Content!.ToText());
        Assert.Equal("#!/usr/bin/tool\n", files["/init"].Content!.ToText());
        Assert.Equal(0x1ED, files["/init"].Mode & 0x1FF);
    }

    [Fact]
    public async Task Build_SignedLaterWithTheKeysAtHand_EqualsTheBuildThatSignedAtOnce()
    {
        using var image = Image();
        var first = await image.BuildAsync();
        var later = image.PathOf("later");
        var report = await image.BuildAsync(image.Request(later) with { DeferSigning = true });
        Assert.NotEqual(await File.ReadAllBytesAsync(Path.Combine(image.Output, Extension)), await File.ReadAllBytesAsync(Path.Combine(later, Extension)));
        using var signing = keys.Store.OpenSigningKeys();
        var signed = ExtensionBeside.Sign(report.Outputs, later, signing);
        Assert.Equal(first.Outputs.Single(o => o.Name == Extension).Sha256, signed.Single(o => o.Name == Extension).Sha256);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(image.Output, Extension)), await File.ReadAllBytesAsync(Path.Combine(later, Extension)));
    }

    [Fact]
    public async Task Build_CrashKernelWithoutItsKey_ReportsHULL5406_ThenTakesTheKernelThatWasSignedElsewhere()
    {
        using var image = Image();
        await image.BuildAsync();
        var certificates = image.PathOf("certificates");
        Directory.CreateDirectory(certificates);
        foreach (var file in Directory.GetFiles(keys.Folder, "*.crt"))
        {
            File.Copy(file, Path.Combine(certificates, Path.GetFileName(file)));
        }

        var later = image.PathOf("later");
        var request = image.Request(later) with { KeysFolder = certificates, DeferSigning = true };
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(request));
        Assert.Equal("HULL5406", error.Code.Code);
        var waiting = Path.Combine(later, "extensions/dumps.efi");
        using var signing = keys.Store.OpenSigningKeys();
        await File.WriteAllBytesAsync(waiting, ImageSigner.SignProgram(await File.ReadAllBytesAsync(waiting), signing.SignerOf(SigningRole.BootCode), waiting));
        var report = await image.BuildAsync(request);
        ExtensionBeside.Sign(report.Outputs, later, signing);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(image.Output, Extension)), await File.ReadAllBytesAsync(Path.Combine(later, Extension)));

        // A kernel that somebody else signed is not taken.
        using var stranger = KeyStore.Init(image.PathOf("stranger"), "A stranger").OpenSigningKeys();
        await File.WriteAllBytesAsync(waiting, Authenticode.Sign(MinimalPe.Create(), stranger.SignerOf(SigningRole.BootCode)));
        Directory.Delete(Path.Combine(image.Cache, "stages"), recursive: true);
        File.Delete(Path.Combine(later, OutputManifest.FileName));
        Assert.Equal("HULL5406", (await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(request))).Code.Code);
    }

    [Fact]
    public void InputsOf_ChangedFileOfTheCrashInitrd_HasAnotherKey()
    {
        using var image = Image();
        foreach (var name in (string[])["crash.yaml", "crash-files/init"])
        {
            var before = Inputs(image);
            File.AppendAllText(image.PathOf(name), "\n# more\n");
            Assert.NotEqual(before, Inputs(image));
        }
    }

    private static string Inputs(SmallImage image)
    {
        var definition = ImageDefinition.Load(image.DefinitionPath);
        return BuildInputs.Of(definition, definition.LockPath, null, false).Digest.ToString();
    }

    private SmallImage Image()
    {
        var image = new SmallImage(keys.Folder);
        image.Write("crash.yaml", "overlay: crash-files\nfiles: [/usr/bin/tool]\n");
        image.Write("crash-files/init", "#!/usr/bin/tool\n");
        File.SetUnixFileMode(image.PathOf("crash-files/init"), (UnixFileMode)0x1ED);
        // The packages' kernel is text; one that can be signed comes with the files.
        Directory.CreateDirectory(image.PathOf("files/boot"));
        File.WriteAllBytes(image.PathOf("files/boot/vmlinuz-6.12-test"), MinimalPe.Create());
        image.WriteDefinition(SmallImage.DefaultText(disk: true).Replace("[raw, qcow2]", "[raw]", StringComparison.Ordinal).TrimEnd()
            + "\nextensions: [{name: dumps, packages: [data], place: outputs, crashInitrd: crash.yaml}]\n");
        image.WriteLock();
        return image;
    }
}
