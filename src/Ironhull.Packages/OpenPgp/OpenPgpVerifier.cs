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

    /// <summary>Of a pinned key, but made for a key or user id instead of data, or by a key that may not sign data.</summary>
    NotForData,
}

/// <summary>One signature of a message.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="KeyId">16 hex digits of the key that it claims; may be empty.</param>
/// <param name="Fingerprint">40 or 64 hex digits of that key when it is pinned or named; may be empty.</param>
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

/// <summary>
/// Verifies OpenPGP signatures (RFC 9580): packets of version 3, 4 and 6; RSA, ECDSA on the curves of NIST, Ed25519, Ed448 and the
/// composites of ML-DSA, over SHA-2 and, where the platform has it, SHA-3.
/// </summary>
public static class OpenPgpVerifier
{
    /// <summary>Verifies a clear-signed message against pinned keys.</summary>
    /// <param name="message">The whole file.</param>
    /// <param name="keys">The pinned keys.</param>
    /// <param name="nowSeconds">The present, seconds since 1970-01-01 UTC, for expiry.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL2010: malformed; HULL2011: no signature by a pinned key; HULL2012: a pinned key's signature is bad; HULL2014 to HULL2016: the key or signature has expired, or the key was revoked.</exception>
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
        using var pending = PendingSignatures.Parse(signatures, keys, nowSeconds, name);
        pending.Append(hashed, SignaturePacket.Binary);
        pending.Append(hashed, SignaturePacket.Text);
        return new(text, pending.Finish());
    }

    /// <summary>Verifies a detached signature, binary or armored.</summary>
    /// <param name="data">What was signed.</param>
    /// <param name="signature">The signature file.</param>
    /// <param name="keys">The pinned keys.</param>
    /// <param name="nowSeconds">The present, seconds since 1970-01-01 UTC.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL2010, HULL2011, HULL2012, HULL2014, HULL2015, HULL2016.</exception>
    public static IReadOnlyList<SignatureReport> VerifyDetached(byte[] data, ReadOnlySpan<byte> signature, OpenPgpKeyRing keys, long nowSeconds, string name)
    {
        var packets = Armor.IsArmored(signature) ? Armor.Decode(signature, "PGP SIGNATURE", name) : signature.ToArray();
        using var signatures = PendingSignatures.Parse(packets, keys, nowSeconds, name);
        signatures.Append(data, SignaturePacket.Binary);
        signatures.Append(Canonical(data), SignaturePacket.Text);
        var reports = signatures.Finish();
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
            throw WhyNot(signatures).Error($"None of the signatures is a valid one by a trusted key. The signatures are:{list}", new(name));
        }
    }

    // What a trusted key once signed says more than that strangers signed it too.
    private static ErrorCode WhyNot(IReadOnlyList<SignatureReport> signatures) =>
        signatures.Any(s => s.Status == SignatureStatus.RevokedKey) ? PackageErrors.KeyRevoked
        : signatures.Any(s => s.Status == SignatureStatus.ExpiredKey) ? PackageErrors.KeyExpired
        : signatures.Any(s => s.Status == SignatureStatus.ExpiredSignature) ? PackageErrors.SignatureExpired
        : PackageErrors.NotTrusted;

    // Section 5.2.1.2: text is hashed with CR LF line ends.
    private static byte[] Canonical(byte[] data) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(data).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal));
}
