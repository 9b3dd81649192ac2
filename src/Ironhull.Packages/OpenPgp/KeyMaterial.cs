namespace Ironhull.Packages.OpenPgp;

/// <summary>The public values of a key in one algorithm, and how they verify.</summary>
internal abstract class KeyMaterial
{
    /// <summary>"RSA 4096", "ECDSA P-256", "Ed25519" …</summary>
    public abstract string Name { get; }

    /// <summary>Parses what follows the algorithm in a key packet.</summary>
    /// <param name="version">The key's version, 4 or 6.</param>
    /// <param name="algorithm">Its algorithm.</param>
    /// <param name="bytes">The values, to the end of the packet.</param>
    /// <returns>Null when the values are malformed. A key of an algorithm that is not known is kept: it verifies nothing.</returns>
    public static KeyMaterial? TryParse(int version, int algorithm, ReadOnlySpan<byte> bytes) => algorithm switch
    {
        OpenPgpAlgorithm.Rsa or OpenPgpAlgorithm.RsaSignOnly => RsaMaterial.TryParse(bytes),
        OpenPgpAlgorithm.Ecdsa => EcdsaMaterial.TryParse(bytes),
        // Section 9.1: the legacy form is not for version 6.
        OpenPgpAlgorithm.EdDsaLegacy when version == 4 => EdDsaMaterial.TryParseLegacy(bytes),
        OpenPgpAlgorithm.Ed25519 => EdDsaMaterial.TryParse(algorithm, bytes, EdDsaCurve.Ed25519),
        OpenPgpAlgorithm.Ed448 => EdDsaMaterial.TryParse(algorithm, bytes, EdDsaCurve.Ed448),
        OpenPgpAlgorithm.MlDsa65Ed25519 or OpenPgpAlgorithm.MlDsa87Ed448 => MlDsaMaterial.TryParse(version, algorithm, bytes),
        _ => new UnknownMaterial(algorithm),
    };

    /// <summary>Whether a signature over a digest is this key's; null when that cannot be told because the algorithm is not supported or the key too weak.</summary>
    public abstract bool? Verify(SignaturePacket signature, byte[] hash);

    /// <summary>An integer, which comes without leading zeros, as a field of a fixed size.</summary>
    protected static byte[] Padded(byte[] value, int length)
    {
        var padded = new byte[length];
        value.CopyTo(padded, length - value.Length);
        return padded;
    }
}

/// <summary>A key of an algorithm that is only named.</summary>
internal sealed class UnknownMaterial(int algorithm) : KeyMaterial
{
    public override string Name { get; } = OpenPgpAlgorithm.Name(algorithm);

    public override bool? Verify(SignaturePacket signature, byte[] hash) => null;
}
