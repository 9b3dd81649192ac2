using System.Text;
using Ironhull.Compose.Build;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Progress;
using Ironhull.Formats.Io;
using Ironhull.Formats.Tests.Pe;
using Ironhull.Packages.Cache;

namespace Ironhull.Compose.Tests.Rpm;

/// <summary>A definition of RPM packages with every part that a real one has, and the small repository that it is composed from.</summary>
internal sealed class SmallRpmImage : IDisposable
{
    private const string Spec = """
        Name: filesystem
        Version: 1.1
        Release: 2.azt3
        Epoch: 1
        Summary: The folders
        License: MIT
        Vendor: Test
        Provides: /bin/sh, /sbin/ldconfig, group(oldgroup), user(toolsys)
        %description
        Folders.
        %package -n tool
        Epoch: 0
        Version: 2.0~rc1
        Summary: A tool
        License: Apache-2.0 AND MIT
        Requires: /usr/share/deep/file data >= 1
        Obsoletes: old-tool < 2
        Provides: user(sleeper) = dSBzbGVlcGVyIDMzMyAtIC92YXIvbGliL3NsZWVwZXIx
        %description -n tool
        Tool.
        %package -n boot
        Epoch: 0
        Summary: Boot
        BuildArch: noarch
        %description -n boot
        Boot.
        %package -n data
        Epoch: 0
        Summary: Data
        Recommends: weak
        %description -n data
        Data.
        %package -n weak
        Epoch: 0
        Summary: Weak
        %description -n weak
        Weak.
        %package -n perl-thing
        Epoch: 0
        Summary: Unwanted
        %description -n perl-thing
        Unwanted.
        %install
        cd %{buildroot}
        mkdir -p etc usr/bin usr/sbin usr/lib64 usr/lib/systemd/boot/efi usr/lib/sysusers.d usr/share/deep usr/share/data usr/share/doc/tool boot usr/lib/modules/6.6-test var/lib/tool var/log run
        ln -s usr/bin bin; ln -s usr/sbin sbin; ln -s usr/lib lib; mkdir lib64
        echo lib > lib64/libtool.txt
        ln -s ../run %{buildroot}/var/run
        printf 'root:x:0:0:root:/root:/bin/bash\nbin:x:1:1:bin:/dev/null:/bin/false\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n' > %{buildroot}/etc/passwd
        printf 'root:x:0:\nbin:x:1:nobody\nnobody:x:65534:\n' > %{buildroot}/etc/group
        echo /bin/sh > %{buildroot}/etc/shells
        printf 'ID=azurelinux\nPRETTY_NAME="Test Linux 3"\nVERSION_ID="3.0"\n' > %{buildroot}/usr/lib/os-release
        echo '#!/usr/bin/tool' > %{buildroot}/usr/bin/tool
        ln %{buildroot}/usr/bin/tool %{buildroot}/usr/bin/tool-again
        echo x > %{buildroot}/etc/tool.conf
        echo s > %{buildroot}/var/lib/tool/state
        echo c > %{buildroot}/usr/share/doc/tool/README
        echo l > %{buildroot}/usr/share/doc/tool/LICENSE
        echo 'u toolsys - "From sysusers.d" /var/lib/tool' > %{buildroot}/usr/lib/sysusers.d/tool.conf
        touch %{buildroot}/var/log/tool.log
        cp @SOURCES@/pe %{buildroot}/usr/lib/systemd/boot/efi/linuxx64.efi.stub
        cp @SOURCES@/pe %{buildroot}/usr/lib/systemd/boot/efi/systemd-bootx64.efi
        echo kernel > %{buildroot}/boot/vmlinuz-6.6-test
        echo kernel/fs/x.ko > %{buildroot}/usr/lib/modules/6.6-test/modules.builtin
        touch %{buildroot}/usr/lib/modules/6.6-test/modules.order
        echo deep > %{buildroot}/usr/share/deep/file
        seq 1 20000 > %{buildroot}/usr/share/data/text
        echo weak > %{buildroot}/usr/share/data/weak
        echo perl > %{buildroot}/usr/bin/perl
        %files
        %dir /etc
        %config(noreplace) /etc/passwd
        %config(noreplace) /etc/group
        /etc/shells
        /bin
        /sbin
        /lib
        %dir /run
        %dir /usr
        %dir /usr/bin
        %dir /usr/lib64
        %dir /var/log
        /var/run
        /usr/lib/os-release
        %ghost /var/lock-ghost
        %files -n tool
        %caps(cap_net_raw,cap_net_admin=ep) /usr/bin/tool
        %caps(cap_net_raw,cap_net_admin=ep) /usr/bin/tool-again
        %config(noreplace) /etc/tool.conf
        %attr(0640,toolsys,oldgroup) /var/lib/tool/state
        %ghost %attr(0600,root,root) /var/log/tool.log
        %doc /usr/share/doc/tool/README
        %license /usr/share/doc/tool/LICENSE
        /usr/lib/sysusers.d/tool.conf
        %dir /usr/bin
        /lib64/libtool.txt
        %files -n boot
        /boot/vmlinuz-6.6-test
        /usr/lib/modules/6.6-test
        /usr/lib/systemd/boot/efi/*
        %files -n data
        %attr(-,sleeper,sleeper) /usr/share/data/text
        /usr/share/deep/file
        %files -n weak
        /usr/share/data/weak
        %files -n perl-thing
        /usr/bin/perl
        %pre -n tool
        getent group oldgroup >/dev/null || groupadd -r -g 444 oldgroup
        %post -n tool -p /sbin/ldconfig
        %post -n data
        if [ $1 -eq 1 ]; then
          echo "reviewed" > /var/lib/data-was-here
        fi
        """;

