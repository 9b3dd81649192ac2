namespace Ironhull.Formats.Tpm;

/// <summary>Hash algorithms of PCR banks, with their TPM_ALG_ID (TCG Algorithm Registry 1.34, table 3).</summary>
public enum TpmAlgorithm : ushort
{
    /// <summary>TPM_ALG_SHA1.</summary>
    Sha1 = 0x0004,

    /// <summary>TPM_ALG_SHA256.</summary>
    Sha256 = 0x000B,

    /// <summary>TPM_ALG_SHA384.</summary>
    Sha384 = 0x000C,

    /// <summary>TPM_ALG_SHA512.</summary>
    Sha512 = 0x000D,
}
