using System.Buffers.Binary;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Io;

namespace Ironhull.Formats.Tpm;

/// <summary>
/// The crypto agile event log of a TPM 2.0 firmware (TCG PC Client Platform Firmware Profile 1.06, section 10), as Linux
/// shows it in binary_bios_measurements. The log is hostile until its replay equals the registers of a TPM.
/// </summary>
public sealed class TcgEventLog
{
    private const int MaximumLength = 4 << 20;
    private const int MaximumAlgorithms = 16;
    private const int HeaderSize = 32;
    private const int LongestDigest = 64;
    private static readonly byte[] s_startupLocality = "StartupLocality\0"u8.ToArray();

    private TcgEventLog(IReadOnlyDictionary<TpmAlgorithm, int> algorithms, IReadOnlyList<TcgEvent> events)
    {
        Algorithms = algorithms;
        Events = events;
    }

    /// <summary>The banks that the log covers, with the length of a digest in bytes.</summary>
    public IReadOnlyDictionary<TpmAlgorithm, int> Algorithms { get; }

    /// <summary>The events in logged order, without the first one, which describes the log.</summary>
    public IReadOnlyList<TcgEvent> Events { get; }

    /// <summary>Reads a log.</summary>
    /// <param name="data">The whole log, little-endian.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL1001 to HULL1004: truncated, malformed, too long, or not a crypto agile log.</exception>
    public static TcgEventLog Parse(ReadOnlyMemory<byte> data, string name = "event log")
    {
        if (data.Length > MaximumLength)
        {
            throw FormatErrors.LimitExceeded.Error($"An event log of {data.Length} bytes is larger than {MaximumLength}.", new Location(name));
        }

        var at = 0;
        var algorithms = ReadHeader(data.Span, ref at, name);
        var events = new List<TcgEvent>();
        while (at < data.Length)
        {
            events.Add(ReadEvent(data, algorithms, ref at, name));
        }

        return new(algorithms, events);
    }

    /// <summary>The SHA-256 bank that the events lead to.</summary>
    /// <exception cref="HullException">HULL1004: the log has no SHA-256 digests.</exception>
    public PcrBank Replay()
    {
        var bank = new PcrBank();
        foreach (var entry in Events)
        {
            if (entry.Type != TcgEventType.NoAction)
            {
                bank.Extend(entry.Pcr, entry.Sha256 ?? throw FormatErrors.Unsupported.Error("The event log has no SHA-256 digests."));
            }
            else if (entry.Pcr == 0 && entry.Data.Length == s_startupLocality.Length + 1 && entry.Data.Span.StartsWith(s_startupLocality))
            {
                bank.Start(entry.Data.Span[^1]);
            }
        }

        return bank;
    }

    // TCG_PCClientPCREvent with a SHA-1 digest of zeros, whose event is TCG_EfiSpecIdEvent.
    private static Dictionary<TpmAlgorithm, int> ReadHeader(ReadOnlySpan<byte> log, ref int at, string name)
    {
        var header = Take(log, ref at, HeaderSize, "The first event");
        var type = (TcgEventType)BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(header[28..]);
        var body = Take(log, ref at, size, "The first event's data");
        if (type != TcgEventType.NoAction || body.Length < 28 || !body.StartsWith("Spec ID Event03\0"u8))
        {
            throw FormatErrors.Unsupported.Error("The event log does not start with 'Spec ID Event03': it is not a crypto agile log.", new Location(name));
        }

        var count = BinaryPrimitives.ReadUInt32LittleEndian(body[24..]);
        if (count is 0 or > MaximumAlgorithms)
        {
            throw FormatErrors.LimitExceeded.Error($"The event log names {count} hash algorithms; 1 to {MaximumAlgorithms} are allowed.", new Location(name));
        }

        var algorithms = new Dictionary<TpmAlgorithm, int>();
        for (var i = 0; i < count; i++)
        {
            var entry = Wire.Slice(body, 28 + (4 * (ulong)i), 4, "A hash algorithm");
            var algorithm = (TpmAlgorithm)BinaryPrimitives.ReadUInt16LittleEndian(entry);
            var length = BinaryPrimitives.ReadUInt16LittleEndian(entry[2..]);
            if (length is 0 or > LongestDigest || (DigestLength(algorithm) is { } known && known != length) || !algorithms.TryAdd(algorithm, length))
            {
                throw FormatErrors.Malformed.Error($"The event log gives hash algorithm 0x{(ushort)algorithm:x4} twice, or digests of {length} bytes.", new Location(name));
            }
        }

        return algorithms;
    }

    private static TcgEvent ReadEvent(ReadOnlyMemory<byte> log, Dictionary<TpmAlgorithm, int> algorithms, ref int at, string name)
    {
        var start = at;
        var header = Take(log.Span, ref at, 12, "An event");
        var pcr = BinaryPrimitives.ReadUInt32LittleEndian(header);
        var type = (TcgEventType)BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        var count = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (pcr >= PcrBank.Count || count != algorithms.Count)
        {
            throw FormatErrors.Malformed.Error(
                $"An event of PCR {pcr} has {count} digests; the log has {PcrBank.Count} registers in {algorithms.Count} banks.", Location.At(name, start));
        }

        var digests = new Dictionary<TpmAlgorithm, ReadOnlyMemory<byte>>();
        for (var i = 0; i < count; i++)
        {
            var algorithm = (TpmAlgorithm)BinaryPrimitives.ReadUInt16LittleEndian(Take(log.Span, ref at, 2, "A digest"));
            if (!algorithms.TryGetValue(algorithm, out var length))
            {
                throw FormatErrors.Malformed.Error($"An event has a digest of algorithm 0x{(ushort)algorithm:x4}, which the log does not name.", Location.At(name, start));
            }

            Take(log.Span, ref at, (uint)length, "A digest");
            if (!digests.TryAdd(algorithm, log.Slice(at - length, length)))
            {
                throw FormatErrors.Malformed.Error($"An event has two digests of algorithm 0x{(ushort)algorithm:x4}.", Location.At(name, start));
            }
        }

        var size = BinaryPrimitives.ReadUInt32LittleEndian(Take(log.Span, ref at, 4, "An event's length"));
        Take(log.Span, ref at, size, "An event's data");
        return new(start, (int)pcr, type, digests, log.Slice(at - (int)size, (int)size));
    }

    private static int? DigestLength(TpmAlgorithm algorithm) => algorithm switch
    {
        TpmAlgorithm.Sha1 => 20,
        TpmAlgorithm.Sha256 => Sha256Digest.Size,
        TpmAlgorithm.Sha384 => 48,
        TpmAlgorithm.Sha512 => 64,
        _ => null,
    };

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> log, ref int at, uint length, string what)
    {
        var range = Wire.Slice(log, (ulong)at, length, what);
        at += (int)length;
        return range;
    }
}
