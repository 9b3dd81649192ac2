using System.Text.Json;
using Ironhull.Compose.Definition;
using Ironhull.Diagnostics;
using Ironhull.Testing;

namespace Ironhull.Compose.Tests.Definition;

public sealed class ImageDefinitionTests : IDisposable
{
    private const string Disk = """
        # yaml-language-server: $schema=../docs/reference/image.schema.json
        name: container-host
        version: 0.1.0
        architecture: amd64
        kind: disk
        repositories:
          - id: trixie
            archive: debian
            suite: trixie
            components: [main]
            keys: [keys/archive.gpg]
            fingerprints: [0123456789abcdef0123456789abcdef01234567]
          - id: trixie-security
            archive: debian-security
            suite: trixie-security
            components: [main]
            keys: [keys/archive.gpg]
            priority: 600
        packages:
          install: [systemd, libstdc++6]
          exclude: [dpkg, perl-base]
        waivers:
          dependencies: [{package: linux-image-*, dependency: "initramfs-tools | linux-initramfs-tool", why: own initrd, expires: 2027-12-31}]
          closure: [{check: needed, subject: libx.so.1, why: plugin, expires: 2026-01-01}]
        recipes: [recipes]
        accounts: accounts.yaml
        files: [files]
        modes: [{path: /etc/sudoers, mode: "0440", owner: root, group: root}]
        preset: 90-ironhull.preset
        remove: [/usr/share/doc, /usr/share/man/*]
        suid: [/usr/bin/su]
        initrd: initrd.yaml
        boot: {commandLine: "quiet ro", counter: 3, loaderTimeout: 0}
        disk:
          esp: {size: 512MiB}
          usr: {filesystem: erofs, compression: zstd, level: 3, cluster: 64KiB, size: 1GiB}
        outputs: [raw, qcow2, vhd-fixed, vhd-dynamic]
        """;

    private readonly TemporaryFolder _folder = new();

