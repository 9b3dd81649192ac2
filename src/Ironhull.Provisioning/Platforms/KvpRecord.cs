using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Platforms;

/// <summary>
/// A key-value pair of Hyper-V's in a file of the daemon's: a key of 512 bytes and a value of 2048, each ended by a zero byte (linux/hyperv.h,
/// HV_KVP_EXCHANGE_MAX_KEY_SIZE and HV_KVP_EXCHANGE_MAX_VALUE_SIZE; tools/hv/hv_kvp_daemon.c, struct kvp_record).
/// </summary>
internal static class KvpRecord
{
    /// <summary>Room for a key, in bytes.</summary>
    public const int KeySize = 512;

    /// <summary>Room for a value, in bytes.</summary>
    public const int ValueSize = 2048;

    /// <summary>Reads a file of records; of several with one key the last counts.</summary>
    /// <exception cref="HullException">HULL8085: it has a part of a record.</exception>
    public static IReadOnlyDictionary<string, byte[]> ReadPool(ReadOnlySpan<byte> pool, string name)
    {
        if (pool.Length % (KeySize + ValueSize) != 0)
        {
            throw ProvisioningErrors.PlatformFailed.Error($"{name} has {pool.Length} bytes, which are not whole records.", new Location(name));
        }

        var pairs = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (; pool.Length > 0; pool = pool[(KeySize + ValueSize)..])
        {
            pairs[Key(pool[..KeySize])] = UpToZero(pool.Slice(KeySize, ValueSize)).ToArray();
        }

        return pairs;
    }

    /// <summary>A key.</summary>
    public static string Key(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(UpToZero(field));

    /// <summary>What comes before the first zero byte.</summary>
    public static ReadOnlySpan<byte> UpToZero(ReadOnlySpan<byte> field) => field.IndexOf((byte)0) is var end && end >= 0 ? field[..end] : field;
}
