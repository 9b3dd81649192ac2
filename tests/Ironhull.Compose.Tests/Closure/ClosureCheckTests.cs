using System.Buffers.Binary;
using System.Text;
using Ironhull.Compose.Closure;
using Ironhull.Compose.Definition;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Closure;

public sealed class ClosureCheckTests
{
    private const int Executable = 0x1ED;

    private readonly FileTree _tree = new();

    public ClosureCheckTests()
    {
        _tree.Set("/bin", Inode.SymbolicLink("usr/bin"));
        _tree.Set("/lib64", Inode.SymbolicLink("usr/lib64"));
        _tree.EnsureDirectory("/usr/lib64");
        Text("/usr/bin/sh", "binary", Executable);
    }

    private void Text(string path, string text, int mode = 0x1A4) => _tree.Set(path, Inode.File(Content.FromText(text), mode, "pkg"));

    private void Link(string path, string target) => _tree.Set(path, Inode.SymbolicLink(target, "pkg"));

    private void Elf(string path, string[] needed, string? runPath = null, string? interpreter = null, ushort machine = 62) =>
        _tree.Set(path, Inode.File(Content.FromBytes(MinimalElf(needed, runPath, interpreter, machine)), Executable, "pkg"));

    private IReadOnlyList<Violation> Found(params string[] suid) => ClosureCheck.Run(_tree, suid, []).Violations;

    private void AssertFound(params string[] expected) => Assert.Equal(expected, Found().Select(v => $"{v.Check} {v.Path} {v.Detail}".TrimEnd()));

    [Fact]
    public void Run_SoundTree_FindsNothing() => AssertFound();

    [Fact]
    public void Run_LibraryInDefaultFolderConfFolderOrRunPath_IsFound()
    {
        Elf("/usr/lib/x86_64-linux-gnu/liba.so.1", []);
        Elf("/opt/b/libb.so.1", []);
        Elf("/usr/lib/app/libc.so.1", []);
        Link("/usr/lib/x86_64-linux-gnu/libd.so.1", "liba.so.1");
        Text("/etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n");
        Text("/etc/ld.so.conf.d/b.conf", "# b\n/opt/b\n");
        Elf("/usr/bin/app", ["liba.so.1", "libb.so.1", "libc.so.1", "libd.so.1", "/opt/b/libb.so.1"], "$ORIGIN/../lib/app");
        AssertFound();
    }

