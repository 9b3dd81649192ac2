using System.Buffers.Binary;

namespace Ironhull.Provisioning.Platforms;

/// <summary>
/// Collects the key-value pairs that the host gives the machine, as the kernel's own daemon does (linux/hyperv.h, struct hv_kvp_msg): registers, then
/// answers every message, and keeps what pairs of pool 0 are set to.
/// </summary>
/// <param name="channel">The channel to the kernel.</param>
internal sealed class KvpExchange(IKvpChannel channel)
{
    // struct hv_kvp_msg: a header of four bytes, and the largest of its bodies, hv_kvp_ipaddr_value.
    private const int MessageSize = 4 + 7426;
    private const byte Set = 1;
    private const byte Register = 100;
    private const byte HostPool = 0;

    // struct hv_kvp_exchg_msg_value: value type, key size, value size, key, value.
    private const int KeySizeAt = 8;
    private const int ValueSizeAt = 12;
    private const int KeyAt = 16;
    private const int ValueAt = KeyAt + KvpRecord.KeySize;

    // HV_S_OK, and HV_E_FAIL for what only a running system answers.
    private const int Done = 0;
    private const int Failed = unchecked((int)0x80004005);
    private const int MostMessages = 100_000;

    // The host sends all it has as soon as somebody has registered.
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(10);

    /// <summary>Collects them, until the host has said nothing for a second.</summary>
    /// <param name="limit">For how long at most.</param>
    /// <param name="time">Measures it.</param>
    public IReadOnlyDictionary<string, byte[]> Pairs(TimeSpan limit, TimeProvider time)
    {
        var pairs = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var message = new byte[MessageSize];
        message[0] = Register;
        channel.Write(message);
        var start = time.GetTimestamp();
        var isRegistered = false;
        for (var count = 0; count < MostMessages && time.GetElapsedTime(start) < limit; count++)
        {
            Array.Clear(message);
            var length = channel.Read(message, pairs.Count > 0 ? s_quiet : s_first < limit ? s_first : limit);
            if (length == 0)
            {
                break;
            }

            // The answer to the registration has the kernel's version and is not answered.
            if (!isRegistered)
            {
                isRegistered = true;
                continue;
            }

            var isKept = length >= ValueAt && message[0] == Set && message[1] == HostPool && Keep(message, pairs);
            BinaryPrimitives.WriteInt32LittleEndian(message, isKept ? Done : Failed);
            channel.Write(message);
        }

        return pairs;
    }

    private static bool Keep(ReadOnlySpan<byte> message, Dictionary<string, byte[]> pairs)
    {
        var (keySize, valueSize) = (BinaryPrimitives.ReadUInt32LittleEndian(message[KeySizeAt..]), BinaryPrimitives.ReadUInt32LittleEndian(message[ValueSizeAt..]));
        if (keySize is 0 or > KvpRecord.KeySize || valueSize > KvpRecord.ValueSize)
        {
            return false;
        }

        pairs[KvpRecord.Key(message.Slice(KeyAt, (int)keySize))] = KvpRecord.UpToZero(message.Slice(ValueAt, (int)valueSize)).ToArray();
        return true;
    }
}
