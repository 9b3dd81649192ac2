using System.Security.Cryptography;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.OpenPgp;

/// <summary>Signatures that wait while what they sign streams by: each keeps a digest, and is judged at the end.</summary>
internal sealed class PendingSignatures : IDisposable
{
    private const int MaximumSignatures = 32;
    private readonly OpenPgpKeyRing _keys;
    private readonly long _now;
    private readonly List<Pending> _pending;

    private PendingSignatures(List<Pending> pending, OpenPgpKeyRing keys, long now) => (_pending, _keys, _now) = (pending, keys, now);

    /// <summary>How many signatures there are.</summary>
    public int Count => _pending.Count;

    /// <summary>Reads signature packets.</summary>
    /// <param name="packets">One to 32 signature packets and nothing else.</param>
    /// <param name="keys">The pinned keys.</param>
    /// <param name="nowSeconds">The present, seconds since 1970-01-01 UTC, for expiry.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL2010: there is no signature, there are too many, or something else.</exception>
    public static PendingSignatures Parse(ReadOnlyMemory<byte> packets, OpenPgpKeyRing keys, long nowSeconds, string name)
    {
        var parts = OpenPgpPacket.Split(packets, name);
        if (parts.Count is 0 or > MaximumSignatures || parts.Any(p => p.Type != OpenPgpPacket.Signature))
        {
            throw PackageErrors.MalformedOpenPgp.Error("The signature block holds no signature, too many, or something else.", new(name));
        }

        return new([.. parts.Select(p => new Pending(SignaturePacket.TryParse(p.Body)))], keys, nowSeconds);
    }

    /// <summary>Adds data to every signature of a type.</summary>
    public void Append(ReadOnlySpan<byte> data, int type)
    {
        foreach (var pending in _pending)
        {
            if (pending.Signature?.Type == type)
            {
                pending.HasData = true;
                pending.Hash?.AppendData(data);
            }
        }
    }

    /// <summary>Judges each signature, in the packets' order.</summary>
    public IReadOnlyList<SignatureReport> Finish() => [.. _pending.Select(Judge)];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var pending in _pending)
        {
            pending.Hash?.Dispose();
        }
    }

    private SignatureReport Judge(Pending pending)
    {
        if (pending.Signature is not { } signature)
        {
            return new(SignatureStatus.Unsupported, "", "", "", "", "a form that is not known", 0);
        }

        var claimed = signature.ClaimedKeyId;
        var key = _keys.Keys.FirstOrDefault(k => signature.IssuerFingerprint.Length > 0 ? k.Fingerprint == signature.IssuerFingerprint && k.KeyId == claimed : k.KeyId == claimed);
        return key is null
            ? new(SignatureStatus.UnknownKey, claimed, signature.IssuerFingerprint, "", "", $"{OpenPgpAlgorithm.Name(signature.Algorithm)}, {signature.DigestName}", signature.Created)
            : new(Judge(pending, key), key.KeyId, key.Fingerprint, key.PrimaryFingerprint, key.UserId, $"{key.Algorithm}, {signature.DigestName}", signature.Created);
    }

    private SignatureStatus Judge(Pending pending, OpenPgpKey key)
    {
        var signature = pending.Signature!;
        if (!pending.HasData || !key.MaySign)
        {
            return SignatureStatus.NotForData;
        }

        if (signature.HasUnknownCritical || pending.Hash is null)
        {
            return SignatureStatus.Unsupported;
        }

        return key.Verify(signature, signature.FinishHash(pending.Hash)) switch
        {
            null => SignatureStatus.Unsupported,
            false => SignatureStatus.Bad,
            _ when key.Revoked => SignatureStatus.RevokedKey,
            _ when key.Expires <= _now || signature.Created < key.Created => SignatureStatus.ExpiredKey,
            _ when signature.ExpiresAfter > 0 && signature.Created + signature.ExpiresAfter <= _now => SignatureStatus.ExpiredSignature,
            _ => SignatureStatus.Good,
        };
    }

    private sealed record Pending(SignaturePacket? Signature)
    {
        public IncrementalHash? Hash { get; } = Signature?.StartHash();

        // Otherwise it is a signature of a type that nobody asked for: over a key, or over text where data is.
        public bool HasData { get; set; }
    }
}
