using System.Diagnostics;
using System.Security.Cryptography;
using Ironhull.Compose.Build;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Progress;
using Ironhull.Formats.Io;
using Ironhull.Formats.Tests.Pe;
using Ironhull.Packages.Cache;

namespace Ironhull.Compose.Tests.Build;

/// <summary>
/// A definition with every part that a real one has, its lock, and a cache with its packages: three made by dpkg-deb, a
/// few KiB each. It builds offline in a fraction of a second.
/// </summary>
internal sealed class SmallImage : IDisposable
{
    private static readonly Lazy<IReadOnlyList<(string Name, byte[] Deb)>> s_debs = new(MakeDebs);
    private readonly TemporaryFolder _folder = new();
    private readonly string? _keys;

    public SmallImage(string? keys = null, bool withDownloads = true)
    {
        _keys = keys;
        Write("keys/k.gpg", "x");
        Write("recipes/tool.yaml", "package: tool\n");
        Write("accounts.yaml", "users: {somebody: 999}\n");
        Write("files/etc/issue", "small\n");
        Write("files/usr/bin/script", "#!/usr/bin/tool\n");
        File.SetUnixFileMode(PathOf("files/usr/bin/script"), (UnixFileMode)0x1ED);
        File.CreateSymbolicLink(PathOf("files/etc/link"), "issue");
        Write("90-small.preset", "disable *\n");
        Write("initrd-files/etc/extra", "extra\n");
        Write("initrd.yaml", "overlay: initrd-files\nfiles: [/usr/bin/tool]\n");
        WriteDefinition(DefaultText(keys is not null));
        WriteLock();
        if (withDownloads)
        {
            foreach (var (_, deb) in s_debs.Value)
            {
                Put(Path.Combine(Cache, "downloads", Convert.ToHexStringLower(SHA256.HashData(deb))), deb);
            }
        }
    }

    public string DefinitionPath => PathOf("image.yaml");

    public string Cache => Path.Combine(_folder.Path, "cache");

    public string Output => Path.Combine(_folder.Path, "out");

    public static IReadOnlyList<(string Name, byte[] Deb)> Debs => s_debs.Value;

    public static string DefaultText(bool disk) => $$"""
        name: small
        version: "1"
        kind: {{(disk ? "disk" : "oci")}}
        repositories: [{id: trixie, archive: debian, suite: trixie, components: [main], keys: [keys/k.gpg]}]
        packages: {install: [tool, boot, data], essential: false}
        recipes: [recipes]
        accounts: accounts.yaml
        files: [files]
        preset: 90-small.preset
        remove: [/usr/share/doc]
        modes: [{path: /usr/bin/tool, mode: "0755", owner: root, group: root}]
        suid: []
        {{(disk ? "initrd: initrd.yaml\nboot: {commandLine: quiet}\ndisk: {esp: {size: 64MiB}, usr: {level: 1}}\noutputs: [raw, qcow2]" : "oci: {reference: 'small:1', entrypoint: [/usr/bin/tool]}")}}
        """;

    public string PathOf(string name) => Path.Combine(_folder.Path, "image", name);

    public void Write(string name, string text) => Put(PathOf(name), System.Text.Encoding.UTF8.GetBytes(text));

    public void WriteDefinition(string text) => Write("image.yaml", text);

    public void WriteLock(Func<ImageLock, ImageLock>? change = null)
    {
        var definition = ImageDefinition.Load(DefinitionPath);
        var image = new ImageLock
        {
            Image = definition.Name,
            Architecture = "amd64",
            Definition = DefinitionDigest.Of(definition),
            Timestamp = 1_700_000_000,
            Repositories = [new("trixie", "debian", "trixie", default, 1_700_000_000, [])],
            Packages = [.. s_debs.Value.OrderBy(d => d.Name, StringComparer.Ordinal).Select(d => Locked(d.Name, d.Deb))],
        };
        LockFile.Save(change is null ? image : change(image), definition.LockPath);
    }

    /// <summary>Makes one more package and puts it into the cache.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="control">More lines of its control file.</param>
    /// <param name="files">Paths and bytes.</param>
    public LockedPackage AddPackage(string name, string control, params (string Path, byte[] Bytes)[] files)
    {
        var deb = MakeDeb(Path.Combine(_folder.Path, "debs"), name, control, files);
        Put(Path.Combine(Cache, "downloads", Convert.ToHexStringLower(SHA256.HashData(deb))), deb);
        return Locked(name, deb);
    }

