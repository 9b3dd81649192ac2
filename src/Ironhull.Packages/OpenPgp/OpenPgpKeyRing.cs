using System.Buffers.Binary;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.OpenPgp;

/// <summary>
/// The pinned keys. A subkey counts when its primary key's binding signature verifies, and signs only when it has signed the primary
/// key back; expiry comes from the newest self-signature that verifies; revocations that verify are honoured.
/// </summary>
public sealed class OpenPgpKeyRing
{
    private const long MaximumFile = 16 << 20;

    private OpenPgpKeyRing(IReadOnlyList<OpenPgpKey> keys) => Keys = keys;

    /// <summary>Primary keys and subkeys, in the files' order.</summary>
    public IReadOnlyList<OpenPgpKey> Keys { get; }

    /// <summary>Reads key files.</summary>
    /// <param name="files">Binary or armored public keys.</param>
    /// <param name="primaryFingerprints">When not empty, only these primary keys (40 or 64 hex digits of either case) and their subkeys are kept.</param>
    /// <exception cref="HullException">HULL2013: a file cannot be read or holds no key; a fingerprint is in none of the files.</exception>
    public static OpenPgpKeyRing Load(IEnumerable<string> files, IReadOnlyCollection<string>? primaryFingerprints = null)
    {
        var keys = new List<OpenPgpKey>();
        foreach (var file in files)
        {
            keys.AddRange(Parse(ReadFile(file), file).Keys);
        }

        return primaryFingerprints is { Count: > 0 } ? new OpenPgpKeyRing(keys).Only(primaryFingerprints) : new(keys);
    }

    /// <summary>Parses one key file's bytes: binary, or armored blocks with any text around them, as distributions of RPMs publish them.</summary>
    /// <exception cref="HullException">HULL2013: not a key file, or without a key.</exception>
    public static OpenPgpKeyRing Parse(ReadOnlySpan<byte> bytes, string name)
    {
        List<OpenPgpPacket> packets;
        try
        {
            packets = OpenPgpPacket.Split(Armor.IsArmored(bytes) ? Armor.DecodeAll(bytes, "PGP PUBLIC KEY BLOCK", name) : bytes.ToArray(), name);
        }
        catch (HullException e)
        {
            throw PackageErrors.KeyFile.Error($"It is not a file of OpenPGP keys: {e.Diagnostics[0].Message}", new(name), cause: e);
        }

        var keys = new List<OpenPgpKey>();
        var start = packets.FindIndex(p => p.Type == OpenPgpPacket.PublicKey);
        while (start >= 0)
        {
            var end = packets.FindIndex(start + 1, p => p.Type == OpenPgpPacket.PublicKey);
            keys.AddRange(Certificate(packets[start..(end < 0 ? packets.Count : end)]));
            start = end;
        }

        return keys.Count > 0 ? new(keys) : throw PackageErrors.KeyFile.Error("The file holds no OpenPGP key of version 4 or 6.", new(name));
    }

    private OpenPgpKeyRing Only(IReadOnlyCollection<string> primaryFingerprints)
    {
        foreach (var wanted in primaryFingerprints)
        {
            if (!Keys.Any(k => string.Equals(k.PrimaryFingerprint, wanted, StringComparison.OrdinalIgnoreCase)))
            {
                throw PackageErrors.KeyFile.Error($"The key {wanted} is in none of the key files.");
            }
        }

        return new([.. Keys.Where(k => primaryFingerprints.Contains(k.PrimaryFingerprint, StringComparer.OrdinalIgnoreCase))]);
    }

