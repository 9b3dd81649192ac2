namespace Ironhull.Packages.OpenPgp;

/// <summary>
/// The public-key algorithms that sign: RFC 9580, section 9.1, and for the composites of ML-DSA (FIPS 204) the table of
/// public-key algorithms in draft-ietf-openpgp-pqc.
/// </summary>
internal static class OpenPgpAlgorithm
{
    public const int Rsa = 1, RsaSignOnly = 3, Dsa = 17, Ecdsa = 19, EdDsaLegacy = 22, Ed25519 = 27, Ed448 = 28, MlDsa65Ed25519 = 30, MlDsa87Ed448 = 31;

    /// <summary>The algorithm's name in the standard; for one that is not known its number.</summary>
    public static string Name(int algorithm) => algorithm switch
    {
        Rsa or RsaSignOnly => "RSA",
        Dsa => "DSA",
        Ecdsa => "ECDSA",
        EdDsaLegacy or Ed25519 => "Ed25519",
        Ed448 => "Ed448",
        MlDsa65Ed25519 => "ML-DSA-65+Ed25519",
        MlDsa87Ed448 => "ML-DSA-87+Ed448",
        32 => "SLH-DSA-SHAKE-128s",
        33 => "SLH-DSA-SHAKE-128f",
        34 => "SLH-DSA-SHAKE-256s",
        var other => $"algorithm {other}",
    };
}
