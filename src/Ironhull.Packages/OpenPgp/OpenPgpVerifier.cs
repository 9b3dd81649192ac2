using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.OpenPgp;

/// <summary>What became of one signature.</summary>
public enum SignatureStatus
{
    /// <summary>Made by a pinned key that is valid now.</summary>
    Good,

    /// <summary>Made by a key that is not pinned; not checked.</summary>
    UnknownKey,

    /// <summary>Claims a pinned key, and does not verify.</summary>
    Bad,

    /// <summary>Verifies, but the key has expired.</summary>
    ExpiredKey,

    /// <summary>Verifies, but the key was revoked.</summary>
    RevokedKey,

    /// <summary>Verifies, but the signature itself has expired.</summary>
    ExpiredSignature,

    /// <summary>Of a pinned key, in an algorithm or form that is not supported or too weak.</summary>
    Unsupported,
}

/// <summary>One signature of a message.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="KeyId">16 hex digits of the key that it claims; may be empty.</param>
/// <param name="Fingerprint">40 hex digits of that key when it is pinned or named; may be empty.</param>
/// <param name="PrimaryFingerprint">Its primary key, when pinned; otherwise empty.</param>
/// <param name="UserId">The key's user id, when pinned; otherwise empty.</param>
/// <param name="Algorithm">For example "RSA 4096, SHA256".</param>
/// <param name="CreatedSeconds">When it claims to have been made, seconds since 1970-01-01 UTC.</param>
public sealed record SignatureReport(
    SignatureStatus Status, string KeyId, string Fingerprint, string PrimaryFingerprint, string UserId, string Algorithm, long CreatedSeconds)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(Fingerprint.Length > 0 ? Fingerprint : KeyId)}: {Status} ({Algorithm})";
}

/// <summary>A clear-signed message taken apart.</summary>
/// <param name="Text">What was signed, lines ended by LF.</param>
/// <param name="Signatures">All its signatures.</param>
public sealed record SignedMessage(byte[] Text, IReadOnlyList<SignatureReport> Signatures);

/// <summary>Verifies OpenPGP signatures (RFC 9580, version 4 packets; RSA with SHA-2, and Ed25519).</summary>
public static class OpenPgpVerifier
{
    private const int MaximumSignatures = 32;

    /// <summary>Verifies a clear-signed message against pinned keys.</summary>
    /// <param name="message">The whole file.</param>
    /// <param name="keys">The pinned keys.</param>
    /// <param name="nowSeconds">The present, seconds since 1970-01-01 UTC, for expiry.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL2010: malformed; HULL2011: no good signature by a pinned key; HULL2012: a pinned key's signature is bad.</exception>
    public static SignedMessage VerifyClearSigned(ReadOnlySpan<byte> message, OpenPgpKeyRing keys, long nowSeconds, string name)
    {
        var result = InspectClearSigned(message, keys, nowSeconds, name);
        Require(result.Signatures, name);
        return result;
    }

    /// <summary>Lists the signatures of a clear-signed message without judging them together.</summary>
    /// <inheritdoc cref="VerifyClearSigned"/>
    public static SignedMessage InspectClearSigned(ReadOnlySpan<byte> message, OpenPgpKeyRing keys, long nowSeconds, string name)
    {
        var (text, hashed, signatures) = Armor.SplitClearSigned(message, name);
        return new(text, Check(signatures, _ => hashed, keys, nowSeconds, name));
    }

    /// <summary>Verifies a detached signature, binary or armored.</summary>
    /// <param name="data">What was signed.</param>
    /// <param name="signature">The signature file.</param>
    /// <param name="keys">The pinned keys.</param>
    /// <param name="nowSeconds">The present, seconds since 1970-01-01 UTC.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL2010, HULL2011, HULL2012.</exception>
    public static IReadOnlyList<SignatureReport> VerifyDetached(byte[] data, ReadOnlySpan<byte> signature, OpenPgpKeyRing keys, long nowSeconds, string name)
    {
        var packets = Armor.IsArmored(signature) ? Armor.Decode(signature, "PGP SIGNATURE", name) : signature.ToArray();
        var reports = Check(packets, s => s.Type == SignaturePacket.Text ? Canonical(data) : data, keys, nowSeconds, name);
        Require(reports, name);
        return reports;
    }

    private static void Require(IReadOnlyList<SignatureReport> signatures, string name)
    {
        var list = string.Concat(signatures.Select(s => $"\n  {s}"));
        if (signatures.Any(s => s.Status == SignatureStatus.Bad))
        {
            throw PackageErrors.BadSignature.Error($"A signature by a trusted key does not verify. The signatures are:{list}", new(name));
        }

        if (!signatures.Any(s => s.Status == SignatureStatus.Good))
        {
            throw PackageErrors.NotTrusted.Error($"None of the signatures is a valid one by a trusted key. The signatures are:{list}", new(name));
        }
    }

    private static List<SignatureReport> Check(byte[] signatures, Func<SignaturePacket, byte[]> data, OpenPgpKeyRing keys, long now, string name)
    {
        var packets = OpenPgpPacket.Split(signatures, name);
        if (packets.Count is 0 or > MaximumSignatures || packets.Any(p => p.Type != OpenPgpPacket.Signature))
        {
            throw PackageErrors.MalformedOpenPgp.Error("The signature block holds no signature, too many, or something else.", new(name));
        }

        var reports = new List<SignatureReport>();
        foreach (var packet in packets)
        {
            reports.Add(SignaturePacket.TryParse(packet.Body) is { } signature
                ? Check(signature, data, keys, now)
                : new(SignatureStatus.Unsupported, "", "", "", "", "a form that is not known", 0));
        }

        return reports;
    }

    private static SignatureReport Check(SignaturePacket signature, Func<SignaturePacket, byte[]> data, OpenPgpKeyRing keys, long now)
    {
        var claimed = signature.IssuerFingerprint.Length > 0 ? signature.IssuerFingerprint[24..] : signature.IssuerKeyId;
        var key = keys.Keys.FirstOrDefault(k => signature.IssuerFingerprint.Length > 0 ? k.Fingerprint == signature.IssuerFingerprint : k.KeyId == claimed);
        if (key is null)
        {
            return new(SignatureStatus.UnknownKey, claimed, signature.IssuerFingerprint, "", "", $"algorithm {signature.Algorithm}, {signature.DigestName}", signature.Created);
        }

        return new(Judge(signature, key, data, now), key.KeyId, key.Fingerprint, key.PrimaryFingerprint, key.UserId, $"{key.Algorithm}, {signature.DigestName}", signature.Created);
    }

    private static SignatureStatus Judge(SignaturePacket signature, OpenPgpKey key, Func<SignaturePacket, byte[]> data, long now)
    {
        if (signature.Type is not (SignaturePacket.Binary or SignaturePacket.Text) || signature.HasUnknownCritical || !key.MaySign)
        {
            return SignatureStatus.Unsupported;
        }

        var good = signature.Name is null ? null : key.Verify(signature, signature.Hash(data(signature)));
        return good switch
        {
            null => SignatureStatus.Unsupported,
            false => SignatureStatus.Bad,
            _ when key.Revoked => SignatureStatus.RevokedKey,
            _ when key.Expires <= now || signature.Created < key.Created => SignatureStatus.ExpiredKey,
            _ when signature.ExpiresAfter > 0 && signature.Created + signature.ExpiresAfter <= now => SignatureStatus.ExpiredSignature,
            _ => SignatureStatus.Good,
        };
    }

    // Section 5.2.1.2: text is hashed with CR LF line ends.
    private static byte[] Canonical(byte[] data) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(data).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal));
}
