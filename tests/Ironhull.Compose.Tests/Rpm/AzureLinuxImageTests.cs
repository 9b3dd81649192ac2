using System.Globalization;
using System.Text;
using Ironhull.Compose.Build;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Inspection;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Progress;
using Ironhull.Compose.Recipes;
using Ironhull.Compose.Tests.Build;
using Ironhull.Diagnostics;
using Ironhull.Formats.Tests.Pe;
using Ironhull.Packages.Cache;
using Ironhull.Testing;

namespace Ironhull.Compose.Tests.Rpm;

/// <summary>
/// images/azurelinux-3 as it is in the checkout, composed from a repository that stands in for the public one: a package for every name of the
/// definition, with the files that the definition, its preset, its initrd and its recipes ask for. Key and fingerprint are the test's own.
/// </summary>
[Collection(KeysGroup.Name)]
public sealed class AzureLinuxImageTests(SharedKeys keys) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Images => Path.Combine(RepositoryRoot.Path, "images");

    private static ImageDefinition Shipped => ImageDefinition.Load(Path.Combine(Images, "azurelinux-3"));

    [Fact]
    public void Definition_NamesThePublicRepositoriesAndPinsMicrosoftsKey()
    {
        var definition = Shipped;
        Assert.Equal(PackagingKind.Rpm, definition.Packaging);
        Assert.All(definition.Repositories, r => Assert.Equal(("azurelinux", "2BC94FFF7015A5F28F1537AD0CD9FED33135CE90"), (r.Archive, r.Fingerprints[0])));
        Assert.Equal(["base", "extended", "cloud-native", "ms-oss"], definition.Repositories.Cast<RpmRepositoryDefinition>().Select(r => r.Path.Split('/')[2]));
        Assert.Equal("BC528686B50D79E339D3721CEB3E94ADBE1229CF", Assert.Single(definition.Repositories.SelectMany(r => r.Fingerprints.Skip(1))));
        Assert.Empty(definition.Waivers.Signatures);
        Assert.Equal(("azurelinux", "azurecontainerlinux"), (definition.OsRelease["ID"], definition.OsRelease["VARIANT_ID"]));
        Assert.StartsWith("cpe:2.3:o:microsoft:azure_linux:3.0:", definition.OsRelease["CPE_NAME"], StringComparison.Ordinal);
        Assert.True(DateOnly.TryParseExact(definition.OsRelease["SUPPORT_END"], "yyyy-MM-dd", out _)); // os-release(5)
        var key = Packages.OpenPgp.OpenPgpKeyRing.Load(definition.Repositories[0].Keys, definition.Repositories[0].Fingerprints);
        Assert.Contains("Mariner RPM Release Signing", Assert.Single(key.Keys).UserId, StringComparison.Ordinal);
        var both = Packages.OpenPgp.OpenPgpKeyRing.Load(definition.Repositories[^1].Keys, definition.Repositories[^1].Fingerprints);
        Assert.Contains("Microsoft (Release signing)", both.Keys.Select(k => k.UserId).Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void Definition_WithoutItsKeyFile_ReportsHULL4009AtOnce()
    {
        CopyImages();
        File.Delete(Path.Combine(_folder.Path, "images/keys/microsoft-rpm.asc"));
        var error = Assert.Throws<HullException>(() => ImageDefinition.Load(Path.Combine(_folder.Path, "images/azurelinux-3")));
        Assert.All(error.Diagnostics, d => Assert.Equal("HULL4009", d.Code.Code));
    }

    [Fact]
    public void Recipes_OfThePackages_CanBeRead() => Assert.All(
        RecipeReader.ReadFolder(Path.Combine(Images, "recipes/azurelinux")).All,
        r => Assert.Equal(r.Package, Path.GetFileNameWithoutExtension(r.Where.Path)));

    [Fact]
    public async Task Lock_WithoutTheRepositories_SaysSoAndLeavesNothing()
    {
        CopyImages();
        var definition = ImageDefinition.Load(Path.Combine(_folder.Path, "images/azurelinux-3"));
        using var session = new RepositorySession(Path.Combine(_folder.Path, "cache"), new MirrorMap([new("azurelinux", new Uri($"file://{_folder.Path}/nothing"))]), TimeProvider.System);
        var error = await Assert.ThrowsAsync<HullException>(() => session.RefreshAsync(definition, NoProgress.Instance, default));
        Assert.Equal(ErrorCategory.Network, error.Code.Category);
        Assert.Contains("HULL_MIRROR_AZURELINUX", error.Diagnostics[0].Remedy, StringComparison.Ordinal);
        Assert.False(File.Exists(definition.LockPath));
    }

    [Fact]
    public async Task LockAndBuild_FromAStandIn_ComposesTheWholeDefinition()
    {
        CopyImages();
        var definition = ImageDefinition.Load(Path.Combine(_folder.Path, "images/azurelinux-3"));
        var repository = StandIn(definition);
        var mirror = Directory.CreateDirectory(Path.Combine(_folder.Path, "mirror")).FullName;
        foreach (var path in definition.Repositories.Cast<RpmRepositoryDefinition>().Select(r => r.Path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(mirror, path))!);
            HostTool.Run("cp", "-a", Path.Combine(repository.Mirror, SignedRepository.Path), Path.Combine(mirror, path));
        }

        File.Copy(repository.KeyFile, Path.Combine(_folder.Path, "images/keys/microsoft-rpm.asc"), overwrite: true);
        File.WriteAllText(definition.FilePath, File.ReadAllText(definition.FilePath).Replace(definition.Repositories[0].Fingerprints[0], repository.Fingerprint, StringComparison.Ordinal));
        definition = ImageDefinition.Load(definition.FilePath);

        var cache = Path.Combine(_folder.Path, "cache");
        var mirrors = new MirrorMap([new("azurelinux", new Uri($"file://{mirror}"))]);
        using (var session = new RepositorySession(cache, mirrors, TimeProvider.System))
        {
            var repositories = await session.RefreshAsync(definition, NoProgress.Instance, default);
            var locked = (await LockBuilder.BuildAsync(definition, repositories, p => session.Sha256OfAsync(definition, p, NoProgress.Instance, default))).Lock;
            Assert.All(locked.Packages, p => Assert.Equal("azurelinux-base", p.Repository)); // the higher priority
            LockFile.Save(locked, definition.LockPath);
        }

        var output = Path.Combine(_folder.Path, "out");
        var report = await ImageBuilder.BuildAsync(
            new() { DefinitionPath = definition.FilePath, OutputFolder = output, CacheFolder = cache, KeysFolder = keys.Folder, Mirrors = mirrors }, NoProgress.Instance, TimeProvider.System, default);
        using var image = OpenImage.Open(Path.Combine(output, "azurelinux-3.raw"));
        Assert.Equal("every block is right", image.Read(verify: true).Verity!.Checked);
        var tree = image.ReadTree();
        var release = tree["/usr/lib/os-release"].Content!.ToText();
        foreach (var line in (string[])["ID=\"azurelinux\"", "VARIANT_ID=\"azurecontainerlinux\"", "IMAGE_ID=\"azurelinux-3\"", "IMAGE_VERSION=\"0.1.0\"", "VERSION_ID=\"3.0\""])
        {
            Assert.Contains(line, release.Split('\n'));
        }

        // The folder lib64 is lib; what the shell's package ships below /bin lies in /usr/bin.
        Assert.Equal("lib", tree["/usr/lib64"].LinkTarget);
        Assert.Equal(new FileInfo(Loader).ResolveLinkTarget(returnFinalTarget: true) is FileInfo real ? real.Length : new FileInfo(Loader).Length, tree["/usr/lib/ld-linux-x86-64.so.2"].Content!.Length);
        Assert.True(tree.Contains("/usr/bin/bash"));
        Assert.Contains(report.Notes, n => n.Contains("paths that packages ship through directory links", StringComparison.Ordinal));
        const string etc = Ironhull.Compose.Layout.UsrLayout.EtcDefaults;
        Assert.Equal(0, tree[etc + "/shadow"].Mode);
        Assert.Contains("/bin/bash", tree[etc + "/shells"].Content!.ToText().Split('\n'));
        Assert.Contains("sshd:x:997:997:", tree[etc + "/passwd"].Content!.ToText(), StringComparison.Ordinal);
        Assert.Contains("tss:x:994:994:TCG Software Stack:/var/lib/tpm:", tree[etc + "/passwd"].Content!.ToText(), StringComparison.Ordinal);
        Assert.Contains("containerd.service", tree.Children("/usr/lib/systemd/system/multi-user.target.wants").Select(e => e.Key.Split('/')[^1]));
        Assert.DoesNotContain(tree.Entries, e => e.Key.Contains("/rpm/", StringComparison.Ordinal) || e.Key.EndsWith("/perl", StringComparison.Ordinal));
        Assert.Equal(File.ReadAllLines(Path.Combine(output, "azurelinux-3.packages.txt")).Length, report.Packages);
    }

    private const string Libraries = "/lib/x86_64-linux-gnu";
    private const string Loader = "/lib64/ld-linux-x86-64.so.2";

    private void CopyImages() => HostTool.Run("cp", "-a", Images, Path.Combine(_folder.Path, "images"));

    private static SignedRepository StandIn(ImageDefinition definition)
    {
        var files = new SortedDictionary<string, SortedDictionary<string, string>>(StringComparer.Ordinal);
        void Put(string package, string path, string text = "stand-in\n")
        {
            if (!files.TryGetValue(package, out var own))
            {
                files[package] = own = new(StringComparer.Ordinal);
            }

            own[path] = text;
        }

        foreach (var package in definition.Packages.Install.Select(p => p.Value))
        {
            Put(package, $"/usr/share/stand-in/{package}");
        }

        const string units = "/usr/lib/systemd/system/";
        var own = Directory.GetFiles(Path.Combine(Images, "container-host/files/usr/lib/systemd/system")).Select(Path.GetFileName).ToHashSet();
        foreach (var rule in UnitPreset.Parse(File.ReadAllText(definition.Preset!), definition.Preset!).Rules.Where(r => r.Enable && !own.Contains(r.Pattern)))
        {
            Put("systemd", units + rule.Pattern, $"[Install]\nWantedBy=multi-user.target\n");
        }

        var initrd = definition.Initrd!;
        foreach (var path in initrd.Files.Select(f => f.Value).Where(f => f is not ("/etc/passwd" or "/etc/group"))
            .Concat(initrd.Generators.Select(g => "/usr/lib/systemd/system-generators/" + g.Value)).Concat(initrd.UdevRules.Select(r => "/usr/lib/udev/rules.d/" + r.Value))
            .Concat(initrd.Libraries.Select(l => "/usr/lib/" + l.Value)).Concat(initrd.Units.Select(u => units + u.Value)))
        {
            Put("systemd", path);
        }

        Put("systemd", "/usr/bin/ssh-keygen");
        Put("systemd-boot", "/usr/bin/bootctl");
        Put("util-linux", "/usr/sbin/fstrim");
        Put("audit", "/usr/sbin/auditctl");
        foreach (var module in (string[])["pam_deny", "pam_faillock", "pam_permit", "pam_unix"])
        {
            Put("pam", $"/usr/lib/security/{module}.so");
        }

        Put("systemd-networkd", "/usr/lib/systemd/systemd-networkd-wait-online");
        Put("bash", "/bin/bash");
        Put("glibc", "/lib64/ld-linux-x86-64.so.2", "@loader");
        Put("glibc", "/usr/lib/libc.so.6", "@libc");
        Put("glibc", "/usr/lib/libm.so.6", "@libm");
        Put("kernel", "/boot/vmlinuz-6.6.1-1.azl3");
        Put("kernel", "/usr/lib/modules/6.6.1-1.azl3/modules.builtin", string.Concat(initrd.Modules.Select(m => $"kernel/{m.Value}.ko\n")));
        Put("kernel", "/usr/lib/modules/6.6.1-1.azl3/modules.order", "");
        Put("systemd-boot", "/usr/lib/systemd/boot/efi/linuxx64.efi.stub", "@pe");
        Put("systemd-boot", "/usr/lib/systemd/boot/efi/systemd-bootx64.efi", "@pe");
        Put("azurelinux-release", "/usr/lib/os-release", "NAME=\"Microsoft Azure Linux\"\nID=azurelinux\nVERSION_ID=\"3.0\"\nPRETTY_NAME=\"Microsoft Azure Linux 3.0\"\n");
        Put("filesystem", "/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nsystemd-network:x:76:76::/:/bin/false\nnobody:x:65534:65533::/dev/null:/bin/false\n");
        Put("filesystem", "/etc/group", "root:x:0:\nsys:x:2:\ntty:x:5:\nsystemd-network:x:76:\nnogroup:x:65533:\n");
        Put("systemd-networkd", "/usr/lib/sysusers.d/systemd-network.conf", "u systemd-network 192 \"systemd Network Management\"\ng systemd-journal 190\nu systemd-oom -\n");
        Put("ca-certificates-shared", "/etc/pki/tls/certs/ca-bundle.trust.crt");
        Put("ca-certificates-shared", "/etc/pki/java/cacerts");
        Put("ca-certificates-tools", "/usr/bin/update-ca-trust");
        Put("ca-certificates-tools", "/usr/bin/ca-legacy");
        Put("ca-certificates-tools", "/usr/bin/bundle2pem.sh");
        Put("containerd2", "/opt/containerd/keep");
        Put("perl-libs", "/usr/bin/perl");
        return SignedRepository.Of("azurelinux", Spec(files), sources: new Dictionary<string, byte[]>
        {
            // hull-node is linked with the C library; its checks read the real one.
            ["pe"] = MinimalPe.Create(), ["loader"] = File.ReadAllBytes(Loader), ["libc"] = File.ReadAllBytes($"{Libraries}/libc.so.6"), ["libm"] = File.ReadAllBytes($"{Libraries}/libm.so.6"),
        });
    }

    private static string Spec(SortedDictionary<string, SortedDictionary<string, string>> files)
    {
        var (packages, install, lists) = (new StringBuilder(), new StringBuilder("cd %{buildroot}\n"), new StringBuilder());
        foreach (var (package, own) in files)
        {
            packages.Append(CultureInfo.InvariantCulture, $"%package -n {package}\nSummary: Stand-in\n{Relations(package)}%description -n {package}\nStand-in.\n");
            lists.Append(CultureInfo.InvariantCulture, $"%files -n {package}\n");
            foreach (var (path, text) in own)
            {
                lists.Append(path).Append('\n');
                install.Append(CultureInfo.InvariantCulture, $"mkdir -p .{Path.GetDirectoryName(path)}\n");
                install.Append(text.StartsWith('@') ? $"cp @SOURCES@/{text[1..]} .{path}\n" : $"printf '%%b' '{text.Replace("\n", "\\n", StringComparison.Ordinal)}' > .{path}\n");
                install.Append(path.Contains("bin/", StringComparison.Ordinal) || path.Contains("/ld-", StringComparison.Ordinal) || path.StartsWith("/usr/lib/systemd/systemd", StringComparison.Ordinal) ? $"chmod 0755 .{path}\n" : "");
            }
        }

        // The links of Azure Linux's filesystem.
        install.Append("mkdir -p usr/lib var/lib/sshd\nln -s lib usr/lib64\n");
        lists.Append("%files -n filesystem-links\n/usr/lib64\n%files -n sshd-folder\n%attr(0700,root,sys) %dir /var/lib/sshd\n");
        return $$"""
            Name: stand-in
            Version: 3.0
            Release: 1.azl3
            Summary: Stands in for a repository
            License: MIT
            AutoReqProv: no
            %description
            A repository.
            %package -n filesystem-links
            Summary: Links
            %description -n filesystem-links
            Links.
            %package -n sshd-folder
            Summary: A folder
            %description -n sshd-folder
            A folder.
            {{packages}}
            %install
            {{install}}
            {{lists}}
            %pre -n openssh-server
            getent group sshd >/dev/null || groupadd --system sshd
            getent passwd sshd >/dev/null || useradd --system --comment 'Privilege separation' --home-dir /var/lib/sshd --gid sshd --shell /bin/false sshd
            %post -n tpm2-tss
            /sbin/ldconfig
            if [ $1 -eq 1 ]; then
                if ! getent group tss >/dev/null; then
                    groupadd tss
                fi
                if ! getent passwd tss >/dev/null; then
                    useradd -c "TCG Software Stack" -d /var/lib/tpm -g tss -s /bin/false tss
                fi
            fi
            %post -n containerd2
            if [ -x "/usr/lib/systemd/systemd-update-helper" ]; then
                # Initial installation
                /usr/lib/systemd/systemd-update-helper install-system-units containerd.service || :
            fi
            if [ $1 -eq 1 ]; then # Package install
                systemctl enable containerd.service > /dev/null 2>&1 || :
            fi
            %preun -n containerd2
            rm -rf /var/lib/containerd
            %transfiletriggerin -n glibc -p /sbin/ldconfig -P 2000000 -- /lib /usr/lib /lib64 /usr/lib64
            """;
    }

    private static string Relations(string package) => package switch
    {
        "filesystem" => "Provides: /bin/sh, /sbin/ldconfig\nRequires: filesystem-links\n",
        "ca-certificates" => "Requires: ca-certificates-shared, ca-certificates-tools, p11-kit-trust\n",
        "openssh-server" => "Requires: ncurses-term, sshd-folder\n",
        _ => "",
    };
}
