using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Measurement.Attestation;

/// <summary>What a node gives to prove what it booted. Hostile.</summary>
/// <param name="Quote">TPMS_ATTEST.</param>
/// <param name="Signature">TPMT_SIGNATURE.</param>
/// <param name="EventLog">The firmware's event log, as Linux shows it in binary_bios_measurements.</param>
/// <param name="Values">The SHA-256 registers' values by number, or null when the event log has to tell.</param>
public sealed record Evidence(byte[] Quote, byte[] Signature, byte[] EventLog, IReadOnlyDictionary<int, Sha256Digest>? Values)
{
    /// <summary>The file of <see cref="Quote"/> in a folder of evidence.</summary>
    public const string QuoteFile = "quote";

    /// <summary>The file of <see cref="Signature"/>.</summary>
    public const string SignatureFile = "signature";

    /// <summary>The file of <see cref="EventLog"/>.</summary>
    public const string EventLogFile = "event-log";

    /// <summary>The file of <see cref="Values"/>: lines of number and hex digits. It may be missing.</summary>
    public const string ValuesFile = "pcrs";

    private const int Largest = 4 << 20;

    /// <summary>Reads a folder.</summary>
    /// <exception cref="HullException">HULL6101: a file is missing, too large or unreadable; HULL1002: the values are no values.</exception>
    public static Evidence Read(string folder)
    {
        var values = Path.Combine(folder, ValuesFile);
        return new(
            ReadFile(Path.Combine(folder, QuoteFile)), ReadFile(Path.Combine(folder, SignatureFile)), ReadFile(Path.Combine(folder, EventLogFile)),
            File.Exists(values) ? ParseValues(Encoding.UTF8.GetString(ReadFile(values))) : null);
    }

    /// <summary>Writes the files into a folder, which is made when missing.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, content) in new[] { (QuoteFile, Quote), (SignatureFile, Signature), (EventLogFile, EventLog) })
        {
            AtomicFile.WriteAllBytes(Path.Combine(folder, name), content);
        }

        if (Values is not null)
        {
            AtomicFile.WriteAllText(
                Path.Combine(folder, ValuesFile), string.Concat(Values.OrderBy(v => v.Key).Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Key} {v.Value}\n"))));
        }
    }

    /// <summary>Reads lines of a register's number and its value.</summary>
    /// <exception cref="HullException">HULL1002.</exception>
    public static IReadOnlyDictionary<int, Sha256Digest> ParseValues(string text)
    {
        var values = new Dictionary<int, Sha256Digest>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = line.Split(' ');
            if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pcr)
                || !Sha256Digest.TryParse(parts[1], out var value) || !values.TryAdd(pcr, value))
            {
                throw FormatErrors.Malformed.Error("The register values are not lines of a number and 64 hex digits, each number once.");
            }
        }

        return values;
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= Largest ? File.ReadAllBytes(path) : throw AttestationErrors.EvidenceMissing.Error($"{path} has {length} bytes; at most {Largest} are read.", new(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AttestationErrors.EvidenceMissing.Error(e.Message, new(path), cause: e);
        }
    }
}
