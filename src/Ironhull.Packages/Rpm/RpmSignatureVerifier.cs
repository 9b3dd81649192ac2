using System.Globalization;
using Ironhull.Diagnostics;
using Ironhull.Formats.Rpm;
using Ironhull.Packages.OpenPgp;

namespace Ironhull.Packages.Rpm;

/// <summary>
/// Decides whether an RPM package may be used: a pinned key's signature covers the main header, the header holds the payload's digest
/// (or the signature covers the payload too), every digest that the package states holds, and nothing but rpm's own tags stands
/// where no signature reaches. The tags are those of rpm 6.1's include/rpm/rpmtag.h.
/// </summary>
public static class RpmSignatureVerifier
{
    private const int Sha1 = 2, Sha256 = 8, Sha512 = 10, Sha3 = 12, Md5 = 1;
    private const int HeaderAlignment = 8;
    private const int MaximumSignatures = 32;
    private const int BufferSize = 1 << 17;

    /// <summary>Verifies a package, reading it once.</summary>
    /// <param name="path">The package file.</param>
    /// <param name="keys">The pinned keys.</param>
    /// <param name="nowSeconds">The present, seconds since 1970-01-01 UTC, for the expiry of keys and signatures.</param>
    /// <exception cref="HullException">HULL2100 to HULL2119: damaged; HULL2140 to HULL2159: not to be trusted, each reason with a code of its own.</exception>
    public static RpmSignatureResult Verify(string path, OpenPgpKeyRing keys, long nowSeconds)
    {
        using var file = Open(path);
        var name = Path.GetFileName(path);
        var result = Inspect(file, keys, nowSeconds, name);
        Require(result, name);
        return result;
    }

    /// <summary>Lists a package's signatures and digests without judging them together.</summary>
    /// <inheritdoc cref="Verify"/>
    public static RpmSignatureResult Inspect(string path, OpenPgpKeyRing keys, long nowSeconds)
    {
        using var file = Open(path);
        return Inspect(file, keys, nowSeconds, Path.GetFileName(path));
    }

    /// <summary>Lists the signatures and digests of a package in a stream.</summary>
    /// <param name="package">Seekable, at the package's first byte.</param>
    /// <param name="keys">The pinned keys.</param>
    /// <param name="nowSeconds">The present, seconds since 1970-01-01 UTC.</param>
    /// <param name="name">Named in errors.</param>
    internal static RpmSignatureResult Inspect(Stream package, OpenPgpKeyRing keys, long nowSeconds, string name)
    {
        Span<byte> lead = stackalloc byte[RpmLead.Size];
        RpmLead.Parse(lead[..package.ReadAtLeast(lead, RpmLead.Size, throwOnEndOfStream: false)], name);
        var signatures = RpmHeader.Read(package, name, RpmHeaderKind.Signature);
        SkipPadding(package, name);
        var start = package.Position;
        var header = RpmHeader.Read(package, name, RpmHeaderKind.Main);
        RpmSignatureHeader.Check(signatures, header);
        CheckSize(signatures, header, package.Length - start);

        var pending = new List<(int Tag, RpmCoverage Covers, PendingSignatures Signature)>();
        var digests = new List<RpmDigest>();
        try
        {
            ReadDigests(signatures, header, digests);
            ReadSignatures(signatures, keys, nowSeconds, name, pending);
            Feed(header.Blob.Span, RpmCoverage.Header, digests, pending);
            var buffer = new byte[BufferSize];
            for (int read; (read = package.Read(buffer)) > 0;)
            {
                Feed(buffer.AsSpan(0, read), RpmCoverage.Payload, digests, pending);
            }

            return new(
                [.. pending.Select(p => new RpmSignatureReport(p.Tag, p.Covers, p.Signature.Finish()[0]))],
                [.. digests.Select(d => d.Finish())]);
        }
        finally
        {
            digests.ForEach(d => d.Dispose());
            pending.ForEach(p => p.Signature.Dispose());
        }
    }

