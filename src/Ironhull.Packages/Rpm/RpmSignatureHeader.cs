using Ironhull.Diagnostics;
using Ironhull.Formats.Rpm;

namespace Ironhull.Packages.Rpm;

/// <summary>
/// What may stand in a signature header. No signature covers it, so it holds only what rpm itself writes there (rpmSigTag in
/// rpm's include/rpm/rpmtag.h, the types in lib/rpmvs.cc, format 6 in docs/manual/format_v6.md), and nothing that the main header says.
/// </summary>
internal static class RpmSignatureHeader
{
    private const int FirstLegacyTag = 1000;

    // Tag, type, values (0 for any number), and the tag of the main header that means the same: lib/package.cc merges the two.
    private static readonly Rule[] s_rules =
    [
        new(RpmSignatureTag.Dsa, RpmTagType.Binary, 0),
        new(RpmSignatureTag.Rsa, RpmTagType.Binary, 0),
        new(RpmSignatureTag.Sha1, RpmTagType.String, 1),
        new(RpmSignatureTag.LongSize, RpmTagType.Int64, 1),
        new(RpmSignatureTag.LongArchiveSize, RpmTagType.Int64, 1),
        new(RpmSignatureTag.Sha256, RpmTagType.String, 1),
        new(RpmSignatureTag.FileSignatures, RpmTagType.StringArray, 0, RpmTag.FileSignatures),
        new(RpmSignatureTag.FileSignatureLength, RpmTagType.Int32, 1, FileSignatureLengthInHeader),
        new(RpmSignatureTag.VeritySignatures, RpmTagType.StringArray, 0),
        new(RpmSignatureTag.VeritySignatureAlgorithm, RpmTagType.Int32, 1),
        new(RpmSignatureTag.OpenPgp, RpmTagType.StringArray, 0),
        new(RpmSignatureTag.Sha3, RpmTagType.String, 1),
        new(RpmSignatureTag.Reserved, RpmTagType.Binary, 0),
        new(RpmSignatureTag.Size, RpmTagType.Int32, 1, SizeInHeader),
        new(RpmSignatureTag.Pgp, RpmTagType.Binary, 0, PgpInHeader),
        new(RpmSignatureTag.Md5, RpmTagType.Binary, 16, Md5InHeader),
        new(RpmSignatureTag.Gpg, RpmTagType.Binary, 0, GpgInHeader),
        new(RpmSignatureTag.PayloadSize, RpmTagType.Int32, 1, ArchiveSizeInHeader),
        new(RpmSignatureTag.ReservedSpace, RpmTagType.Binary, 0),
    ];

    // RPMTAG_SIGSIZE, SIGPGP, SIGMD5, SIGGPG, ARCHIVESIZE and FILESIGNATURELENGTH of rpmtag.h.
    private const int SizeInHeader = 257, PgpInHeader = 259, Md5InHeader = 261, GpgInHeader = 262, ArchiveSizeInHeader = 1046, FileSignatureLengthInHeader = 5091;

    /// <summary>Checks every entry of a signature header, and that the main header repeats none.</summary>
    /// <exception cref="HullException">HULL2152 to HULL2155.</exception>
    public static void Check(RpmHeader signatures, RpmHeader header)
    {
        var isFormat6 = header.Has(RpmTag.RpmFormat);
        foreach (var entry in signatures.Entries)
        {
            var rule = Array.Find(s_rules, r => r.Tag == entry.Tag);
            if (rule.Tag == 0 || (isFormat6 && entry.Tag >= FirstLegacyTag))
            {
                throw RpmErrors.UnexpectedSignatureTag.Error($"The signature header holds tag {entry.Tag}.", signatures.Place(entry.Tag));
            }

            if (entry.Type != rule.Type || (rule.Count > 0 && entry.Count != rule.Count))
            {
                throw RpmErrors.SignatureTagType.Error($"Tag {entry.Tag} of the signature header holds {entry.Count} of type {entry.Type}.", signatures.Place(entry.Tag));
            }
        }

        foreach (var rule in s_rules)
        {
            if (IsRepeated(rule, signatures, header))
            {
                throw RpmErrors.ShadowedTag.Error($"Tag {rule.InHeader} belongs into the signature header only.", header.Place(rule.InHeader));
            }
        }

        CheckReserved(signatures, RpmSignatureTag.Reserved);
        CheckReserved(signatures, RpmSignatureTag.ReservedSpace);
    }

    // Sizes of archives and signatures of files may stand in either header, but not in both.
    private static bool IsRepeated(Rule rule, RpmHeader signatures, RpmHeader header) =>
        rule.Tag is not (RpmSignatureTag.Reserved or RpmSignatureTag.ReservedSpace) && header.Has(rule.InHeader) &&
        (signatures.Has(rule.Tag) || rule.InHeader is not (ArchiveSizeInHeader or RpmTag.FileSignatures or FileSignatureLengthInHeader or RpmSignatureTag.LongArchiveSize));

    private static void CheckReserved(RpmHeader signatures, int tag)
    {
        if (signatures.Has(tag) && signatures.GetBytes(tag).Span.ContainsAnyExcept((byte)0))
        {
            throw RpmErrors.SignaturePadding.Error("The space that is reserved for signatures holds something.", signatures.Place(tag));
        }
    }

    private readonly record struct Rule(int Tag, RpmTagType Type, int Count, int InHeader)
    {
        public Rule(int tag, RpmTagType type, int count)
            : this(tag, type, count, tag)
        {
        }
    }
}
