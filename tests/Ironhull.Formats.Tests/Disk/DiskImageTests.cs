using System.Text.Json;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Qcow2;
using Ironhull.Formats.Vhd;

namespace Ironhull.Formats.Tests.Disk;

public sealed class DiskImageTests
{
    private const int Mebibyte = 1 << 20;
    private static readonly Guid s_id = new("00112233-4455-6677-8899-aabbccddeeff");

    public static TheoryData<DiskFormat, string> Formats => new()
    {
        { DiskFormat.Qcow2, "qcow2" }, { DiskFormat.VhdFixed, "vpc" }, { DiskFormat.VhdDynamic, "vpc" }, { DiskFormat.Raw, "raw" },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void Write_QemuFindsTheSameDisk(DiskFormat format, string qemu)
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, length) in new[] { ("small", 3 * Mebibyte), ("odd", 577 * Mebibyte) })
        {
            WriteRaw(folder[name], length);
            using (var raw = File.OpenRead(folder[name]))
            {
                DiskImage.Write(raw, folder[name + ".image"], format, s_id, 1_700_000_000);
            }

            Assert.Contains("identical", Tool.Run("qemu-img", "compare", "-f", "raw", "-F", qemu, folder[name], folder[name + ".image"]), StringComparison.Ordinal);
            using var info = JsonDocument.Parse(Tool.Run("qemu-img", "info", "--output=json", "-f", qemu, folder[name + ".image"]));
            Assert.Equal(length, info.RootElement.GetProperty("virtual-size").GetInt64());
            if (format == DiskFormat.Qcow2)
            {
                Assert.Contains("No errors were found", Tool.Run("qemu-img", "check", folder[name + ".image"]), StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("qcow2", "compat=1.1", DiskFormat.Qcow2)]
    [InlineData("qcow2", "compat=0.10,cluster_size=4096", DiskFormat.Qcow2)]
    [InlineData("vpc", "subformat=fixed,force_size=on", DiskFormat.VhdFixed)]
    [InlineData("vpc", "subformat=dynamic,force_size=on", DiskFormat.VhdDynamic)]
    public void Open_ImageOfQemu_GivesTheDisk(string qemu, string options, DiskFormat format)
    {
        using var folder = new TemporaryFolder();
        WriteRaw(folder["raw"], 9 * Mebibyte);
        Tool.Run("qemu-img", "convert", "-f", "raw", "-O", qemu, "-o", options, folder["raw"], folder["image"]);
        using var file = File.OpenRead(folder["image"]);
        var (actual, disk) = DiskImage.Open(file);
        Assert.Equal(format, actual);
        AssertSame(folder["raw"], disk);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Open_WhatWasWritten_IsTheSame_AndWritingTwiceGivesTheSameBytes(DiskFormat format, string qemu)
    {
        Assert.NotNull(qemu);
        using var folder = new TemporaryFolder();
        WriteRaw(folder["raw"], 5 * Mebibyte);
        using var raw = File.OpenRead(folder["raw"]);
        DiskImage.Write(raw, folder["a"], format, s_id, 1_700_000_000);
        DiskImage.Write(raw, folder["b"], format, s_id, 1_700_000_000);
        Assert.Equal(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
        using var file = File.OpenRead(folder["a"]);
        var (actual, disk) = DiskImage.Open(file);
        Assert.Equal(format, actual);
        AssertSame(folder["raw"], disk);
    }

    [Fact]
    public void WriteFixed_FooterIsWhatAzureAsksFor()
    {
        using var folder = new TemporaryFolder();
        WriteRaw(folder["raw"], 30 * Mebibyte);
        using (var raw = File.OpenRead(folder["raw"]))
        {
            VhdImage.WriteFixed(raw, folder["vhd"], s_id, 1_700_000_000);
        }

        using var file = File.OpenRead(folder["vhd"]);
        Assert.Equal((30 * Mebibyte) + 512, file.Length);
        var (footer, _) = VhdImage.Open(file);
        Assert.Equal(new VhdFooter(VhdType.Fixed, 30 * Mebibyte, s_id, 1_700_000_000), footer);
        Assert.Equal(0, footer.DiskLength % VhdImage.Alignment);
    }

    [Fact]
    public void Write_VhdOfOddLength_ReportsHULL1004() =>
        Assert.Equal("HULL1004", Assert.Throws<HullException>(() => VhdImage.WriteFixed(new MemoryStream(new byte[Mebibyte + 512]), "/dev/null", s_id, 0)).Code.Code);

    [Fact]
    public void Write_QcowOfOddLength_ReportsHULL1002() =>
        Assert.Equal("HULL1002", Assert.Throws<HullException>(() => Qcow2Image.Write(new MemoryStream(new byte[5]), "/dev/null")).Code.Code);

    [Fact]
    public void Write_StreamWithoutHoles_GivesTheSameBytesAsTheSparseFile()
    {
        using var folder = new TemporaryFolder();
        WriteRaw(folder["raw"], 40 * Mebibyte);
        foreach (var format in Enum.GetValues<DiskFormat>())
        {
            using var sparse = File.OpenRead(folder["raw"]);
            DiskImage.Write(sparse, folder["sparse"], format, s_id, 0);
            DiskImage.Write(new MemoryStream(File.ReadAllBytes(folder["raw"])), folder["memory"], format, s_id, 0);
            Assert.True(File.ReadAllBytes(folder["sparse"]).AsSpan().SequenceEqual(File.ReadAllBytes(folder["memory"])));
        }
    }

    [Fact]
    public void Copy_ZerosBecomeHoles()
    {
        using var folder = new TemporaryFolder();
        WriteRaw(folder["raw"], 100 * Mebibyte);
        using (var raw = File.OpenRead(folder["raw"]))
        {
            SparseFile.Copy(raw, folder["copy"]);
        }

        Assert.Equal(100 * Mebibyte, new FileInfo(folder["copy"]).Length);
        var kibibytes = int.Parse(Tool.Run("du", "-k", folder["copy"]).Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(kibibytes, 1, 1024);
    }

    [Fact]
    public void Open_DynamicVhdOfAnySize_HasGeometryWithinBounds() =>
        Gen.Long[1, VhdImage.MaximumLength / VhdImage.Alignment].Sample(mebibytes =>
        {
            var footer = new VhdFooter(VhdType.Dynamic, mebibytes * VhdImage.Alignment, s_id, 0);
            var bytes = new byte[VhdFooter.Size];
            footer.WriteTo(bytes);
            return VhdFooter.Parse(bytes, out _) == footer with { TimestampSeconds = 946_684_800 };
        });

    [Theory]
    [MemberData(nameof(Formats))]
    public void Open_MutatedInput_NeverThrowsAnythingButHullException(DiskFormat format, string qemu)
    {
        Assert.NotNull(qemu);
        using var folder = new TemporaryFolder();
        var small = new byte[Mebibyte];
        small[70_000] = 1;
        DiskImage.Write(new MemoryStream(small), folder["image"], format, s_id, 0);
        var valid = File.ReadAllBytes(folder["image"]);
        var buffer = new byte[Mebibyte];
        Mutation.NeverThrowsAnythingButHullException(
            valid,
            bytes =>
            {
                var disk = DiskImage.Open(new MemoryStream(bytes)).Disk;
                disk.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            },
            iterations: 400,
            focus: format == DiskFormat.Qcow2 ? 112 : 2048);
    }

    [Fact]
    public void Open_VhdHeadersWithFittingChecksums_NeverThrowAnythingButHullException()
    {
        using var folder = new TemporaryFolder();
        VhdImage.WriteDynamic(new MemoryStream([.. new byte[Mebibyte - 1], 1]), folder["image"], s_id, 0);
        var valid = File.ReadAllBytes(folder["image"]);
        Mutation.NeverThrowsAnythingButHullException(
            valid[512..2048],
            header =>
            {
                var bytes = valid.ToArray();
                header.CopyTo(bytes, 512);
                uint sum = 0;
                for (var i = 512; i < 1536; i++)
                {
                    sum += i is >= 548 and < 552 ? 0u : bytes[i];
                }

                System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(548), ~sum);
                VhdImage.Open(new MemoryStream(bytes)).Disk.ReadExactly(new byte[Mebibyte]);
            },
            iterations: 300);
    }

    private static void WriteRaw(string path, long length)
    {
        using var file = SparseFile.Create(path, length);
        var data = new byte[5000];
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = (byte)((i * 31) ^ (i >> 5));
        }

        foreach (var offset in new[] { 0, Mebibyte + 77, length / 2, length - data.Length })
        {
            file.Position = offset;
            file.Write(data);
        }
    }

    private static void AssertSame(string rawPath, Stream disk)
    {
        Assert.Equal(new FileInfo(rawPath).Length, disk.Length);
        var bytes = new byte[disk.Length];
        disk.Position = 0;
        disk.ReadExactly(bytes);
        Assert.True(File.ReadAllBytes(rawPath).AsSpan().SequenceEqual(bytes));
    }
}