    private static IEnumerable<OpenPgpKey> Certificate(List<OpenPgpPacket> packets)
    {
        if (OpenPgpKey.TryParse(packets[0].Body.Span) is not { } primary)
        {
            return [];
        }

        primary.PrimaryFingerprint = primary.Fingerprint;
        // A key without any self-signature says nothing: it may sign, for ever. Its fingerprint is what is pinned.
        primary.MaySign = true;
        var subkeys = new List<OpenPgpKey>();
        byte[]? userId = null;
        OpenPgpKey? subkey = null;
        var (newestSelf, newestBinding) = (-1L, -1L);
        foreach (var packet in packets.Skip(1))
        {
            switch (packet.Type)
            {
                case OpenPgpPacket.UserId:
                case OpenPgpPacket.UserAttribute:
                    userId = Certified(packet);
                    if (packet.Type == OpenPgpPacket.UserId && primary.UserId.Length == 0)
                    {
                        primary.UserId = Encoding.UTF8.GetString(packet.Body.Span);
                    }

                    break;
                case OpenPgpPacket.PublicSubkey:
                    subkey = OpenPgpKey.TryParse(packet.Body.Span);
                    newestBinding = -1;
                    break;
                case OpenPgpPacket.Signature when SignaturePacket.TryParse(packet.Body) is { } signature:
                    if (signature.Type is SignaturePacket.SubkeyBinding or SignaturePacket.SubkeyRevocation)
                    {
                        if (subkey is not null && primary.Verify(signature, signature.Hash(primary.HashInput, subkey.HashInput)) == true && Apply(subkey, signature, ref newestBinding))
                        {
                            subkey.MaySign &= IsClaimed(primary, subkey, signature);
                            if (!subkeys.Contains(subkey))
                            {
                                subkeys.Add(subkey);
                            }
                        }
                    }
                    else if (Covered(primary, userId, signature) is { } hash && primary.Verify(signature, hash) == true)
                    {
                        Apply(primary, signature, ref newestSelf);
                    }

                    break;
            }
        }

        foreach (var key in subkeys)
        {
            key.PrimaryFingerprint = primary.Fingerprint;
            key.UserId = primary.UserId;
            key.Revoked |= primary.Revoked;
            key.Expires = Earlier(key.Expires, primary.Expires);
        }

        return [primary, .. subkeys];
    }

    // Section 5.2.4: what a self-signature of this type hashes before its own fields.
    private static byte[]? Covered(OpenPgpKey primary, byte[]? userId, SignaturePacket signature) => signature.Type switch
    {
        SignaturePacket.DirectKey or SignaturePacket.KeyRevocation => signature.Hash(primary.HashInput),
        >= SignaturePacket.GenericCertification and <= SignaturePacket.PositiveCertification when userId is not null => signature.Hash(primary.HashInput, userId),
        _ => null,
    };

    // Section 10.1.5: a subkey that signs must say that it is the primary key's, or a stranger's key could be claimed.
    private static bool IsClaimed(OpenPgpKey primary, OpenPgpKey subkey, SignaturePacket binding) =>
        binding.Embedded.Any(s => s.Type == SignaturePacket.PrimaryKeyBinding && subkey.Verify(s, s.Hash(primary.HashInput, subkey.HashInput)) == true);

    /// <returns>Whether the signature says what the key is for.</returns>
    private static bool Apply(OpenPgpKey key, SignaturePacket signature, ref long newest)
    {
        if (signature.Type is SignaturePacket.KeyRevocation or SignaturePacket.SubkeyRevocation)
        {
            key.Revoked = true;
            return false;
        }

        // A direct-key signature that only names a revoker says nothing about expiry or use. In version 6 it is the one that does
        // (section 10.1.1): it outranks what certifies a user id.
        var isDirect = signature.Type == SignaturePacket.DirectKey;
        var rank = signature.Created + (isDirect && key.IsVersion6 ? 1L << 32 : 0);
        if (signature.HasUnknownCritical || rank <= newest || (isDirect && signature.KeyExpiresAfter == 0 && signature.KeyFlags < 0))
        {
            return false;
        }

        newest = rank;
        key.Expires = Earlier(
            signature.KeyExpiresAfter == 0 ? null : key.Created + signature.KeyExpiresAfter,
            signature.ExpiresAfter == 0 ? null : signature.Created + signature.ExpiresAfter);
        key.MaySign = signature.KeyFlags < 0 || (signature.KeyFlags & 2) != 0;
        return true;
    }

    private static long? Earlier(long? one, long? other) => one is { } a && other is { } b ? Math.Min(a, b) : one ?? other;

    private static byte[] Certified(OpenPgpPacket packet)
    {
        var bytes = new byte[5 + packet.Body.Length];
        bytes[0] = packet.Type == OpenPgpPacket.UserId ? (byte)0xB4 : (byte)0xD1;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), packet.Body.Length);
        packet.Body.Span.CopyTo(bytes.AsSpan(5));
        return bytes;
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaximumFile ? File.ReadAllBytes(path) : throw PackageErrors.KeyFile.Error("The file is too large for keys.", new(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PackageErrors.KeyFile.Error(e.Message, new(path), cause: e);
        }
    }
}
