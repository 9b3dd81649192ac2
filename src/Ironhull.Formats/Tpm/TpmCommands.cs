using Ironhull.Diagnostics;

namespace Ironhull.Formats.Tpm;

/// <summary>The few commands that a quote takes, as bytes for a TPM's device, and their answers (TPM 2.0 part 3).</summary>
public static class TpmCommands
{
    /// <summary>Where the key's handle, four bytes, lies in the answer of <see cref="CreateAttestationKey"/>.</summary>
    public const int HandleOffset = 10;

    /// <summary>Where <see cref="Quote"/> takes the key's handle, four bytes.</summary>
    public const int QuoteHandleOffset = 10;

    /// <summary>The longest nonce: TPM2B_DATA holds what a TPM's largest name holds, and every TPM has SHA-256.</summary>
    public const int LongestNonce = 32;

    private const ushort Sessions = 0x8002;
    private const uint CreatePrimary = 0x00000131;
    private const uint QuoteCode = 0x00000158;
    private const uint Endorsement = 0x4000000B;
    private const uint Password = 0x40000009;

    // fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, restricted, sign.
    private const uint AttestationKeyAttributes = 0x0005_0072;
    private const int LargestAnswer = 16 << 10;

    /// <summary>
    /// TPM2_CreatePrimary of a restricted ECDSA key on P-256 in the endorsement hierarchy. The TPM derives it from its
    /// endorsement seed and this template, so that it is the same key each time and nothing has to be stored.
    /// </summary>
    public static byte[] CreateAttestationKey()
    {
        var template = new TpmWriter()
            .Algorithm(TpmAlgorithm.Ecc).Algorithm(TpmAlgorithm.Sha256).UInt32(AttestationKeyAttributes).Sized([])
            .Algorithm(TpmAlgorithm.Null).Algorithm(TpmAlgorithm.EcDsa).Algorithm(TpmAlgorithm.Sha256)
            .UInt16(TpmPublicKey.NistP256).Algorithm(TpmAlgorithm.Null).Sized([]).Sized([]).ToArray();
        var noSecret = new TpmWriter().Sized([]).Sized([]).ToArray();
        return Command(CreatePrimary, Endorsement, new TpmWriter().Sized(noSecret).Sized(template).Sized([]).UInt32(0).ToArray());
    }

    /// <summary>TPM2_Quote by a key without a password, in the key's own scheme.</summary>
    /// <param name="key">The key's handle; 0 when it is put in later.</param>
    /// <param name="nonce">At most <see cref="LongestNonce"/> bytes.</param>
    /// <param name="selection">The registers.</param>
    public static byte[] Quote(uint key, ReadOnlySpan<byte> nonce, PcrSelection selection) =>
        Command(QuoteCode, key, new TpmWriter().Sized(nonce).Algorithm(TpmAlgorithm.Null).Bytes(selection.ToList()).ToArray());

    /// <summary>The public half of the key that <see cref="CreateAttestationKey"/> made, as TPM2B_PUBLIC.</summary>
    /// <exception cref="HullException">HULL1001 to HULL1003: not such an answer, or the TPM refused.</exception>
    public static byte[] ReadAttestationKey(ReadOnlySpan<byte> answer)
    {
        var reader = Answer(answer, "TPM2_CreatePrimary");
        reader.UInt32();
        reader.UInt32();
        return new TpmWriter().Sized(reader.Sized()).ToArray();
    }

    /// <summary>Statement (TPMS_ATTEST) and signature (TPMT_SIGNATURE) of a quote.</summary>
    /// <exception cref="HullException">HULL1001 to HULL1003: not such an answer, or the TPM refused.</exception>
    public static (byte[] Quote, byte[] Signature) ReadQuote(ReadOnlySpan<byte> answer)
    {
        var reader = Answer(answer, "TPM2_Quote");
        var length = reader.UInt32();
        if (length > reader.Remaining)
        {
            throw FormatErrors.Truncated.Error($"TPM2_Quote gives {length} bytes of parameters; {reader.Remaining} are there.");
        }

        var parameters = new TpmReader(reader.Bytes((int)length), "TPM2_Quote's parameters");
        var quote = parameters.Sized().ToArray();
        return (quote, parameters.Bytes(parameters.Remaining).ToArray());
    }

    private static byte[] Command(uint code, uint handle, ReadOnlySpan<byte> parameters)
    {
        // An authorization by an empty password: handle, nonce, continueSession, password.
        var authorization = new TpmWriter().UInt32(Password).Sized([]).Byte(1).Sized([]).ToArray();
        var body = new TpmWriter().UInt32(code).UInt32(handle).UInt32((uint)authorization.Length).Bytes(authorization).Bytes(parameters).ToArray();
        return new TpmWriter().UInt16(Sessions).UInt32((uint)body.Length + 6).Bytes(body).ToArray();
    }

    private static TpmReader Answer(ReadOnlySpan<byte> answer, string command)
    {
        if (answer.Length > LargestAnswer)
        {
            throw FormatErrors.LimitExceeded.Error($"The answer to {command} has {answer.Length} bytes.");
        }

        var reader = new TpmReader(answer, $"the answer to {command}");
        reader.UInt16();
        var length = reader.UInt32();
        var code = reader.UInt32();
        if (length != answer.Length || code != 0)
        {
            throw FormatErrors.Malformed.Error($"The answer to {command} has {answer.Length} bytes, says {length}, and code 0x{code:x3}.");
        }

        return reader;
    }
}