    /// <summary>Refuses what <see cref="Verify"/> refuses.</summary>
    /// <param name="result">What <see cref="Inspect(string, OpenPgpKeyRing, long)"/> found.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL2140 to HULL2151, HULL2157: not to be trusted.</exception>
    public static void Require(RpmSignatureResult result, string name)
    {
        // The one of the smallest part says best what was changed.
        if (result.Digests.Where(d => d.Status == RpmDigestStatus.Bad).MinBy(d => d.Covers) is { } digest)
        {
            var code = digest.Covers switch
            {
                RpmCoverage.Header => RpmErrors.HeaderDigest,
                RpmCoverage.Payload => RpmErrors.PayloadDigest,
                _ => RpmErrors.PackageDigest,
            };
            throw code.Error($"The {digest.Algorithm} digest is {digest.Computed}; the package says {digest.Stated}.", new(name));
        }

        if (result.Signatures.Count == 0)
        {
            throw RpmErrors.NotSigned.Error("There is no OpenPGP signature in the package.", new(name));
        }

        var list = string.Concat(result.Signatures.Select(s => $"\n  {s}"));
        if (result.Signatures.Any(s => s.Signature.Status == SignatureStatus.Bad))
        {
            throw RpmErrors.BadPackageSignature.Error($"A signature by a trusted key does not verify. The signatures are:{list}", new(name));
        }

        if (!result.IsCovered(RpmCoverage.Header))
        {
            throw Reason(result).Error($"None of the signatures is a valid one by a trusted key. The signatures are:{list}", new(name));
        }

        if (!result.IsCovered(RpmCoverage.Payload))
        {
            throw RpmErrors.PayloadNotCovered.Error($"The signed header holds no digest of the payload, and no signature covers the payload. The signatures are:{list}", new(name));
        }
    }

    // The status that says most about a key that is pinned.
    private static ErrorCode Reason(RpmSignatureResult result) => result.Signatures.Select(s => s.Signature.Status).Min(Rank) switch
    {
        0 => RpmErrors.SigningKeyRevoked,
        1 => RpmErrors.SigningKeyExpired,
        2 => RpmErrors.SignatureExpired,
        3 => RpmErrors.NotForPackages,
        4 => RpmErrors.UnsupportedSignature,
        _ => RpmErrors.StrangersSignature,
    };

    private static int Rank(SignatureStatus status) => status switch
    {
        SignatureStatus.RevokedKey => 0,
        SignatureStatus.ExpiredKey => 1,
        SignatureStatus.ExpiredSignature => 2,
        SignatureStatus.NotForData => 3,
        SignatureStatus.Unsupported => 4,
        _ => 5,
    };

    private static void Feed(ReadOnlySpan<byte> data, RpmCoverage part, List<RpmDigest> digests, List<(int Tag, RpmCoverage Covers, PendingSignatures Signature)> pending)
    {
        foreach (var digest in digests)
        {
            digest.Append(data, part);
        }

        foreach (var (_, covers, signature) in pending)
        {
            if (covers.HasFlag(part))
            {
                signature.Append(data, SignaturePacket.Binary);
            }
        }
    }

    private static void ReadDigests(RpmHeader signatures, RpmHeader header, List<RpmDigest> digests)
    {
        void AddText(RpmHeader from, int tag, int algorithm, RpmCoverage covers)
        {
            if (from.GetStrings(tag) is { Length: > 0 } texts)
            {
                digests.Add(texts.Length == 1
                    ? RpmDigest.Create(algorithm, covers, texts[0], from.Place(tag))
                    : throw RpmErrors.SignatureTagType.Error($"Tag {tag} holds {texts.Length} digests.", from.Place(tag)));
            }
        }

        AddText(signatures, RpmSignatureTag.Sha1, Sha1, RpmCoverage.Header);
        AddText(signatures, RpmSignatureTag.Sha256, Sha256, RpmCoverage.Header);
        AddText(signatures, RpmSignatureTag.Sha3, Sha3, RpmCoverage.Header);
        if (signatures.Has(RpmSignatureTag.Md5))
        {
            digests.Add(RpmDigest.Create(Md5, RpmCoverage.HeaderAndPayload, Convert.ToHexStringLower(signatures.GetBytes(RpmSignatureTag.Md5).Span), signatures.Place(RpmSignatureTag.Md5)));
        }

        // Their names for packages of format 4: PAYLOADDIGEST and PAYLOADDIGESTALGO.
        var algorithm = (int)(header.GetNumber(RpmTag.PayloadSha256Algorithm) is { } number and <= byte.MaxValue ? number : Sha256);
        AddText(header, RpmTag.PayloadSha256, algorithm, RpmCoverage.Payload);
        AddText(header, RpmTag.PayloadSha512, Sha512, RpmCoverage.Payload);
        AddText(header, RpmTag.PayloadSha3, Sha3, RpmCoverage.Payload);
    }

