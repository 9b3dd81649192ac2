using System.Buffers.Binary;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Fetching;
using Ironhull.Provisioning.Platforms;
using Ironhull.Provisioning.Tests.Stages;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Platforms;

public sealed class HyperVTests
{
    [Fact]
    public void Fetch_SplitValues_AreOneConfig()
    {
        using var host = new FakeHost(("ignition.config.1", "two"), ("other", "x"), ("ignition.config.0", "one "), ("ignition.config.3", "not reached"));
        Assert.Equal("one two", Fetch(host));
        Assert.Equal(100, host.Registration[0]);
        Assert.All(host.Answers, a => Assert.Equal(0, a));
    }

    [Fact]
    public void Fetch_OneValue_IsTheConfig()
    {
        using var host = new FakeHost(("ignition.config", "whole"));
        Assert.Equal("whole", Fetch(host));
    }

    [Fact]
    public void Fetch_ValueThatIsSetTwice_TheLastCounts()
    {
        using var host = new FakeHost(("ignition.config", "old"), ("ignition.config", "new"));
        Assert.Equal("new", Fetch(host));
    }

    [Fact]
    public void Fetch_HostThatSaysNothing_IsNoConfig()
    {
        using var host = new FakeHost();
        Assert.Null(Fetch(host));
    }

    [Fact]
    public void Fetch_WithoutChannel_ReportsHULL8085() => Assert.Equal("HULL8085", Assert.Throws<HullException>(() => Fetch(null)).Code.Code);

    [Theory]
    [InlineData(2, 0, 4u, 4u)]
    [InlineData(1, 1, 4u, 4u)]
    [InlineData(1, 0, 0u, 4u)]
    [InlineData(1, 0, 513u, 4u)]
    [InlineData(1, 0, 4u, 2049u)]
    [InlineData(1, 0, 0xFFFFFFFFu, 0xFFFFFFFFu)]
    public void Fetch_MessagesThatSetNothing_AreAnsweredAndLeft(byte operation, byte pool, uint keySize, uint valueSize)
    {
        using var host = new FakeHost(("ignition.config", "kept"));
        host.Put(operation, pool, keySize, valueSize);
        Assert.Equal("kept", Fetch(host));
        Assert.Contains(unchecked((int)0x80004005), host.Answers);
    }

    [Fact]
    public void Fetch_MessageThatIsCutOff_IsAnsweredAndLeft()
    {
        using var host = new FakeHost();
        host.Put([1, 0, 0]);
        Assert.Null(Fetch(host));
        Assert.Single(host.Answers);
    }

    [Fact]
    public void Fetch_PoolFile_ComesBeforeTheChannel()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["var/lib/hyperv"]);
        var record = new byte[2560];
        Encoding.UTF8.GetBytes("ignition.config", record);
        Encoding.UTF8.GetBytes("of the pool", record.AsSpan(512));
        File.WriteAllBytes(folder["var/lib/hyperv/.kvp_pool_0"], record);
        Assert.Equal("of the pool", Fetch(null, folder));
        File.WriteAllBytes(folder["var/lib/hyperv/.kvp_pool_0"], record[..2559]);
        Assert.Equal("HULL8085", Assert.Throws<HullException>(() => Fetch(null, folder)).Code.Code);
    }

    private static string? Fetch(FakeHost? host, TempFolder? folder = null)
    {
        using var fetcher = new ResourceFetcher(true, [], TimeProvider.System, _ => { }, CancellationToken.None);
        var context = new PlatformContext(new(folder?.Root ?? "/nonexistent"), fetcher, new FolderVolumes(), _ => { }, TimeSpan.FromSeconds(5));
        return new HyperVPlatform(_ => host).Fetch(context) is { } config ? Encoding.UTF8.GetString(config) : null;
    }

    /// <summary>The kernel's side: it answers the registration, then hands over one message after the other and waits for each to be answered.</summary>
    private sealed class FakeHost : IKvpChannel
    {
        private readonly Queue<byte[]> _messages = new();

        public FakeHost(params (string Key, string Value)[] pairs)
        {
            Put([100]);
            foreach (var (key, value) in pairs)
            {
                Put(1, 0, (uint)key.Length + 1, (uint)value.Length + 1, key, value);
            }
        }

        public byte[] Registration { get; private set; } = [];

        public List<int> Answers { get; } = [];

        public void Put(byte[] message) => _messages.Enqueue(message);

        public void Put(byte operation, byte pool, uint keySize, uint valueSize, string key = "key", string value = "value")
        {
            var message = new byte[7430];
            (message[0], message[1]) = (operation, pool);
            BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(4), 1);
            BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(8), keySize);
            BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(12), valueSize);
            Encoding.UTF8.GetBytes(key, message.AsSpan(16));
            Encoding.UTF8.GetBytes(value, message.AsSpan(528));
            Put(message);
        }

        public void Write(ReadOnlySpan<byte> message)
        {
            Assert.Equal(7430, message.Length);
            if (Registration.Length == 0)
            {
                Registration = message.ToArray();
            }
            else
            {
                Answers.Add(BinaryPrimitives.ReadInt32LittleEndian(message));
            }
        }

        public int Read(Span<byte> buffer, TimeSpan patience)
        {
            if (!_messages.TryDequeue(out var message))
            {
                return 0;
            }

            message.CopyTo(buffer);
            return message.Length;
        }

        public void Dispose()
        {
        }
    }
}
