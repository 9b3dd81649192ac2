using System.Globalization;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Tpm;

namespace Ironhull.Measurement.Attestation;

/// <summary>
/// Takes evidence from a node that has nothing but bash, coreutils and a TPM: a script that passes two commands to the
/// TPM's device and prints the answers, and the reader of what it prints.
/// </summary>
public static class EvidenceScript
{
    /// <summary>What is quoted when nobody asks for other registers: what firmware, boot loader and stub measure, and the volume key's fingerprint.</summary>
    public static IReadOnlyList<int> DefaultRegisters { get; } = [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13, 14, 15];

    private const int LongestLine = 8 << 20;

    /// <summary>The script, for <c>bash -c</c> as root.</summary>
    /// <param name="nonce">1 to <see cref="TpmCommands.LongestNonce"/> bytes.</param>
    /// <param name="registers">Registers of the SHA-256 bank.</param>
    public static string Write(ReadOnlySpan<byte> nonce, IReadOnlyList<int> registers)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nonce.Length, TpmCommands.LongestNonce, nameof(nonce));
        var quote = TpmCommands.Quote(0, nonce, new(TpmAlgorithm.Sha256, registers));
        var before = Escaped(quote.AsSpan(0, TpmCommands.QuoteHandleOffset));
        var after = Escaped(quote.AsSpan(TpmCommands.QuoteHandleOffset + 4));
        const int Handle = 2 * TpmCommands.HandleOffset;
        // One open device is one session of the resource manager: the key is gone when it is closed. A command is one write.
        return $$"""
            set -eu
            exec 3<>/dev/tpmrm0
            send() { printf "$1" >&3; r=$(dd bs=16384 count=1 status=none <&3 | od -An -v -tx1); r=${r//[!0-9a-f]/}; }
            send '{{Escaped(TpmCommands.CreateAttestationKey())}}'
            echo key $r
            send "{{before}}\\x${r:{{Handle}}:2}\\x${r:{{Handle + 2}}:2}\\x${r:{{Handle + 4}}:2}\\x${r:{{Handle + 6}}:2}{{after}}"
            echo quote $r
            exec 3>&-
            for i in {{string.Join(' ', registers.Select(r => r.ToString(CultureInfo.InvariantCulture)))}}; do read -r v </sys/class/tpm/tpm0/pcr-sha256/$i; echo pcr $i ${v,,}; done
            echo log $(base64 -w0 /sys/kernel/security/tpm0/binary_bios_measurements)
            """;
    }

    /// <summary>Reads what the script printed.</summary>
    /// <returns>The evidence and the attestation key as TPM2B_PUBLIC.</returns>
    /// <exception cref="HullException">HULL6112: something is missing; HULL10xx: the TPM refused, or the output is not the script's.</exception>
    public static (Evidence Evidence, byte[] Key) Read(string output)
    {
        var lines = output.Length <= LongestLine ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
        string Value(string word) => lines.FirstOrDefault(l => l.StartsWith(word + ' ', StringComparison.Ordinal))?[(word.Length + 1)..]
            ?? throw AttestationErrors.CollectFailed.Error($"It printed no '{word}'.");
        try
        {
            var key = TpmCommands.ReadAttestationKey(Convert.FromHexString(Value("key")));
            var (quote, signature) = TpmCommands.ReadQuote(Convert.FromHexString(Value("quote")));
            var values = Evidence.ParseValues(string.Join('\n', lines.Where(l => l.StartsWith("pcr ", StringComparison.Ordinal)).Select(l => l["pcr ".Length..])));
            return (new(quote, signature, Convert.FromBase64String(Value("log")), values), key);
        }
        catch (FormatException e)
        {
            throw AttestationErrors.CollectFailed.Error($"It printed something else than hex digits and base64: {e.Message}", cause: e);
        }
    }

    private static string Escaped(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(4 * bytes.Length);
        foreach (var value in bytes)
        {
            text.Append("\\x").Append(value.ToString("x2", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }
}
