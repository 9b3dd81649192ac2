using System.Diagnostics;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Depmod;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tests.Depmod;

public sealed class ModuleDatabaseTests
{
    private const string Order = "kernel/drivers/md/dm-verity.ko\nkernel/lib/reed.ko\nkernel/drivers/md/dm-mod.ko\nkernel/fs/x.ko\nkernel/lib/crc.ko\nkernel/lib/last.ko\n";
    private const string Builtin = "kernel/fs/ext4/ext4.ko\nkernel/lib/some-thing.ko\n";
    private const string BuiltinInformation = "ext4.alias=fs-ext4\0ext4.license=GPL\0some_thing.alias=pci:v00008086d*[a-f]-x\0some_thing.alias=fs-ext4\0";

    private static readonly (string Path, byte[] Bytes)[] s_modules =
    [
        ("kernel/drivers/md/dm-verity.ko", ElfModule.Build(["alias=dm-verity-target", "license=GPL", "softdep=pre: crypto-crc post: last"], ["verity_a"], ["dm_get", "rs_decode", "kfree", "dm_put"])),
        ("kernel/lib/reed.ko", ElfModule.Build(["license=GPL"], ["rs_decode", "NAMESPACE"], ["kfree"])),
        ("kernel/drivers/md/dm-mod.ko", ElfModule.Build(["alias=char-major-10-236", "alias=devname:mapper/control", "alias=pci:v*[a-f]-d*"], ["dm_get", "dm_put", "NAMESPACE"], ["base_io", "kfree"])),
        ("kernel/fs/x.ko", ElfModule.Build(["alias=fs-x", "alias=fs-x2", "weakdep=reed"], [], ["base_io", "dm_get", "verity_a"])),
        ("kernel/lib/crc.ko", ElfModule.Build(["alias=crypto-crc", "alias=fs-x"], ["base_io"], [])),
        ("kernel/lib/last.ko", ElfModule.Build([], [], [])),
        ("kernel/unlisted.ko", ElfModule.Build([], [], ["rs_decode", "base_io"])),
    ];

    private static ModuleDatabase Database() => new(
        s_modules.Select(m => KeyValuePair.Create(m.Path, KernelModuleFile.Parse(Content.FromBytes(m.Bytes), m.Path))),
        Order, Builtin, System.Text.Encoding.ASCII.GetBytes(BuiltinInformation));

    [Fact]
    public void UsersOf_ModulesThatNameOthersInTheirDepends_AreListed()
    {
        KeyValuePair<string, KernelModuleFile> Module(string path, params string[] information) =>
            KeyValuePair.Create(path, KernelModuleFile.Parse(Content.FromBytes(ElfModule.Build(information, [], [])), path));
        ModuleDatabase database = new(
            [Module("kernel/a.ko", "depends=target-core,scsi_mod"), Module("kernel/b.ko", "depends="), Module("kernel/c.ko", "license=GPL"), Module("kernel/d.ko", "depends=target_core_mod")],
            "", "", []);

        Assert.Equal(["a needs target-core"], database.UsersOf(new HashSet<string> { "target_core", "b" }));
        Assert.Empty(database.UsersOf(new HashSet<string> { "target" }));
    }

    [Fact]
    public void IndexFiles_ComparedWithDepmod_AreTheSame()
    {
        var root = Directory.CreateTempSubdirectory("ironhull-depmod-").FullName;
        try
        {
            var folder = root + "/lib/modules/6.1.0";
            foreach (var (path, bytes) in s_modules)
            {
                Directory.CreateDirectory(Path.GetDirectoryName($"{folder}/{path}")!);
                File.WriteAllBytes($"{folder}/{path}", bytes);
            }

            File.WriteAllText(folder + "/modules.order", Order);
            File.WriteAllText(folder + "/modules.builtin", Builtin);
            File.WriteAllText(folder + "/modules.builtin.modinfo", BuiltinInformation);
            using var process = Process.Start(new ProcessStartInfo("/usr/sbin/depmod", ["-b", root, "6.1.0"]))!;
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);

            var compared = 0;
            foreach (var (name, ours) in Database().IndexFiles())
            {
                if (name == "modules.weakdep")
                {
                    continue; // kmod 30 does not write it
                }

                var theirs = File.ReadAllBytes($"{folder}/{name}");
                if (name == "modules.symbols")
                {
                    Assert.Equal(Lines(theirs), Lines(ours)); // depmod's order is that of its hash table
                }
                else
                {
                    Assert.True(theirs.AsSpan().SequenceEqual(ours), $"{name} differs from depmod's:\n{Show(name, theirs)}\n---\n{Show(name, ours)}");
                }

                compared++;
            }

            Assert.Equal(10, compared);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        static IEnumerable<string> Lines(byte[] text) => System.Text.Encoding.ASCII.GetString(text).Split('\n').Order(StringComparer.Ordinal);
        static string Show(string name, byte[] bytes) => name.EndsWith(".bin", StringComparison.Ordinal)
            ? string.Join('\n', ModuleIndex.Parse(bytes, name).Select(k => $"{k.Key} {string.Join(',', k.Values)}")) : System.Text.Encoding.ASCII.GetString(bytes);
    }

    [Fact]
    public void Resolve_ModuleWithDependenciesAndSoftDependencies_ListsThemInLoadingOrder()
    {
        var files = Database().Resolve(["dm_verity", "ext4", "x"]).ToList();
        Assert.Equal(
            ["kernel/drivers/md/dm-mod.ko", "kernel/drivers/md/dm-verity.ko", "kernel/fs/x.ko", "kernel/lib/crc.ko", "kernel/lib/last.ko", "kernel/lib/reed.ko"],
            files.Order(StringComparer.Ordinal));
        int At(string name) => files.IndexOf("kernel/" + name + ".ko");
        Assert.True(At("lib/crc") < At("drivers/md/dm-mod"));
        Assert.True(At("drivers/md/dm-mod") < At("drivers/md/dm-verity"));
        Assert.True(At("lib/reed") < At("drivers/md/dm-verity"));
        Assert.True(At("drivers/md/dm-verity") < At("lib/last"));
        Assert.True(At("drivers/md/dm-verity") < At("fs/x"));
    }

    [Fact]
    public void Resolve_UnknownModules_ReportsEachAsHULL5211()
    {
        var error = Assert.Throws<HullException>(() => Database().Resolve(["nothing", "dm-mod", "neither"]));
        Assert.Equal(["HULL5211", "HULL5211"], error.Diagnostics.Select(d => d.Code.Code));
    }

    [Fact]
    public void Constructor_ModulesInACircle_ReportsHULL1002()
    {
        KeyValuePair<string, KernelModuleFile> Make(string name, string exported, string needed) =>
            new(name, KernelModuleFile.Parse(Content.FromBytes(ElfModule.Build([], [exported], [needed])), name));
        Assert.Equal("HULL1002", Assert.Throws<HullException>(() => new ModuleDatabase([Make("a.ko", "a", "b"), Make("b.ko", "b", "a")], "", "", [])).Code.Code);
    }

    [Fact]
    public void Parse_MutatedModule_NeverThrowsAnythingElse()
    {
        var good = s_modules[0].Bytes;
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample((at, value, length) =>
        {
            var bad = good.ToArray();
            bad[at] = value;
            try
            {
                KernelModuleFile.Parse(Content.FromBytes(bad.AsMemory(0, length)), "x.ko");
            }
            catch (HullException)
            {
            }
        });
    }
}
