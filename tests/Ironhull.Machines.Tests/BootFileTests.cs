using Ironhull.Formats.Fat;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Pe;
using Ironhull.Formats.Trees;
using Ironhull.Machines.Acceptance;
using Ironhull.Machines.Host;
using Ironhull.Signing;

namespace Ironhull.Machines.Tests;

public sealed class BootFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hull-boot-files-");

    [Fact]
    public void MinimalApplication_IsAnImageThatTakesAnAddonsSections()
    {
        var addon = PeImage.Parse(UkiBuilder.BuildAddon(BootFileChanges.MinimalApplication(), "word=1"));
        Assert.Equal((0x8664, 10), (addon.Machine, addon.Subsystem));
        var section = addon.Find(".cmdline");
        Assert.NotNull(section);
        Assert.StartsWith("word=1", System.Text.Encoding.UTF8.GetString(addon.Read(section.Value).Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutSignature_SignedImage_IsTheUnsignedOneAndRejectedByAnotherTool()
    {
        var unsigned = UkiBuilder.BuildAddon(BootFileChanges.MinimalApplication(), "word=1");
        var keys = KeyStore.Init(Path.Combine(_folder.FullName, "keys"));
        using var signer = keys.OpenSigner(SigningRole.BootCode);
        var signed = Authenticode.Sign(unsigned, signer);
        Assert.Equal(PeImage.Parse(unsigned).AuthenticodeDigest(), PeImage.Parse(BootFileChanges.WithoutSignature(signed)).AuthenticodeDigest());
        Assert.True(await VerifiesAsync(signed));
        Assert.False(await VerifiesAsync(BootFileChanges.WithoutSignature(signed)));
        Assert.False(await VerifiesAsync(BootFileChanges.WithChangedCommandLine(signed)));
    }

    [Fact]
    public async Task WriteBootDisk_Files_AreReadBackThroughAQcow2Image()
    {
        var files = new FileTree();
        files.EnsureDirectory("/EFI/Linux");
        files.Set("/EFI/Linux/ironhull_1+3.efi", Inode.File(Content.FromText("kernel")));
        files.EnsureDirectory("/EFI/BOOT");
        files.Set("/EFI/BOOT/BOOTX64.EFI", Inode.File(Content.FromText("loader")));
        var raw = Path.Combine(_folder.FullName, "boot.raw");
        ImageDisk.WriteBootDisk(raw, files);
        var qcow2 = Path.Combine(_folder.FullName, "boot.qcow2");
        Assert.True((await HostTool.RunAsync("qemu-img", ["convert", "-O", "qcow2", raw, qcow2])).Succeeded);
        using var image = await ImageDisk.OpenAsync(qcow2, _folder.FullName, CancellationToken.None);
        var read = image.BootFiles();
        Assert.Equal("/EFI/Linux/ironhull_1+3.efi", ImageDisk.KernelPath(read));
        Assert.Equal("loader", read["/EFI/BOOT/BOOTX64.EFI"].Content!.ToText());
        Assert.Equal("ESP", image.Partition(PartitionTypes.EfiSystem, "EFI system").Name);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<bool> VerifiesAsync(byte[] image)
    {
        var path = Path.Combine(_folder.FullName, "image.efi");
        await File.WriteAllBytesAsync(path, image);
        return (await HostTool.RunAsync("sbverify", ["--cert", Path.Combine(_folder.FullName, "keys", "db.crt"), path])).Succeeded;
    }
}
