namespace Ironhull.Formats.Tpm;

/// <summary>Algorithms of PCR banks, keys and signatures, with their TPM_ALG_ID (TCG Algorithm Registry 1.34, table 3).</summary>
public enum TpmAlgorithm : ushort
{
    /// <summary>TPM_ALG_RSA.</summary>
    Rsa = 0x0001,

    /// <summary>TPM_ALG_SHA1.</summary>
    Sha1 = 0x0004,

    /// <summary>TPM_ALG_SHA256.</summary>
    Sha256 = 0x000B,

    /// <summary>TPM_ALG_SHA384.</summary>
    Sha384 = 0x000C,

    /// <summary>TPM_ALG_SHA512.</summary>
    Sha512 = 0x000D,

    /// <summary>TPM_ALG_NULL: none is chosen.</summary>
    Null = 0x0010,

    /// <summary>TPM_ALG_RSASSA: RSASSA-PKCS1-v1_5.</summary>
    RsaSsa = 0x0014,

    /// <summary>TPM_ALG_RSAPSS.</summary>
    RsaPss = 0x0016,

    /// <summary>TPM_ALG_ECDSA.</summary>
    EcDsa = 0x0018,

    /// <summary>TPM_ALG_ECDAA, whose scheme has a counter after its hash.</summary>
    EcDaa = 0x001A,

    /// <summary>TPM_ALG_ECC.</summary>
    Ecc = 0x0023,
}