    public ImageDefinitionTests()
    {
        foreach (var file in (string[])["keys/archive.gpg", "accounts.yaml", "90-ironhull.preset"])
        {
            _folder.Write(file, "x");
        }

        _folder.Write("initrd.yaml", "files: [/usr/bin/bash]\nwants: {initrd.target: [a.service]}\noverlay: initrd\nmodules: [erofs]\n");
        foreach (var folder in (string[])["recipes", "files", "initrd"])
        {
            Directory.CreateDirectory(Path.Combine(_folder.Path, folder));
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_WholeDefinition_BindsEveryKey()
    {
        var d = ImageDefinition.Load(_folder.Write("image.yaml", Disk));
        Assert.Equal(("container-host", "0.1.0", "amd64", ImageKind.Disk), (d.Name, d.Version, d.Architecture, d.Kind));
        Assert.Equal(["trixie", "trixie-security"], d.Repositories.Select(r => r.Id));
        Assert.Equal([500, 600], d.Repositories.Select(r => r.Priority));
        Assert.Equal(["0123456789ABCDEF0123456789ABCDEF01234567"], d.Repositories[0].Fingerprints);
        Assert.Equal(Path.Combine(_folder.Path, "keys/archive.gpg"), d.Repositories[0].Keys[0]);
        Assert.Equal(["systemd", "libstdc++6"], d.Packages.Install.Select(p => p.Value));
        Assert.Equal(0x120, d.Modes[0].Mode);
        Assert.Equal(new DiskDefinition(512L << 20, new UsrDefinition(ErofsCompression.Zstd, 3, 65536, 1L << 30)), d.Disk);
        Assert.Equal("quiet ro", d.Boot!.CommandLine);
        Assert.Equal([OutputForm.Raw, OutputForm.Qcow2, OutputForm.VhdFixed, OutputForm.VhdDynamic], d.Outputs);
        Assert.Equal("/usr/bin/bash", d.Initrd!.Files[0].Value);
        Assert.Equal(["a.service"], d.Initrd.Wants["initrd.target"]);
        Assert.Equal(Path.Combine(_folder.Path, "initrd"), d.Initrd.Overlay);
        Assert.Equal(Path.Combine(_folder.Path, "image.lock"), d.LockPath);
    }

    [Fact]
    public void Load_Folder_ReadsItsImageYaml()
    {
        _folder.Write("image.yaml", Disk);
        Assert.Equal("container-host", ImageDefinition.Load(_folder.Path).Name);
    }

    [Fact]
    public void Load_ManyErrors_ReportsAllTogether()
    {
        var text = Disk.Replace("suite: trixie\n", "suit: trixie\n")
            .Replace("keys: [keys/archive.gpg]\n    priority", "keys: [keys/missing.gpg]\n    priority")
            .Replace("[systemd, libstdc++6]", "[systemd, systemd, Bad_Name]")
            .Replace("zstd", "zstdd")
            .Replace("64KiB", "60KiB")
            .Replace("expires: 2027-12-31", "expires: soon")
            .Replace("mode: \"0440\"", "mode: \"0999\"")
            .Replace("initrd: initrd.yaml", "initrd: other.yaml");
        var path = _folder.Write("image.yaml", text);
        var error = Assert.Throws<HullException>(() => ImageDefinition.Load(path));
        Assert.Equal(
            [
                "7:5 HULL4005", "9:5 HULL4004", "17:12 HULL4009", "20:22 HULL4007", "20:31 HULL4008", "23:123 HULL4006", "28:36 HULL4008", "32:9 HULL4009",
                "36:41 HULL4008", "36:67 HULL4008",
            ],
            error.Diagnostics.Select(d => $"{d.Where!.Line}:{d.Where.Column} {d.Code.Code}"));
        Assert.All(error.Diagnostics, d => Assert.Equal(path, d.Where!.Path));
        Assert.Equal(2, error.ExitCode);
    }

    [Fact]
    public void Load_ErrorInInitrd_NamesTheInitrdFile()
    {
        _folder.Write("initrd.yaml", "moduls: [erofs]\n");
        var error = Assert.Throws<HullException>(() => ImageDefinition.Load(_folder.Write("image.yaml", Disk)));
        Assert.EndsWith("initrd.yaml:1:1", error.Diagnostics[0].Where!.ToString(), StringComparison.Ordinal);
        Assert.Equal("Did you mean 'modules'?", error.Diagnostics[0].Remedy);
    }

    [Fact]
    public void Load_OciWithDiskKeys_ReportsForeignAndMissingKeys()
    {
        var error = Assert.Throws<HullException>(() => ImageDefinition.Load(_folder.Write("image.yaml", Disk.Replace("kind: disk", "kind: oci"))));
        Assert.Equal(["HULL4005", "HULL4008", "HULL4008", "HULL4008", "HULL4008"], error.Diagnostics.Select(d => d.Code.Code).Order());
    }

    [Fact]
    public void Load_OciDefinition_BindsItsConfiguration()
    {
        var d = ImageDefinition.Load(_folder.Write("image.yaml", """
            name: hello
            version: "1"
            kind: oci
            repositories: [{id: trixie, archive: debian, suite: trixie, components: [main], keys: [keys/archive.gpg]}]
            packages: {install: [busybox-static]}
            oci: {reference: "hello:1", entrypoint: [/bin/busybox, echo], environment: {PATH: /bin}, workingDirectory: /}
            """));
        Assert.Equal(["/bin/busybox", "echo"], d.Oci!.Entrypoint);
        Assert.Equal("/bin", d.Oci.Environment["PATH"]);
        Assert.Null(d.Disk);
    }

    [Fact]
    public void Expired_Waiver_IsReportedAtItsPlace()
    {
        var d = ImageDefinition.Load(_folder.Write("image.yaml", Disk));
        var expired = Assert.Single(d.Waivers.Expired(new DateOnly(2026, 1, 2)));
        Assert.Equal(("HULL4010", 24), (expired.Code.Code, expired.Where!.Line));
        Assert.Empty(d.Waivers.Expired(new DateOnly(2026, 1, 1)));
    }

    [Theory]
    [InlineData("image.schema.json")]
    [InlineData("initrd.schema.json")]
    public void Schema_InTheReference_IsCurrent(string file)
    {
        var schema = file == "image.schema.json" ? ImageDefinition.Schema() : ImageDefinition.InitrdSchema();
        var path = Path.Combine(RepositoryRoot.Path, "docs", "reference", file);
        if (Environment.GetEnvironmentVariable("HULL_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, schema);
        }

        Assert.Equal(schema, File.ReadAllText(path));
        Assert.Equal("object", JsonDocument.Parse(schema).RootElement.GetProperty("type").GetString());
    }
}
