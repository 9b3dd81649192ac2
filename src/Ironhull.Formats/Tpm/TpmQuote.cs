using Ironhull.Diagnostics;

namespace Ironhull.Formats.Tpm;

/// <summary>What a TPM says of its registers and signs (TPM 2.0 part 2, TPMS_ATTEST of type TPM_ST_ATTEST_QUOTE). Hostile until its signature is checked.</summary>
/// <param name="Nonce">The data that whoever asked for the quote gave, at most 64 bytes.</param>
/// <param name="Clock">Milliseconds that the TPM has had power.</param>
/// <param name="ResetCount">How often the TPM was reset: once a boot.</param>
/// <param name="RestartCount">How often it was restarted or resumed since.</param>
/// <param name="FirmwareVersion">The TPM's own firmware.</param>
/// <param name="Selections">The registers of each bank.</param>
/// <param name="PcrDigest">The hash of their values, one after another.</param>
public sealed record TpmQuote(
    ReadOnlyMemory<byte> Nonce,
    ulong Clock,
    uint ResetCount,
    uint RestartCount,
    ulong FirmwareVersion,
    IReadOnlyList<PcrSelection> Selections,
    ReadOnlyMemory<byte> PcrDigest)
{
    // TPM_GENERATED_VALUE: a restricted key signs nothing from outside that begins with it.
    private const uint Generated = 0xFF544347;
    private const ushort AttestQuote = 0x8018;

    /// <summary>Reads a quote.</summary>
    /// <exception cref="HullException">HULL1001 to HULL1003: truncated, malformed, too large, or another statement than a quote.</exception>
    public static TpmQuote Parse(ReadOnlySpan<byte> data)
    {
        var reader = new TpmReader(data, "the quote");
        var magic = reader.UInt32();
        var type = reader.UInt16();
        if (magic != Generated || type != AttestQuote)
        {
            throw FormatErrors.Malformed.Error($"The statement has magic 0x{magic:x8} and type 0x{type:x4}: it is not the quote of a TPM.");
        }

        reader.Sized();
        var nonce = reader.Sized().ToArray();
        var clock = reader.UInt64();
        var resets = reader.UInt32();
        var restarts = reader.UInt32();
        reader.Byte();
        var firmware = reader.UInt64();
        var selections = PcrSelection.ReadList(ref reader);
        var digest = reader.Sized().ToArray();
        reader.End();
        return new(nonce, clock, resets, restarts, firmware, selections, digest);
    }
}
