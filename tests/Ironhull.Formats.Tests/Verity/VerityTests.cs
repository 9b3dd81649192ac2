using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Tests.Erofs;
using Ironhull.Formats.Verity;

namespace Ironhull.Formats.Tests.Verity;

public class VerityTests
{
    private static readonly Guid s_uuid = new("6f1a7b60-1c0e-4a57-9d5e-0123456789ab");
    private static readonly byte[] s_salt = Convert.FromHexString("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");

    private static byte[] Data(int blocks, int seed = 1)
    {
        var bytes = new byte[blocks * 4096];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static (byte[] Hash, Sha256Digest Root) Build(byte[] data, int threads = 2)
    {
        using var hash = new MemoryStream();
        var result = VerityWriter.Write(new MemoryStream(data), hash, new() { Salt = s_salt, Uuid = s_uuid, Threads = threads });
        Assert.Equal(result.Length, hash.Length);
        return (hash.ToArray(), result.RootHash);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(16384)]
    [InlineData(16385)]
    public void Write_AnyNumberOfBlocks_GivesTheImageAndRootHashOfVeritysetup(int blocks)
    {
        using var folder = new TempFolder();
        var data = Data(blocks);
        File.WriteAllBytes(folder["data"], data);
        var output = HostTool.Run("veritysetup", "format", folder["data"], folder["hash"], "--salt", Convert.ToHexStringLower(s_salt), "--uuid", s_uuid.ToString());
        var root = output.Split('\n').Single(l => l.StartsWith("Root hash:", StringComparison.Ordinal))["Root hash:".Length..].Trim();

        var (hash, ours) = Build(data);

        Assert.Equal(root, ours.ToString());
        Assert.Equal(File.ReadAllBytes(folder["hash"]), hash);
    }

    [Fact]
    public void Write_Image_IsVerifiedAndDumpedByVeritysetup()
    {
        using var folder = new TempFolder();
        var data = Data(300);
        var (hash, root) = Build(data);
        File.WriteAllBytes(folder["data"], data);
        File.WriteAllBytes(folder["hash"], hash);

        HostTool.Run("veritysetup", "verify", folder["data"], folder["hash"], root.ToString());
        var dump = HostTool.Run("veritysetup", "dump", folder["hash"]);

        Assert.Contains(s_uuid.ToString(), dump, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower(s_salt), dump, StringComparison.Ordinal);
        data[4096 * 77] ^= 1;
        File.WriteAllBytes(folder["data"], data);
        Assert.Throws<InvalidOperationException>(() => HostTool.Run("veritysetup", "verify", folder["data"], folder["hash"], root.ToString()));
    }

    [Fact]
    public void Write_OneThreadOrMany_GivesTheSameBytes() =>
        Assert.Equal(Build(Data(3000), 1).Hash, Build(Data(3000), 5).Hash);

    [Fact]
    public void Check_FlippedDataByte_NamesItsBlock()
    {
        var data = Data(400);
        var (hash, root) = Build(data);
        var tree = VerityTree.Open(new MemoryStream(hash), "hash");
        Assert.Null(tree.Check(new MemoryStream(data), root));

        data[(4096 * 333) + 17] ^= 0x40;
        data[(4096 * 350) + 1] ^= 1;

        Assert.Equal(new VerityFault(-1, 333), tree.Check(new MemoryStream(data), root));
        var error = Assert.Throws<HullException>(() => tree.Verify(new MemoryStream(data), root));
        Assert.Equal("HULL1030", error.Code.Code);
    }

    [Fact]
    public void Check_FlippedHashByteOrWrongRoot_NamesTheHashBlock()
    {
        var data = Data(400);
        var (hash, root) = Build(data);
        hash[(4096 * 3) + 5] ^= 1;
        Assert.Equal(new VerityFault(0, 3), VerityTree.Open(new MemoryStream(hash), "hash").Check(new MemoryStream(data), root));
        hash[(4096 * 3) + 5] ^= 1;
        Assert.Equal(new VerityFault(1, 1), VerityTree.Open(new MemoryStream(hash), "hash").Check(new MemoryStream(data), Sha256Digest.Of([1])));
    }

    [Fact]
    public void Write_EmptyOrOddData_ReportsHULL1002()
    {
        foreach (var length in new[] { 0, 1, 4097 })
        {
            var error = Assert.Throws<HullException>(() => Build(new byte[length]));
            Assert.Equal("HULL1002", error.Code.Code);
        }
    }

    [Fact]
    public void Open_TruncatedTree_ReportsHULL1001()
    {
        var (hash, _) = Build(Data(400));
        foreach (var length in new[] { 0, 511, 4096, hash.Length - 4096 })
        {
            var error = Assert.Throws<HullException>(() => VerityTree.Open(new MemoryStream(hash, 0, length), "hash"));
            Assert.Equal("HULL1001", error.Code.Code);
        }
    }

    [Fact]
    public void Open_MutatedSuperblock_NeverThrowsAnythingButHullException()
    {
        var data = Data(130);
        var (hash, root) = Build(data);
        Gen.Select(Gen.Int[0, VeritySuperblock.Size - 1], Gen.Byte).Array[1, 8].Sample(changes =>
        {
            var copy = (byte[])hash.Clone();
            foreach (var (at, value) in changes)
            {
                copy[at] = value;
            }

            try
            {
                VerityTree.Open(new MemoryStream(copy), "hash").Check(new MemoryStream(data), root);
            }
            catch (HullException)
            {
            }
        }, iter: 2000);
    }
}
