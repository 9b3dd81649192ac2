using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace Ironhull.Packages.OpenPgp;

/// <summary>
/// ML-DSA beside EdDSA, both of which must verify (draft-ietf-openpgp-pqc, "Composite Signature Schemes": key and signature are
/// the EdDSA part, then the ML-DSA part; both sign the digest, ML-DSA as the message and without context). Only in version 6.
/// </summary>
internal sealed class MlDsaMaterial : KeyMaterial
{
    private readonly int _algorithm;
    private readonly EdDsaCurve _curve;
    private readonly byte[] _classic;
    private readonly MLDsaPublicKeyParameters _quantumSafe;
    private readonly int _signatureSize;

    private MlDsaMaterial(int algorithm, EdDsaCurve curve, byte[] classic, MLDsaPublicKeyParameters quantumSafe, int signatureSize)
    {
        _algorithm = algorithm;
        _curve = curve;
        _classic = classic;
        _quantumSafe = quantumSafe;
        _signatureSize = signatureSize;
    }

    public override string Name => OpenPgpAlgorithm.Name(_algorithm);

    public static new KeyMaterial? TryParse(int version, int algorithm, ReadOnlySpan<byte> bytes)
    {
        if (version != 6)
        {
            return new UnknownMaterial(algorithm);
        }

        // FIPS 204, table 2: the sizes of public keys and signatures in bytes.
        var (curve, parameters, keySize, signatureSize) = algorithm == OpenPgpAlgorithm.MlDsa65Ed25519
            ? (EdDsaCurve.Ed25519, MLDsaParameters.ml_dsa_65, 1952, 3309)
            : (EdDsaCurve.Ed448, MLDsaParameters.ml_dsa_87, 2592, 4627);
        return bytes.Length == curve.KeySize + keySize
            ? new MlDsaMaterial(algorithm, curve, bytes[..curve.KeySize].ToArray(), MLDsaPublicKeyParameters.FromEncoding(parameters, bytes[curve.KeySize..].ToArray()), signatureSize)
            : null;
    }

    public override bool? Verify(SignaturePacket signature, byte[] hash)
    {
        var value = signature.Value.Span;
        if (signature.Algorithm != _algorithm || value.Length != _curve.SignatureSize + _signatureSize)
        {
            return false;
        }

        var verifier = new MLDsaSigner(_quantumSafe.Parameters, deterministic: true);
        verifier.Init(forSigning: false, _quantumSafe);
        verifier.BlockUpdate(hash, 0, hash.Length);
        return verifier.VerifySignature(value[_curve.SignatureSize..].ToArray()) & _curve.Verify(value[.._curve.SignatureSize].ToArray(), _classic, hash);
    }
}