    public static string PoolPath(string name) => $"pool/main/{name}_1.0-1_all.deb";

    public BuildRequest Request(string? output = null) => new()
    {
        DefinitionPath = DefinitionPath,
        OutputFolder = output ?? Output,
        CacheFolder = Cache,
        KeysFolder = _keys,
        Offline = true,
    };

    public Task<BuildReport> BuildAsync(BuildRequest? request = null, IProgressReporter? progress = null, CancellationToken cancellation = default) =>
        ImageBuilder.BuildAsync(request ?? Request(), progress ?? NoProgress.Instance, TimeProvider.System, cancellation);

    /// <summary>Everything in the output folder but the manifest, which holds times of files.</summary>
    public SortedDictionary<string, string> Outputs(string? output = null)
    {
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in SortedDirectory.Files(output ?? Output).Where(p => Path.GetFileName(p) != OutputManifest.FileName))
        {
            using var stream = File.OpenRead(path);
            result[Path.GetFileName(path)] = Sha256Digest.Of(stream).ToString();
        }

        return result;
    }

    public void Dispose() => _folder.Dispose();

    private static LockedPackage Locked(string name, byte[] deb) =>
        new(name, "1.0-1", "all", "trixie", PoolPath(name), deb.Length, Sha256Digest.Of(deb), name, "1.0-1", "requested", "", name);

    private static void Put(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    private static IReadOnlyList<(string, byte[])> MakeDebs()
    {
        using var folder = new TemporaryFolder();
        // Bytes that do not compress, so that a small disk is full of them.
        var noise = Enumerable.Range(0, 1 << 16).SelectMany(i => SHA256.HashData(BitConverter.GetBytes(i))).ToArray();
        return
        [
            Deb("tool", ("usr/bin/tool", "a tool"u8.ToArray()), ("etc/tool.conf", "x\n"u8.ToArray()), ("usr/lib/os-release", "ID=debian\nPRETTY_NAME=\"Debian 13\"\n"u8.ToArray()),
                ("var/lib/tool/state", "s"u8.ToArray()), ("usr/share/doc/tool/copyright", "c"u8.ToArray())),
            Deb("boot", ("boot/vmlinuz-6.12-test", "kernel"u8.ToArray()), ("usr/lib/modules/6.12-test/modules.builtin", "kernel/fs/x.ko\n"u8.ToArray()),
                ("usr/lib/modules/6.12-test/modules.order", []),
                ("usr/lib/systemd/boot/efi/linuxx64.efi.stub", MinimalPe.Create()), ("usr/lib/systemd/boot/efi/systemd-bootx64.efi", MinimalPe.Create()),
                ("usr/lib/systemd/boot/efi/addonx64.efi.stub", MinimalPe.Create())),
            Deb("data", ("usr/share/data/noise", noise), ("usr/share/data/text", [.. Enumerable.Repeat((byte)'x', 100_000)])),
        ];

        (string, byte[]) Deb(string name, params (string Path, byte[] Bytes)[] files) => (name, MakeDeb(folder.Path, name, "", files));
    }

    private static byte[] MakeDeb(string folder, string name, string control, IEnumerable<(string Path, byte[] Bytes)> files)
    {
        var root = Path.Combine(folder, name);
        Put(Path.Combine(root, "DEBIAN/control"), System.Text.Encoding.UTF8.GetBytes(
            $"Package: {name}\nVersion: 1.0-1\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: a test\n{control}"));
        foreach (var (path, bytes) in files)
        {
            Put(Path.Combine(root, path), bytes);
        }

        using var dpkg = Process.Start(new ProcessStartInfo("dpkg-deb", ["--root-owner-group", "-Zgzip", "-b", root, $"{root}.deb"]) { RedirectStandardOutput = true })!;
        dpkg.StandardOutput.ReadToEnd();
        dpkg.WaitForExit();
        Assert.Equal(0, dpkg.ExitCode);
        return File.ReadAllBytes($"{root}.deb");
    }
}