    [Fact]
    public void Run_MissingLibraryWrongMachineOrForeignRunPath_IsReportedWithOrigin()
    {
        Elf("/usr/lib/x86_64-linux-gnu/liba.so.1", [], machine: 183);
        Elf("/usr/lib/app/libc.so.1", []);
        Elf("/usr/bin/app", ["liba.so.1", "libc.so.1"], "$ORIGIN/lib");
        AssertFound("needed /usr/bin/app liba.so.1", "needed /usr/bin/app libc.so.1");
        var diagnostic = Found()[0].ToDiagnostic();
        Assert.Equal("HULL5120", diagnostic.Code.Code);
        Assert.Contains("from pkg", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_LibraryThatEveryUserLoadsFirst_NeedsNoFolderOfItsOwn()
    {
        Elf("/usr/lib/app/libshared.so", []);
        Elf("/usr/lib/app/libcore.so", ["libshared.so"]);
        AssertFound("needed /usr/lib/app/libcore.so libshared.so");
        Elf("/usr/bin/one", ["libcore.so", "libshared.so"], "/usr/lib/app");
        AssertFound();
        Elf("/usr/bin/two", ["libcore.so"], "/usr/lib/app");
        AssertFound("needed /usr/lib/app/libcore.so libshared.so");
    }

    [Fact]
    public void Run_MissingLoader_IsReported()
    {
        Elf("/usr/bin/app", [], interpreter: "/lib64/ld.so");
        AssertFound("shebang /usr/bin/app /lib64/ld.so");
        Elf("/usr/lib64/ld.so", []);
        AssertFound();
    }

    [Fact]
    public void Run_DamagedElfFile_IsReported()
    {
        _tree.Set("/usr/lib/x.so", Inode.File(Content.FromBytes(MinimalElf(["a"], null, null, 62)[..100])));
        AssertFound("damaged /usr/lib/x.so");
    }

    [Theory]
    [InlineData("#!/bin/sh\n", null)]
    [InlineData("#! /bin/sh -e\n", null)]
    [InlineData("#!/usr/bin/perl -w\n", "/usr/bin/perl")]
    [InlineData("#!/usr/bin/env sh\n", null)]
    [InlineData("#!/usr/bin/env -S A=1 python3 -u\n", "python3")]
    [InlineData("#!/bin/sh", null)]
    public void Run_Script_NeedsItsInterpreter(string text, string? missing)
    {
        Text("/usr/bin/env", "binary", Executable);
        Text("/usr/bin/script", text, Executable);
        Text("/usr/share/doc/example", "#!/usr/bin/perl\n");
        AssertFound(missing is null ? [] : [$"shebang /usr/bin/script {missing}"]);
    }

    [Theory]
    [InlineData("ExecStart=/usr/bin/sh -c x", null)]
    [InlineData("ExecStart=sh", null)]
    [InlineData("ExecStart=@!/usr/bin/gone gone", "/usr/bin/gone")]
    [InlineData("ExecStartPre=+\"/usr/bin/gone\" x", "/usr/bin/gone")]
    [InlineData("ExecStop = \\\n  /usr/bin/gone", "/usr/bin/gone")]
    [InlineData("ExecStart=-/usr/bin/gone", null)]
    [InlineData("ExecStart=@-/usr/bin/gone", null)]
    [InlineData("ExecStart=", null)]
    [InlineData("ExecStart=%h/bin/x", null)]
    [InlineData("ExecStart=/run/x", null)]
    [InlineData("# ExecStart=/usr/bin/gone", null)]
    [InlineData("ConditionFileIsExecutable=/usr/bin/gone\nExecStart=/usr/bin/gone", null)]
    public void Run_Unit_NeedsItsPrograms(string setting, string? missing)
    {
        Text("/usr/lib/systemd/system/x.service", $"[Service]\n{setting}\n");
        AssertFound(missing is null ? [] : [$"exec /usr/lib/systemd/system/x.service {missing}"]);
    }

    [Fact]
    public void Run_DropIn_NeedsItsPrograms()
    {
        Text("/usr/lib/systemd/system/x.service.d/10.conf", "[Service]\nExecStart=/usr/bin/gone\n");
        AssertFound("exec /usr/lib/systemd/system/x.service.d/10.conf /usr/bin/gone");
    }

    [Fact]
    public void Run_PamConfiguration_NeedsItsModulesAndFiles()
    {
        Elf("/usr/lib/x86_64-linux-gnu/security/pam_unix.so", []);
        Text("/etc/pam.d/common-auth", "auth\t[success=1 default=ignore]\tpam_unix.so nullok\n");
        Text("/etc/pam.d/login", "# x\n@include common-auth\nauth include common-auth\n-session optional pam_gone.so\nsession required pam_lost.so x # y\n@include common-lost\naccount substack lost\n");
        AssertFound("pam /etc/pam.d/login common-lost", "pam /etc/pam.d/login lost", "pam /etc/pam.d/login pam_lost.so");
    }

    [Fact]
    public void Run_Links_MustLeadSomewhereOrToTheRunningSystem()
    {
        Link("/etc/mtab", "../proc/self/mounts");
        Link("/usr/x", "/dev/null");
        Link("/var/run", "/run");
        Link("/etc/y", "/var/run/y");
        Link("/usr/gone", "nothing");
        Link("/usr/loop", "loop");
        Link("/etc/alternatives/awk", "/usr/bin/gawk");
        AssertFound("link /etc/alternatives/awk /usr/bin/gawk", "link /usr/gone nothing", "link /usr/loop loop");
    }

    [Fact]
    public void Run_RuntimesAndPackageManagers_AreReportedOncePerFolder()
    {
        Text("/usr/bin/python3.13", "x");
        Text("/usr/lib/python3/dist-packages/a.py", "x");
        Text("/usr/lib/python3/dist-packages/b.py", "x");
        Text("/usr/bin/dpkg-deb", "x");
        Text("/usr/bin/perldoc-like-name", "x");
        _tree.EnsureDirectory("/usr/share/perl5");
        AssertFound("forbidden /usr/bin/dpkg-deb", "forbidden /usr/bin/python3.13", "forbidden /usr/lib/python3");
    }

    [Fact]
    public void Run_IdentityFiles_AreReported()
    {
        string[] paths =
        [
            "/etc/chrony/chrony.keys", "/etc/hostname", "/etc/iscsi/initiatorname.iscsi", "/etc/machine-id", "/etc/nvme/hostid", "/etc/nvme/hostnqn",
            "/etc/ssh/ssh_host_ecdsa_key", "/etc/ssh/ssh_host_ecdsa_key.pub", "/etc/ssh/ssh_host_ed25519_key", "/etc/ssh/ssh_host_ed25519_key.pub", "/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_rsa_key.pub",
        ];
        foreach (var path in paths)
        {
            Text(path, "x");
        }

        AssertFound([.. paths.Select(p => $"identity {p}")]);
        Assert.Equal("HULL5126", Found()[0].ToDiagnostic().Code.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("uninitialized\n")]
    public void Run_MachineIdThatIsNotSet_IsNoIdentity(string text)
    {
        Text("/etc/machine-id", text);
        AssertFound();
    }

    [Fact]
    public void Run_SetIdFiles_MustBeExactlyTheDeclaredOnes()
    {
        Text("/usr/bin/su", "x", 0x9ED);
        Text("/usr/bin/wall", "x", 0x5ED);
        Text("/usr/bin/mount", "x", Executable);
        _tree.Set("/var/mail", Inode.Directory(0x5ED));
        Assert.Equal(["/usr/bin/gone", "/usr/bin/mount", "/usr/bin/wall"], Found("/usr/bin/su", "/usr/bin/mount", "/usr/bin/gone").Select(v => v.Path));
        Assert.Empty(ClosureCheck.Run(_tree, ["/usr/bin/su", "/usr/bin/wall"], []).Violations);
    }

    [Fact]
    public void Run_Waivers_CoverByPatternAndUnusedOnesAreListed()
    {
        Elf("/usr/bin/app", ["liba.so.1", "libb.so.1"]);
        Link("/usr/gone", "nothing");
        ClosureWaiver Waiver(string check, string subject) => new(check, subject, "why", new DateOnly(2027, 1, 1), new Location("image.yaml"));
        var (one, two, unused) = (Waiver("needed", "/usr/bin/app liba.so.*"), Waiver("link", "/usr/gone"), Waiver("needed", "/usr/gone"));
        var report = ClosureCheck.Run(_tree, [], [one, two, unused]);
        Assert.Equal("libb.so.1", Assert.Single(report.Violations).Detail);
        Assert.Equal(2, report.Waived.Count);
        Assert.Equal([unused], report.UnusedWaivers);
        Assert.Equal("HULL5120", Assert.Throws<HullException>(report.ThrowIfViolated).Code.Code);
    }

    [Fact]
    public void Run_WithACache_ExaminesEveryContentOnce()
    {
        Elf("/usr/bin/app", ["liba.so.1"]);
        var cache = new CountingCache();
        var first = ClosureCheck.Run(_tree, [], [], cache).Violations;
        var sets = cache.Sets;
        Assert.Equal(first, ClosureCheck.Run(_tree, [], [], cache).Violations);
        Assert.Equal(sets, cache.Sets);
        Assert.True(sets > 0);
    }

    private sealed class CountingCache : IFileFactCache
    {
        private readonly MemoryFactCache _inner = new();

        public int Sets { get; private set; }

        public FileFacts? Get(Formats.Io.Sha256Digest sha256) => _inner.Get(sha256);

        public void Set(Formats.Io.Sha256Digest sha256, FileFacts facts)
        {
            lock (_inner)
            {
                Sets++;
            }

            _inner.Set(sha256, facts);
        }
    }

    // A 64-bit little-endian shared object: one loadable segment, a dynamic section, perhaps an interpreter.
    internal static byte[] MinimalElf(string[] needed, string? runPath, string? interpreter, ushort machine)
    {
        var strings = new List<byte> { 0 };
        var dynamic = new List<long>();
        void Add(long tag, string text)
        {
            dynamic.AddRange([tag, strings.Count]);
            strings.AddRange(Encoding.UTF8.GetBytes(text + "\0"));
        }

        foreach (var name in needed)
        {
            Add(1, name);
        }

        if (runPath is not null)
        {
            Add(29, runPath);
        }

        var loader = Encoding.UTF8.GetBytes((interpreter ?? "") + "\0");
        const int HeaderEnd = 64 + (3 * 56);
        var stringsAt = HeaderEnd + loader.Length;
        var dynamicAt = (stringsAt + strings.Count + 7) & ~7;
        dynamic.AddRange([5, stringsAt, 10, strings.Count, 0, 0]);
        var file = new byte[dynamicAt + (dynamic.Count * 8)];
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(16), 3);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(18), machine);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(32), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(54), 56);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(56), 3);
        (uint Type, long Offset, long Size)[] segments = [(1, 0, file.Length), (2, dynamicAt, dynamic.Count * 8), (interpreter is null ? 0u : 3u, HeaderEnd, loader.Length)];
        for (var i = 0; i < 3; i++)
        {
            var at = file.AsSpan(64 + (i * 56));
            BinaryPrimitives.WriteUInt32LittleEndian(at, segments[i].Type);
            BinaryPrimitives.WriteInt64LittleEndian(at[8..], segments[i].Offset);
            BinaryPrimitives.WriteInt64LittleEndian(at[16..], segments[i].Offset);
            BinaryPrimitives.WriteInt64LittleEndian(at[32..], segments[i].Size);
        }

        loader.CopyTo(file, HeaderEnd);
        strings.CopyTo(file, stringsAt);
        for (var i = 0; i < dynamic.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(dynamicAt + (i * 8)), dynamic[i]);
        }

        return file;
    }
}
