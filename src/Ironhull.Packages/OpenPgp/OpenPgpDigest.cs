using System.Security.Cryptography;

namespace Ironhull.Packages.OpenPgp;

/// <summary>The digests of signatures (RFC 9580, section 9.5).</summary>
internal static class OpenPgpDigest
{
    /// <summary>The name to report; for a digest that is not known its number.</summary>
    public static string Display(int digest) => digest switch
    {
        1 => "MD5",
        2 => "SHA1",
        8 => "SHA256",
        9 => "SHA384",
        10 => "SHA512",
        11 => "SHA224",
        12 => "SHA3-256",
        14 => "SHA3-512",
        var other => $"digest {other}",
    };

    /// <summary>The digest when it is strong enough to be accepted and this platform has it; otherwise null.</summary>
    public static HashAlgorithmName? Accepted(int digest) => digest switch
    {
        8 => HashAlgorithmName.SHA256,
        9 => HashAlgorithmName.SHA384,
        10 => HashAlgorithmName.SHA512,
        12 when SHA3_256.IsSupported => HashAlgorithmName.SHA3_256,
        14 when SHA3_512.IsSupported => HashAlgorithmName.SHA3_512,
        _ => null,
    };

    /// <summary>Bytes of salt in a version 6 signature (section 9.5, table 23); 0 when the digest makes none.</summary>
    public static int SaltSize(int digest) => digest switch
    {
        8 or 11 or 12 => 16,
        9 => 24,
        10 or 14 => 32,
        _ => 0,
    };
}
