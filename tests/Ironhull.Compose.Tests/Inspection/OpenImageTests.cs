using System.Text;
using Ironhull.Compose.Build;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Inspection;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Erofs;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Pe;
using Ironhull.Formats.Tests.Pe;
using Ironhull.Formats.Trees;
using Ironhull.Formats.Verity;
using Ironhull.Signing;

namespace Ironhull.Compose.Tests.Inspection;

public sealed class OpenImageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_AssembledDisk_FindsPartitionsUkiVerityAndPackages()
    {
        var raw = Image("a", new(1, "hello"));
        using var image = OpenImage.Open(raw);
        var facts = image.Read(verify: true);
        Assert.Equal(["ESP", "USR-A", "USR-A-VERITY", "USR-A-VERITY-SIG"], facts.Partitions.Select(p => p.Name));
        Assert.Equal(("tiny", "1"), (facts.Name, facts.Version));
        Assert.Equal(["bash"], facts.Packages.Select(p => p.Name));
        Assert.True(facts.Verity!.IdsMatch);
        Assert.True(facts.Verity.CommandLineMatches);
        Assert.Equal("every block is right", facts.Verity.Checked);
        Assert.StartsWith("deferred, for CN=", facts.Verity.Signature, StringComparison.Ordinal);
        var uki = facts.Programs.Single(p => p.CommandLine is not null);
        Assert.Equal("6.12-test", uki.KernelVersion);
        Assert.Contains($"usrhash={facts.Verity.RootHash} quiet", uki.CommandLine, StringComparison.Ordinal);
        Assert.Equal(5, uki.Sections.Single(s => s.Name == ".linux").Size);
        Assert.Contains("/usr/bin/hello", image.ReadTree().Entries.Select(e => e.Key));
    }

    [Theory]
    [InlineData(Ironhull.Formats.Disk.DiskFormat.Qcow2)]
    [InlineData(Ironhull.Formats.Disk.DiskFormat.VhdDynamic)]
    public void Read_OtherFormats_GivesTheSameFacts(Ironhull.Formats.Disk.DiskFormat format)
    {
        var raw = Image("a", new(1, "hello"));
        var other = Path.Combine(_folder.Path, "other.img");
        using (var stream = File.OpenRead(raw))
        {
            DiskImage.Write(stream, other, format, Guid.Empty, 0);
        }

        using var first = OpenImage.Open(raw);
        using var second = OpenImage.Open(other);
        Assert.Equal(format, second.Format);
        Assert.Equal(first.Read().Verity, second.Read().Verity);
        Assert.Equal(first.Read().Partitions, second.Read().Partitions);
    }

    [Fact]
    public void Read_FlippedByteInUsr_IsFoundByVerify()
    {
        var raw = Image("a", new(1, "hello"));
        using (var disk = File.Open(raw, FileMode.Open))
        {
            var usr = GptTable.Read(disk).Partitions.Single(p => p.Type == PartitionTypes.Usr);
            disk.Position = usr.Offset + new FileInfo(Path.Combine(_folder.Path, "a.erofs")).Length - 1;
            var value = disk.ReadByte();
            disk.Position--;
            disk.WriteByte((byte)(value ^ 1));
        }

        using var image = OpenImage.Open(raw);
        Assert.Contains("is wrong", image.Read(verify: true).Verity!.Checked, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DiskOfAMachineThatCouldNotBeProvisioned_HasItsDigest()
    {
        var raw = Image("a", new(1, "hello"));
        using (var disk = File.Open(raw, FileMode.Open))
        {
            var esp = GptTable.Read(disk).Partitions.Single(p => p.Type == PartitionTypes.EfiSystem);
            var files = Ironhull.Formats.Fat.FatVolume.Open(disk, esp.Offset, esp.Length).ToFileTree();
            files.EnsureDirectory("/EFI/ironhull");
            files.Set("/EFI/ironhull/provision-failure.txt", Inode.File(Content.FromText("PROVISIONING FAILED\u001b[2J\nerror\n")));
            Ironhull.Formats.Fat.FatWriter.Write(disk, esp.Offset, files, new Ironhull.Formats.Fat.FatOptions(esp.Length, 1, "ESP", 1_700_000_000, (uint)esp.FirstLba));
        }

        using var image = OpenImage.Open(raw);
        Assert.Equal("PROVISIONING FAILED[2J\nerror\n", image.Read().ProvisionFailure);
    }

    [Fact]
    public void Between_TwoImages_ListsWhatDiffers()
    {
        using var a = OpenImage.Open(Image("a", new(1, "hello")));
        using var b = OpenImage.Open(Image("b", new(2, "hallo")));
        var diff = TreeDiff.Between(a.ReadTree(), b.ReadTree());
        Assert.Equal(["/usr/bin/extra"], diff.Added.Select(e => e.Path));
        Assert.Empty(diff.Removed);
        Assert.Equal(["/usr/bin/hello: content", "/usr/share/ironhull/manifest.json: content"], diff.Changed.Select(c => $"{c.Path}: {c.What}"));
    }

    [Fact]
    public void Open_MissingOrEmpty_ReportsHULL4030()
    {
        Assert.Equal("HULL4030", Assert.Throws<HullException>(() => OpenImage.Open("/nonexistent.raw")).Code.Code);
        Assert.Equal("HULL4030", Assert.Throws<HullException>(() => OpenImage.Open(_folder.Path)).Code.Code);
        Assert.Throws<HullException>(() => OpenImage.Open(_folder.Write("zero.raw", new byte[4096])));
    }

    private sealed record Variant(int Version, string Text);

    private string Image(string name, Variant variant)
    {
        var tree = new FileTree();
        tree.Set("/bin", Inode.Directory());
        tree.Set("/bin/hello", Inode.File(Content.FromText(variant.Text), 0x1ED));
        tree.Set("/bin/large", Inode.File(Content.FromText(string.Concat(Enumerable.Range(0, 20_000)))));
        if (variant.Version > 1)
        {
            tree.Set("/bin/extra", Inode.File(Content.FromText("extra"), 0x1ED));
        }

        tree.EnsureDirectory("/share/ironhull");
        tree.Set("/share/ironhull/manifest.json", Inode.File(Content.FromText(
            $$"""{"image": "tiny", "version": "{{variant.Version}}", "packages": [{"name": "bash", "version": "5.{{variant.Version}}", "architecture": "amd64", "source": "bash"}]}""")));
        var usr = Path.Combine(_folder.Path, name + ".erofs");
        var verity = Path.Combine(_folder.Path, name + ".verity");
        VerityWriteResult result;
        using (var output = File.Create(usr))
        {
            ErofsWriter.Write(tree, output, new ErofsWriterOptions { Uuid = Guid.Empty, BuildTimeSeconds = 0 });
        }

        using (var data = File.OpenRead(usr))
        using (var hash = File.Create(verity))
        {
            result = VerityWriter.Write(data, hash, new VerityOptions { Salt = new byte[] { 1, 2 }, Uuid = Guid.Empty });
        }

        var keys = Path.Combine(_folder.Path, "keys");
        using var signing = (Directory.Exists(keys) ? KeyStore.Open(keys) : KeyStore.Init(keys)).OpenSigningKeys();
        _folder.Write("k.gpg", "x");
        _folder.Write("initrd.yaml", "files: []");
        var definition = ImageDefinition.Load(_folder.Write("image.yaml", """
            name: tiny
            version: "1"
            repositories: [{id: trixie, archive: debian, suite: trixie, components: [main], keys: [k.gpg]}]
            packages: {install: [bash]}
            initrd: initrd.yaml
            boot: {commandLine: quiet}
            disk: {esp: {size: 64MiB}}
            outputs: [raw]
            """));
        var uki = UkiBuilder.Build(
            MinimalPe.Create(),
            [
                UkiSection.Text(".osrel", "ID=tiny\n"), UkiSection.Text(".cmdline", $"usrhash={result.RootHash} quiet"), UkiSection.Text(".uname", "6.12-test"),
                new(".initrd", Encoding.ASCII.GetBytes("initrd")), new(".linux", Encoding.ASCII.GetBytes("linux")),
            ]);
        var raw = Path.Combine(_folder.Path, name + ".raw");
        DiskAssembler.Write(raw, definition, new DiskContent(usr, verity, result.RootHash, MinimalPe.Create(), uki, signing.CertificateOf(SigningRole.BootCode), signing.CertificateOf(SigningRole.RootHash)), 0);
        return raw;
    }
}
