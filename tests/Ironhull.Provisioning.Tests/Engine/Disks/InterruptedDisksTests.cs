using System.Text;
using CsCheck;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Engine.Disks;
using Ironhull.Provisioning.Resources;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Engine.Disks;

/// <summary>The stage is killed, or the power fails, while a program makes something: the next run makes it anew, whatever the half of it looks like.</summary>
public sealed class InterruptedDisksTests
{
    private const int Block = 4096;

    [Theory]
    [InlineData("ext4", "fsck.ext4", "-fn")]
    [InlineData("vfat", "fsck.vfat", "-n")]
    [InlineData("swap", "swaplabel", "")]
    public void Apply_FileSystemHalfMade_IsMadeAnewByTheNextRun(string format, string check, string options) =>
        Gen.Int[0, 1 << 30].Sample(
            seed =>
            {
                using var folder = new TempFolder();
                var devices = new FileDevices(folder, 12);
                var path = devices.Files["/dev/a"];
                var config = $"\"storage\":{{\"filesystems\":[{{\"device\":\"/dev/a\",\"format\":\"{format}\"}}]}}";
                Assert.Throws<PowerCutException>(() => Apply(folder, devices, new TornPrograms(new FilePrograms(devices), path, seed), config));
                Apply(folder, devices, new FilePrograms(devices), config);
                HostTool.Try(check, [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), path]).Success();
                Assert.Equal(format, DeviceContents.Of(new HostPrograms(), path).Type);
                Assert.False(File.Exists(folder["root" + UnfinishedDevices.FilePath]));

                // From now on it is kept.
                var made = File.ReadAllBytes(path);
                Apply(folder, devices, new FilePrograms(devices), config);
                Assert.Equal(made, File.ReadAllBytes(path));
            }, iter: 12, seed: "000000000001", threads: 1);

    [Theory]
    [InlineData("cryptsetup luksFormat")]
    [InlineData("cryptsetup luksOpen")]
    [InlineData("systemd-cryptenroll")]
    [InlineData("cryptsetup luksRemoveKey")]
    public void Apply_VolumeWhoseKeyNobodyHasKept_IsMadeAnewByTheNextRun(string cut)
    {
        using var folder = new TempFolder();
        var devices = new FileDevices(folder, 1);
        const string Config = "\"storage\":{\"luks\":[{\"name\":\"v\",\"device\":\"/dev/a\",\"clevis\":{\"tpm2\":true}}]}";
        Assert.Throws<PowerCutException>(() => Apply(folder, devices, new CutPrograms(new ScriptedPrograms(""), cut), Config));
        var next = new ScriptedPrograms("blkid=TYPE=crypto_LUKS;UUID=u");
        Apply(folder, devices, next, Config);
        Assert.Contains(next.Calls, c => c.StartsWith("cryptsetup luksFormat", StringComparison.Ordinal));

        // The same until the root has all that is needed to open it.
        Assert.True(File.Exists(folder["root" + UnfinishedDevices.FilePath]));
    }

    [Fact]
    public void Apply_VolumeWithTheConfigsKeyCutOffWhenItIsWhole_IsKept()
    {
        using var folder = new TempFolder();
        var devices = new FileDevices(folder, 1);
        const string Config = "\"storage\":{\"luks\":[{\"name\":\"v\",\"device\":\"/dev/a\",\"keyFile\":{\"source\":\"data:,k\"}}]}";
        Assert.Throws<PowerCutException>(() => Apply(folder, devices, new CutPrograms(new ScriptedPrograms(""), "cryptsetup luksOpen"), Config));
        var next = new ScriptedPrograms("blkid=TYPE=crypto_LUKS;UUID=u");
        Apply(folder, devices, next, Config);
        Assert.DoesNotContain(next.Calls, c => c.StartsWith("cryptsetup luksFormat", StringComparison.Ordinal));
    }

    private static void Apply(TempFolder folder, FileDevices devices, IPrograms programs, string config)
    {
        Directory.CreateDirectory(folder["keys"]);
        Directory.CreateDirectory(folder["root"]);
        using var root = new RootFolder(folder["root"]);
        new DisksStage(devices, programs, _ => { }, new(root, new RecordedOwnership()), ResourceContents.FromUrl, folder["keys"], Guid.NewGuid)
            .Apply(ConfigReader.Read(Encoding.UTF8.GetBytes($"{{\"ignition\":{{\"version\":\"3.4.0\"}},{config}}}"), "a.ign").Require().Storage);
    }

    /// <summary>The power fails while mkfs runs: any of what it writes has reached the disk.</summary>
    private sealed class TornPrograms(IPrograms real, string path, int seed) : IPrograms
    {
        public bool Has(string name) => real.Has(name);

        public (int ExitCode, string Output, string Errors) Run(string name, params IReadOnlyList<string> arguments)
        {
            if (!name.StartsWith("mk", StringComparison.Ordinal))
            {
                return real.Run(name, arguments);
            }

            var before = File.ReadAllBytes(path);
            real.Run(name, arguments);
            var after = File.ReadAllBytes(path);
            var random = new Random(seed);
            for (var at = 0; at < after.Length; at += Block)
            {
                // What tells the format is there; of the rest, any.
                if (at >= 2 * Block && random.Next(2) == 0)
                {
                    before.AsSpan(at, Block).CopyTo(after.AsSpan(at));
                }
            }

            File.WriteAllBytes(path, after);
            throw new PowerCutException();
        }
    }

    /// <summary>The power fails when a program is called.</summary>
    private sealed class CutPrograms(IPrograms others, string cut) : IPrograms
    {
        public bool Has(string name) => true;

        public (int ExitCode, string Output, string Errors) Run(string name, params IReadOnlyList<string> arguments) =>
            string.Join(' ', arguments.Prepend(name)).StartsWith(cut, StringComparison.Ordinal) ? throw new PowerCutException() : others.Run(name, arguments);
    }
}
