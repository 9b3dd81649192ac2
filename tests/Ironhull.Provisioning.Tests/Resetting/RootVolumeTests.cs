using Ironhull.Diagnostics;
using Ironhull.Formats.Gpt;
using Ironhull.Provisioning.Resetting;
using Ironhull.Provisioning.Stages;
using Ironhull.Provisioning.Tests.Engine.Disks;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Resetting;

public sealed class RootVolumeTests
{
    private static readonly Guid s_id = new("0e7c8c0d-57f3-4b5b-9d3c-3e1d4c2b1a01");

    [Fact]
    public void Find_PlainRoot_IsThePartition()
    {
        using var folder = Mounted(encrypted: false);
        Assert.Equal(new(folder["dev/vda"], 8, folder["dev/vda8"], 0), RootVolume.Find(new NodePaths(folder.Root), "/"));
        Assert.Null(RootVolume.Find(new NodePaths(folder.Root), "/dev"));
        Assert.Null(RootVolume.Find(new NodePaths(folder.Root), "/elsewhere"));
    }

    [Fact]
    public void Find_EncryptedRoot_IsWhatItLiesOn()
    {
        using var folder = Mounted(encrypted: true);
        Assert.Equal(new(folder["dev/vda"], 8, folder["dev/vda8"], 2 << 20), RootVolume.Find(new NodePaths(folder.Root), "/"));
    }

    [Theory]
    [InlineData("12288\n")]
    [InlineData("x")]
    [InlineData("99999999999\n")]
    [InlineData("12287\n")]
    public void Find_EncryptedRootWithoutAHeaderThatCanBe_IsHULL8061(string whole)
    {
        using var folder = Mounted(encrypted: true);
        Put(folder, "sys/devices/vda/vda8/size", whole);
        Put(folder, "sys/devices/dm-1/size", "12288\n");
        Assert.Equal("HULL8061", Assert.Throws<HullException>(() => RootVolume.Find(new NodePaths(folder.Root), "/")).Code.Code);
    }

    [Fact]
    public void Find_NoDevices_IsNone()
    {
        using var folder = Mounted(encrypted: false);
        Directory.Delete(folder["sys/dev"], recursive: true);
        Assert.Null(RootVolume.Find(new NodePaths(folder.Root), "/"));
    }

    [Fact]
    public void Discard_TakesThePartitionAndTheHeaderAndNothingMore()
    {
        using var folder = Mounted(encrypted: true);
        var device = new byte[4 << 20];
        device.AsSpan().Fill(0xA5);
        File.WriteAllBytes(folder["dev/vda8"], device);
        RootVolume.Find(new NodePaths(folder.Root), "/")!.Discard(path => File.Open(path, FileMode.Open));
        Assert.Equal([1, 3], Table(folder).Partitions.Select(p => p.Number));
        var after = File.ReadAllBytes(folder["dev/vda8"]);
        Assert.True(after.AsSpan(0, 2 << 20).IndexOfAnyExcept((byte)0) < 0);
        Assert.True(after.AsSpan(2 << 20).IndexOfAnyExcept((byte)0xA5) < 0);
        Assert.Equal(device.Length, after.Length);
    }

    /// <summary>Wherever the power fails, the table is the old or the new one; what is left of a request is not seen.</summary>
    [Fact]
    public void Discard_PowerCutAtAnySector_LeavesOneOfTheTwoTables()
    {
        var old = 0;
        for (var writes = 0; ; writes++)
        {
            using var folder = Mounted(encrypted: false);
            var devices = new FileDevices(folder, 1) { WritesLeft = writes };
            Assert.Single(devices.Files);
            File.Copy(folder["dev/vda"], folder["disk"], overwrite: true);
            try
            {
                RootVolume.Find(new NodePaths(folder.Root), "/")!.Discard(_ => devices.Open("/dev/a"));
                Assert.True(writes > 60 && old > 30, $"{writes} writes, {old} of them before the new table");
                return;
            }
            catch (PowerCutException)
            {
                using var disk = File.OpenRead(folder["disk"]);
                var numbers = GptTable.Read(disk).Partitions.Select(p => p.Number).ToList();
                Assert.True(numbers.SequenceEqual([1, 3]) || numbers.SequenceEqual([1, 3, 8]), string.Join(' ', numbers));
                old += numbers.Count == 3 ? 1 : 0;
            }
        }
    }

    private static GptTable Table(TempFolder folder)
    {
        using var disk = File.OpenRead(folder["dev/vda"]);
        return GptTable.Read(disk);
    }

    // As sysfs has it: /sys/dev/block holds links into the tree of devices.
    private static TempFolder Mounted(bool encrypted)
    {
        var folder = new TempFolder();
        Put(folder, "proc/self/mountinfo", "20 1 0:1 / / rw - rootfs rootfs rw\n21 1 254:1 / / rw,nosuid shared:1 - ext4 /dev/x rw\n22 21 0:5 / /dev rw - devtmpfs d rw\n");
        Put(folder, "sys/devices/vda/vda8/partition", "8\n");
        Put(folder, "sys/devices/vda/vda8/size", "12288\n");
        if (encrypted)
        {
            Put(folder, "sys/devices/dm-1/dm/uuid", "CRYPT-LUKS2-0123-root\n");
            Put(folder, "sys/devices/dm-1/size", "8192\n");
            Directory.CreateDirectory(folder["sys/devices/dm-1/slaves"]);
            Directory.CreateSymbolicLink(folder["sys/devices/dm-1/slaves/vda8"], folder["sys/devices/vda/vda8"]);
        }

        Directory.CreateDirectory(folder["sys/dev/block"]);
        Directory.CreateSymbolicLink(folder["sys/dev/block/254:1"], folder[encrypted ? "sys/devices/dm-1" : "sys/devices/vda/vda8"]);
        Directory.CreateDirectory(folder["dev"]);
        using var disk = File.Create(folder["dev/vda"]);
        disk.SetLength(8 << 20);
        new GptTable(s_id, [.. new[] { 1, 3, 8 }.Select(n => new GptPartition(s_id, new Guid(n, 0, 0, new byte[8]), $"P{n}", 2048 + (n * 8), 2048 + (n * 8) + 7) { Number = n })]).WriteTo(disk);
        return folder;
    }

    private static void Put(TempFolder folder, string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[path])!);
        File.WriteAllText(folder[path], text);
    }
}