    /// <summary>What nobody knows of data's %post.</summary>
    public const string Residue = "if [ $1 -eq 1 ]; then\n  echo \"reviewed\" > /var/lib/data-was-here\nfi\n";

    private readonly TemporaryFolder _folder = new();
    private readonly string? _keys;

    public SmallRpmImage(SignedRepository? repository = null, string? keys = null, string checksum = "sha256")
    {
        _keys = keys;
        Repository = repository ?? Stored(checksum);
        Write("keys/test.asc", File.ReadAllText(Repository.KeyFile));
        Write("recipes/data.yaml", $"package: data\nscripts: [{{script: postin, sha256: {Sha256Digest.Of(Encoding.UTF8.GetBytes(Residue))}, why: the file is not needed}}]\n");
        Write("accounts.yaml", "users: {toolsys: 777}\n");
        Write("90-small.preset", "disable *\n");
        Write("initrd.yaml", "files: [/usr/bin/tool]\n");
        WriteDefinition(DefaultText(keys is not null));
    }

    public SignedRepository Repository { get; }

    public string DefinitionPath => PathOf("image.yaml");

    public string Cache => Path.Combine(_folder.Path, "cache");

    public string Output => Path.Combine(_folder.Path, "out");

    public static SignedRepository Stored(string checksum = "sha256") =>
        SignedRepository.Of($"small-{checksum}", Spec, checksum, new Dictionary<string, byte[]> { ["pe"] = MinimalPe.Create() });

    public string DefaultText(bool disk) => $$"""
        name: small
        version: "1"
        kind: {{(disk ? "disk" : "oci")}}
        repositories: [{id: test, type: rpm, archive: rpm-test, path: {{SignedRepository.Path}}, keys: [keys/test.asc], fingerprints: [{{Repository.Fingerprint}}]}]
        packages: {install: [filesystem, tool, boot], exclude: ["perl*"]}
        recipes: [recipes]
        accounts: accounts.yaml
        preset: 90-small.preset
        remove: [/usr/share/doc]
        suid: []
        {{(disk ? "osRelease: {ID: azurelinux, SUPPORT_END: '2030-01-01'}\ninitrd: initrd.yaml\nboot: {commandLine: quiet}\ndisk: {esp: {size: 64MiB}, usr: {level: 1}}\noutputs: [raw]" : "oci: {reference: 'small:1', entrypoint: [/usr/bin/tool]}")}}
        """;

    public string PathOf(string name) => Path.Combine(_folder.Path, "image", name);

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
    }

    public void WriteDefinition(string text) => Write("image.yaml", text);

    public MirrorMap Mirrors => new([new("rpm-test", new Uri(Repository.Url))]);

    public async Task<LockResult> LockAsync(bool offline = false)
    {
        var definition = ImageDefinition.Load(DefinitionPath);
        using var session = new RepositorySession(Cache, offline ? null : Mirrors, TimeProvider.System);
        var repositories = await session.RefreshAsync(definition, NoProgress.Instance, default);
        var result = await LockBuilder.BuildAsync(definition, repositories, p => session.Sha256OfAsync(definition, p, NoProgress.Instance, default));
        LockFile.Save(result.Lock, definition.LockPath);
        return result;
    }

    public Task<BuildReport> BuildAsync(string? output = null, bool offline = false) => ImageBuilder.BuildAsync(
        new()
        {
            DefinitionPath = DefinitionPath, OutputFolder = output ?? Output, CacheFolder = Cache, KeysFolder = _keys, Offline = offline, Mirrors = offline ? null : Mirrors,
        }, NoProgress.Instance, TimeProvider.System, default);

    public void Dispose() => _folder.Dispose();
}
