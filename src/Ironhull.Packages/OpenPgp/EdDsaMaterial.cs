namespace Ironhull.Packages.OpenPgp;

/// <summary>A curve of RFC 8032, without context, over what OpenPGP hashes.</summary>
internal sealed record EdDsaCurve(string Name, int KeySize, int SignatureSize, Func<byte[], byte[], byte[], bool> Verify)
{
    public static EdDsaCurve Ed25519 { get; } = new(
        "Ed25519", 32, 64, (signature, key, hash) => Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Verify(signature, 0, key, 0, hash, 0, hash.Length));

    public static EdDsaCurve Ed448 { get; } = new(
        "Ed448", 57, 114, (signature, key, hash) => Org.BouncyCastle.Math.EC.Rfc8032.Ed448.Verify(signature, 0, key, 0, [], hash, 0, hash.Length));
}

/// <summary>EdDSA: as integers in the legacy form, as plain bytes in RFC 9580 (sections 5.5.5.5, 5.5.5.9, 5.5.5.10 and 5.2.3.3 to 5.2.3.5).</summary>
internal sealed class EdDsaMaterial : KeyMaterial
{
    private readonly int _algorithm;
    private readonly EdDsaCurve _curve;
    private readonly byte[] _key;

    private EdDsaMaterial(int algorithm, EdDsaCurve curve, byte[] key)
    {
        _algorithm = algorithm;
        _curve = curve;
        _key = key;
    }

    public override string Name => _curve.Name;

    // Section 9.2: the curve "Ed25519Legacy", 1.3.6.1.4.1.11591.15.1.
    private static ReadOnlySpan<byte> LegacyIdentifier => [0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x0F, 0x01];

    public static KeyMaterial? TryParse(int algorithm, ReadOnlySpan<byte> bytes, EdDsaCurve curve) =>
        bytes.Length == curve.KeySize ? new EdDsaMaterial(algorithm, curve, bytes.ToArray()) : null;

    public static KeyMaterial? TryParseLegacy(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= LegacyIdentifier.Length || bytes[0] != LegacyIdentifier.Length || !bytes[1..].StartsWith(LegacyIdentifier))
        {
            return new UnknownMaterial(OpenPgpAlgorithm.EdDsaLegacy);
        }

        // Section 11.2.2: the prefix 0x40 and the native point.
        bytes = bytes[(1 + LegacyIdentifier.Length)..];
        return OpenPgpPacket.TryReadInteger(ref bytes, out var point) && bytes.IsEmpty && point.Length == 33 && point[0] == 0x40
            ? new EdDsaMaterial(OpenPgpAlgorithm.EdDsaLegacy, EdDsaCurve.Ed25519, point[1..])
            : null;
    }

    public override bool? Verify(SignaturePacket signature, byte[] hash) =>
        signature.Algorithm == _algorithm && SignatureBytes(signature.Value.Span) is { } bytes && _curve.Verify(bytes, _key, hash);

    private byte[]? SignatureBytes(ReadOnlySpan<byte> value)
    {
        if (_algorithm != OpenPgpAlgorithm.EdDsaLegacy)
        {
            return value.Length == _curve.SignatureSize ? value.ToArray() : null;
        }

        return OpenPgpPacket.TryReadInteger(ref value, out var r) && OpenPgpPacket.TryReadInteger(ref value, out var s) && value.IsEmpty && r.Length <= 32 && s.Length <= 32
            ? [.. Padded(r, 32), .. Padded(s, 32)]
            : null;
    }
}
