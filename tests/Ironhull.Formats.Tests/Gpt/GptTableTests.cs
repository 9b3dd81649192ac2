using System.Buffers.Binary;
using System.Text.Json;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Io;
using Ironhull.Formats.Tests.Disk;

namespace Ironhull.Formats.Tests.Gpt;

public sealed class GptTableTests
{
    private static readonly Guid s_disk = new("00112233-4455-6677-8899-aabbccddeeff");

    [Fact]
    public void WriteTo_SgdiskAndSfdiskReadWhatWasWritten()
    {
        using var folder = new TemporaryFolder();
        var (table, length) = Sample();
        using (var disk = File.Create(folder["disk"]))
        {
            disk.SetLength(length);
            table.WriteTo(disk);
        }

        Assert.Contains("No problems found", Tool.Run("sgdisk", "-v", folder["disk"]), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Tool.Run("sfdisk", "-J", folder["disk"]));
        var read = json.RootElement.GetProperty("partitiontable");
        Assert.Equal(s_disk, Guid.Parse(read.GetProperty("id").GetString()!));
        var partitions = read.GetProperty("partitions").EnumerateArray().ToList();
        Assert.Equal(table.Partitions.Count, partitions.Count);
        foreach (var (expected, actual) in table.Partitions.Zip(partitions))
        {
            Assert.Equal(expected.Type, Guid.Parse(actual.GetProperty("type").GetString()!));
            Assert.Equal(expected.Id, Guid.Parse(actual.GetProperty("uuid").GetString()!));
            Assert.Equal(expected.Name, actual.GetProperty("name").GetString());
            Assert.Equal(expected.FirstLba, actual.GetProperty("start").GetInt64());
            Assert.Equal(expected.Length / 512, actual.GetProperty("size").GetInt64());
            Assert.Equal(0, expected.Offset % GptTable.Alignment);
        }

        Assert.Equal("GUID:60", partitions[1].GetProperty("attrs").GetString());
    }

