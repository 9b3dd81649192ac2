namespace Ironhull.Formats.Rpm;

/// <summary>Tags of a package's signature header: <c>rpmSigTag</c> of rpm 6.1's include/rpm/rpmtag.h, with the type of their data.</summary>
public static class RpmSignatureTag
{
    /// <summary>DSA or EdDSA signature of the header: bytes of one OpenPGP packet.</summary>
    public const int Dsa = 267;

    /// <summary>RSA signature of the header: bytes of one OpenPGP packet.</summary>
    public const int Rsa = 268;

    /// <summary>SHA-1 of the header in hexadecimal: string.</summary>
    public const int Sha1 = 269;

    /// <summary>Size of header and payload, when it does not fit into 32 bits: 64-bit.</summary>
    public const int LongSize = 270;

    /// <summary>Size of the unpacked payload, when it does not fit into 32 bits: 64-bit.</summary>
    public const int LongArchiveSize = 271;

    /// <summary>SHA-256 of the header in hexadecimal: string.</summary>
    public const int Sha256 = 273;

    /// <summary>IMA signatures of the files in hexadecimal, in the order of the file list: string array.</summary>
    public const int FileSignatures = 274;

    /// <summary>Length of one IMA signature in bytes: 32-bit.</summary>
    public const int FileSignatureLength = 275;

    /// <summary>fs-verity signatures of the files in base64: string array.</summary>
    public const int VeritySignatures = 276;

    /// <summary>Hash of the fs-verity signatures: 32-bit.</summary>
    public const int VeritySignatureAlgorithm = 277;

    /// <summary>OpenPGP signatures of the header in base64, one or more: string array.</summary>
    public const int OpenPgp = 278;

    /// <summary>SHA3-256 of the header in hexadecimal: string.</summary>
    public const int Sha3 = 279;

    /// <summary>Padding that reserves space, in format 6: bytes.</summary>
    public const int Reserved = 999;

    /// <summary>Size of header and payload: 32-bit.</summary>
    public const int Size = 1000;

    /// <summary>RSA signature of header and payload: bytes of one OpenPGP packet.</summary>
    public const int Pgp = 1002;

    /// <summary>MD5 of header and payload: 16 bytes.</summary>
    public const int Md5 = 1004;

    /// <summary>DSA or EdDSA signature of header and payload: bytes of one OpenPGP packet.</summary>
    public const int Gpg = 1005;

    /// <summary>Size of the unpacked payload: 32-bit.</summary>
    public const int PayloadSize = 1007;

    /// <summary>Padding that reserves space for signatures: bytes.</summary>
    public const int ReservedSpace = 1008;
}