    private static void ReadSignatures(RpmHeader signatures, OpenPgpKeyRing keys, long now, string name, List<(int Tag, RpmCoverage Covers, PendingSignatures Signature)> pending)
    {
        void Add(int tag, RpmCoverage covers, ReadOnlyMemory<byte> packet) => pending.Add((tag, covers, Parse(packet, keys, now, name, signatures.Place(tag))));

        foreach (var (tag, covers) in new[]
        {
            (RpmSignatureTag.Dsa, RpmCoverage.Header), (RpmSignatureTag.Rsa, RpmCoverage.Header),
            (RpmSignatureTag.Pgp, RpmCoverage.HeaderAndPayload), (RpmSignatureTag.Gpg, RpmCoverage.HeaderAndPayload),
        })
        {
            if (signatures.Has(tag))
            {
                Add(tag, covers, signatures.GetBytes(tag));
            }
        }

        var texts = signatures.GetStrings(RpmSignatureTag.OpenPgp);
        if (texts.Length > MaximumSignatures)
        {
            throw RpmErrors.MalformedSignature.Error($"The package has {texts.Length} signatures; {MaximumSignatures} are allowed.", signatures.Place(RpmSignatureTag.OpenPgp));
        }

        foreach (var text in texts)
        {
            Add(RpmSignatureTag.OpenPgp, RpmCoverage.Header, Decode(text, signatures.Place(RpmSignatureTag.OpenPgp)));
        }
    }

    private static PendingSignatures Parse(ReadOnlyMemory<byte> packet, OpenPgpKeyRing keys, long now, string name, Location place)
    {
        PendingSignatures parsed;
        try
        {
            parsed = PendingSignatures.Parse(packet, keys, now, name);
        }
        catch (HullException e)
        {
            throw RpmErrors.MalformedSignature.Error(e.Diagnostics[0].Message, place, cause: e);
        }

        if (parsed.Count == 1)
        {
            return parsed;
        }

        parsed.Dispose();
        throw RpmErrors.MalformedSignature.Error("A tag holds more than one signature.", place);
    }

    private static byte[] Decode(string text, Location place)
    {
        var bytes = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? bytes[..length]
            : throw RpmErrors.MalformedSignature.Error("A signature is not base64.", place);
    }

    // Between the headers: zeros up to a multiple of eight bytes (docs/manual/format_v4.md).
    private static void SkipPadding(Stream package, string name)
    {
        Span<byte> padding = stackalloc byte[(int)(-package.Position & (HeaderAlignment - 1))];
        var place = Location.At(name, package.Position);
        if (package.ReadAtLeast(padding, padding.Length, throwOnEndOfStream: false) == padding.Length && padding.ContainsAnyExcept((byte)0))
        {
            throw RpmErrors.SignaturePadding.Error("The bytes between the two headers are not zero.", place);
        }
    }

    private static void CheckSize(RpmHeader signatures, RpmHeader header, long actual)
    {
        void Check(ulong? stated, long size, Location place)
        {
            if (stated is { } number && number != (ulong)size)
            {
                var code = number > (ulong)size ? RpmErrors.PayloadTruncated : RpmErrors.PackageSize;
                throw code.Error(string.Create(CultureInfo.InvariantCulture, $"The package has {size} bytes where it says {number}."), place);
            }
        }

        Check(signatures.GetNumber(RpmSignatureTag.Size), actual, signatures.Place(RpmSignatureTag.Size));
        Check(signatures.GetNumber(RpmSignatureTag.LongSize), actual, signatures.Place(RpmSignatureTag.LongSize));
        Check(header.GetNumber(RpmTag.PayloadSize), actual - header.Blob.Length, header.Place(RpmTag.PayloadSize));
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
}