    [Fact]
    public void Read_TableOfSgdisk_GivesItsPartitions()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["disk"], new byte[8 << 20]);
        Tool.Run("sgdisk", "-n", "1:2048:4095", "-t", "1:ef00", "-c", "1:ESP é", "-U", s_disk.ToString(), folder["disk"]);
        using var disk = File.OpenRead(folder["disk"]);
        var table = GptTable.Read(disk);
        Assert.Equal(s_disk, table.DiskId);
        var partition = Assert.Single(table.Partitions);
        Assert.Equal((PartitionTypes.EfiSystem, "ESP é", 2048L, 4095L), (partition.Type, partition.Name, partition.FirstLba, partition.LastLba));
    }

    [Theory]
    [InlineData(512, GptCopies.Backup)]
    [InlineData(1024, GptCopies.Backup)]
    [InlineData(-512, GptCopies.Primary)]
    [InlineData(-33 * 512, GptCopies.Primary)]
    public void Read_OneDamagedCopy_UsesTheOther(int offset, GptCopies intact)
    {
        var (table, bytes) = Written();
        bytes[offset < 0 ? bytes.Length + offset : offset] ^= 1;
        var read = GptTable.Read(new MemoryStream(bytes));
        Assert.Equal(intact, read.IntactCopies);
        Assert.Equal(table.Partitions, read.Partitions);
    }

    [Fact]
    public void Read_BothCopiesDamaged_ReportsHULL1002()
    {
        var (_, bytes) = Written();
        bytes[512] ^= 1;
        bytes[^512] ^= 1;
        Assert.Equal("HULL1002", Assert.Throws<HullException>(() => GptTable.Read(new MemoryStream(bytes))).Code.Code);
    }

    [Theory]
    [InlineData(2048, 4096, 4096, 5000)]
    [InlineData(33, 100, 4096, 5000)]
    [InlineData(2048, 3000, 4096, 16384)]
    [InlineData(2048, 2047, 4096, 5000)]
    public void WriteTo_OverlapOrOutside_ReportsHULL1002(long first, long last, long first2, long last2)
    {
        var table = new GptTable(s_disk, [new(PartitionTypes.Usr, Id(1), "a", first, last), new(PartitionTypes.Usr, Id(2), "b", first2, last2)]);
        Assert.Equal("HULL1002", Assert.Throws<HullException>(() => table.WriteTo(new MemoryStream(new byte[8 << 20]))).Code.Code);
    }

    [Fact]
    public void WriteTo_SameGuidTwiceOrLongName_ReportsHULL1002()
    {
        Assert.Throws<HullException>(() => new GptTable(s_disk, [new(PartitionTypes.Usr, Id(1), "a", 2048, 2049), new(PartitionTypes.Usr, Id(1), "b", 4096, 4097)]).WriteTo(new MemoryStream(new byte[8 << 20])));
        Assert.Throws<HullException>(() => new GptTable(s_disk, [new(PartitionTypes.Usr, Id(1), new string('n', 37), 2048, 2049)]).WriteTo(new MemoryStream(new byte[8 << 20])));
    }

    [Fact]
    public void IdsOf_RootHash_AreItsHalvesInWrittenOrder()
    {
        var (data, verity) = PartitionTypes.IdsOf(Sha256Digest.Parse("846300c2d0a14d4e9a3f1b2c3d4e5f60" + "00112233445566778899aabbccddeeff"));
        Assert.Equal("846300c2-d0a1-4d4e-9a3f-1b2c3d4e5f60", data.ToString());
        Assert.Equal("00112233-4455-6677-8899-aabbccddeeff", verity.ToString());
    }

    [Fact]
    public void Read_WhatWasWritten_IsTheSame() =>
        Gen.Select(Gen.Guid, Gen.Select(Gen.Guid, Gen.Guid, Gen.String[Gen.Char['a', 'z'], 0, 36], Gen.Long[1, 3 << 20], Gen.ULong).List[0, 6]).Sample(
            (disk, partitions) =>
            {
                var (table, length) = GptTable.Place(disk, partitions.DistinctBy(p => p.Item2).Where(p => p.Item1 != Guid.Empty));
                var stream = new MemoryStream(new byte[length]);
                table.WriteTo(stream);
                var read = GptTable.Read(stream);
                return read.DiskId == disk && read.Partitions.SequenceEqual(table.Partitions) && read.IntactCopies == table.IntactCopies;
            },
            iter: 50);

    [Fact]
    public void Read_MutatedInput_NeverThrowsAnythingButHullException()
    {
        var (_, bytes) = Written();
        bytes = [.. bytes.AsSpan(0, 34 * 512)];
        Mutation.NeverThrowsAnythingButHullException(bytes, b => GptTable.Read(new MemoryStream(b)), iterations: 2000, focus: 2048);
    }

    [Fact]
    public void Read_FieldsMutatedUnderFittingChecksums_NeverThrowsAnythingButHullException()
    {
        var (_, bytes) = Written();
        bytes = [.. bytes.AsSpan(0, 34 * 512)];
        Mutation.NeverThrowsAnythingButHullException(
            bytes,
            b =>
            {
                if (b.Length == 34 * 512)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(b.AsSpan(512 + 88), Ironhull.Formats.Disk.Crc32.Of(b.AsSpan(1024)));
                    b.AsSpan(512 + 16, 4).Clear();
                    BinaryPrimitives.WriteUInt32LittleEndian(b.AsSpan(512 + 16), Ironhull.Formats.Disk.Crc32.Of(b.AsSpan(512, 92)));
                }

                // The backup copy is cut off; a sparse rest makes the disk as long as its header says.
                var disk = new MemoryStream();
                disk.Write(b);
                disk.SetLength(8 << 20);
                GptTable.Read(disk);
            },
            iterations: 500,
            focus: 1536);
    }

    [Fact]
    public void PlaceTight_Partitions_LieAtBlocksWithoutRoomBetween()
    {
        var (table, length) = GptTable.PlaceTight(s_disk, [(PartitionTypes.Root, Id(1), "root", 40_960, 0), (PartitionTypes.RootVerity, Id(2), "verity", 4097, 0)]);
        using var folder = new TempFolder();
        using (var disk = File.Create(folder["disk"]))
        {
            disk.SetLength(length);
            table.WriteTo(disk);
            disk.Position = 0;
            Assert.Equal(table.Partitions, GptTable.Read(disk).Partitions);
        }

        // Tables of 17408 and 16896 bytes.
        Assert.Equal([20_480, 61_440], table.Partitions.Select(p => p.Offset));
        Assert.Equal(61_440 + 8192 + 20_480, length);
        var judged = HostTool.Run("sfdisk", "--verify", folder["disk"]);
        Assert.Contains("No errors detected", judged, StringComparison.Ordinal);
    }

    private static Guid Id(byte value) => new(value, 0, 0, new byte[8]);

    private static (GptTable Table, long Length) Sample() => GptTable.Place(s_disk, [
        (PartitionTypes.EfiSystem, Id(1), "esp", 3 << 20, 0),
        (PartitionTypes.Usr, Id(2), "usr-a", (2 << 20) + 5, PartitionTypes.ReadOnly),
        (PartitionTypes.UsrVerity, Id(3), "usr-a-verity", 4096, 0),
    ]);

    private static (GptTable Table, byte[] Bytes) Written()
    {
        var (table, length) = Sample();
        var stream = new MemoryStream(new byte[length]);
        table.WriteTo(stream);
        return (table, stream.ToArray());
    }
}
