using Ironhull.Compose.Build;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Tests.Build;

public sealed class ExtentPackTests : IDisposable
{
    private const int Header = 8, RecordHeader = 68;
    private readonly TemporaryFolder _folder = new();

    private string PackPath => Path.Combine(_folder.Path, "extents", "image");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Put_ManyValues_AreThereNextTime()
    {
        using (var pack = ExtentPack.TryOpen(PackPath)!)
        {
            Parallel.For(0, 100, i => pack.Put(Key(i), Value(i)));
            Assert.True(pack.TryGet(Key(7), out var now));
            Assert.Equal(Value(7), now);
        }

        using var again = ExtentPack.TryOpen(PackPath)!;
        for (var i = 0; i < 100; i++)
        {
            Assert.True(again.TryGet(Key(i), out var value));
            Assert.Equal(Value(i), value);
        }

        Assert.False(again.TryGet(Key(100), out _));
    }

    [Fact]
    public void TryOpen_HeldByAnotherBuild_IsNull()
    {
        using var pack = ExtentPack.TryOpen(PackPath);
        Assert.Null(ExtentPack.TryOpen(PackPath));
    }

    [Fact]
    public void TryOpen_TornAnywhere_KeepsWhatIsWholeAndTakesMore()
    {
        Fill(3);
        var whole = File.ReadAllBytes(PackPath);
        for (var length = 0; length < whole.Length; length += 13)
        {
            File.WriteAllBytes(PackPath, whole[..length]);
            using (var pack = ExtentPack.TryOpen(PackPath)!)
            {
                for (var i = 0; i < 3; i++)
                {
                    Assert.Equal(length >= EndOf(i), pack.TryGet(Key(i), out var value));
                    Assert.True(value is null || value.SequenceEqual(Value(i)));
                }

                pack.Put(Key(9), Value(9));
            }

            using var again = ExtentPack.TryOpen(PackPath)!;
            Assert.True(again.TryGet(Key(9), out _));
        }
    }

    [Fact]
    public void TryGet_AnyFlippedByte_IsAMissAndNeverAnotherValue()
    {
        Fill(3);
        var whole = File.ReadAllBytes(PackPath);
        for (var at = 0; at < whole.Length; at += 7)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x40;
            File.WriteAllBytes(PackPath, damaged);
            using var pack = ExtentPack.TryOpen(PackPath)!;
            for (var i = 0; i < 3; i++)
            {
                Assert.True(!pack.TryGet(Key(i), out var value) || value.SequenceEqual(Value(i)));
            }
        }
    }

    [Fact]
    public void TryGet_DamagedValue_CanBePutAgain()
    {
        Fill(1);
        var bytes = File.ReadAllBytes(PackPath);
        bytes[^1] ^= 1;
        File.WriteAllBytes(PackPath, bytes);
        using (var pack = ExtentPack.TryOpen(PackPath)!)
        {
            Assert.False(pack.TryGet(Key(0), out _));
            pack.Put(Key(0), Value(0));
            Assert.True(pack.TryGet(Key(0), out _));
        }

        using var again = ExtentPack.TryOpen(PackPath)!;
        Assert.True(again.TryGet(Key(0), out var value));
        Assert.Equal(Value(0), value);
    }

    [Fact]
    public void Dispose_MostlyUnused_IsPacked()
    {
        using (var pack = ExtentPack.TryOpen(PackPath)!)
        {
            pack.Put(Key(0), Value(0));
            pack.Put(Key(1), new byte[33 << 20]);
            pack.Put(Key(2), new byte[33 << 20]);
        }

        Assert.True(new FileInfo(PackPath).Length > 64 << 20);
        using (var pack = ExtentPack.TryOpen(PackPath)!)
        {
            Assert.True(pack.TryGet(Key(0), out _));
        }

        Assert.Equal(Header + RecordHeader + Value(0).Length, new FileInfo(PackPath).Length);
        using var again = ExtentPack.TryOpen(PackPath)!;
        Assert.True(again.TryGet(Key(0), out _));
        Assert.False(again.TryGet(Key(1), out _));
    }

    private static Sha256Digest Key(int i) => Sha256Digest.Of([(byte)i]);

    private static byte[] Value(int i) => [.. Enumerable.Repeat((byte)(i + 1), 40 + i)];

    private static int EndOf(int i) => Header + Enumerable.Range(0, i + 1).Sum(j => RecordHeader + Value(j).Length);

    private void Fill(int count)
    {
        using var pack = ExtentPack.TryOpen(PackPath)!;
        for (var i = 0; i < count; i++)
        {
            pack.Put(Key(i), Value(i));
        }
    }
}
