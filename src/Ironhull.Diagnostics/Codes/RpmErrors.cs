namespace Ironhull.Diagnostics;

/// <summary>HULL2100 to HULL2179: RPM package files, their payload and their signatures.</summary>
public static class RpmErrors
{
    private const string Damaged = "The package is damaged or hostile: fetch it again, and do not use it when it stays so.";

    /// <summary>The lead's magic is missing.</summary>
    public static readonly ErrorCode NotRpm = new(
        "HULL2100", ErrorCategory.Integrity, "The file is not an RPM package", "Something else came in the package's place: fetch it again, or set the mirror to another one.");

    /// <summary>A lead of another version or type.</summary>
    public static readonly ErrorCode Lead = new(
        "HULL2101", ErrorCategory.Unsupported, "The package's lead has an unknown version or type", "Use packages of format 4 or 6, as rpm has made since 2000.");

    /// <summary>A header does not begin with its magic.</summary>
    public static readonly ErrorCode HeaderMagic = new("HULL2102", ErrorCategory.Integrity, "An RPM header does not begin with its magic", Damaged);

    /// <summary>More index entries than any package has.</summary>
    public static readonly ErrorCode IndexCount = new("HULL2103", ErrorCategory.Integrity, "An RPM header announces an absurd number of index entries", Damaged);

    /// <summary>A larger data store than any package has.</summary>
    public static readonly ErrorCode DataSize = new("HULL2104", ErrorCategory.Integrity, "An RPM header announces an absurd amount of data", Damaged);

    /// <summary>The file ends inside a lead or header.</summary>
    public static readonly ErrorCode HeaderTruncated = new("HULL2105", ErrorCategory.Integrity, "The package ends inside its lead or a header", "The download is incomplete: fetch the package again.");

    /// <summary>An entry of an unknown type.</summary>
    public static readonly ErrorCode EntryType = new("HULL2106", ErrorCategory.Integrity, "An entry of an RPM header has an unknown type", Damaged);

    /// <summary>An entry's data is not aligned to its type.</summary>
    public static readonly ErrorCode EntryAlignment = new("HULL2107", ErrorCategory.Integrity, "An entry of an RPM header is not aligned to its type", Damaged);

    /// <summary>An entry's data lies outside the data store.</summary>
    public static readonly ErrorCode EntryRange = new("HULL2108", ErrorCategory.Integrity, "An entry of an RPM header lies outside its data", Damaged);

    /// <summary>An entry with an impossible number of values.</summary>
    public static readonly ErrorCode EntryCount = new("HULL2109", ErrorCategory.Integrity, "An entry of an RPM header has an impossible number of values", Damaged);

    /// <summary>A string runs out of the data store.</summary>
    public static readonly ErrorCode Unterminated = new("HULL2110", ErrorCategory.Integrity, "A string of an RPM header has no end", Damaged);

    /// <summary>Two entries share bytes, or the entries' data is out of order.</summary>
    public static readonly ErrorCode EntriesOverlap = new("HULL2111", ErrorCategory.Integrity, "Entries of an RPM header overlap or are out of order", Damaged);

    /// <summary>A tag is there twice: readers would disagree on what the package says.</summary>
    public static readonly ErrorCode DuplicateTag = new("HULL2112", ErrorCategory.Integrity, "A tag is twice in an RPM header", Damaged);

    /// <summary>The region entry or its trailer is missing or contradicts the header.</summary>
    public static readonly ErrorCode Region = new("HULL2113", ErrorCategory.Integrity, "An RPM header's region is missing or inconsistent", Damaged);

    /// <summary>Entries or data that no signature would cover.</summary>
    public static readonly ErrorCode OutsideRegion = new("HULL2114", ErrorCategory.Integrity, "An RPM header holds entries outside its region, which no signature covers", Damaged);

    /// <summary>A tag below 100 that is no region.</summary>
    public static readonly ErrorCode ReservedTag = new("HULL2115", ErrorCategory.Integrity, "An RPM header uses a reserved tag number", Damaged);

    /// <summary>A tag with another type or count than its meaning needs.</summary>
    public static readonly ErrorCode TagType = new("HULL2116", ErrorCategory.Integrity, "A tag of an RPM header has a type, count or value that its meaning forbids", Damaged);

    /// <summary>Text that is not UTF-8 where names, paths or relations are.</summary>
    public static readonly ErrorCode NotUtf8 = new("HULL2117", ErrorCategory.Integrity, "Text of an RPM header is not UTF-8", "Have the package built again with a recent rpm, which refuses such text.");

    /// <summary>A tag that every package has is missing.</summary>
    public static readonly ErrorCode MissingTag = new("HULL2118", ErrorCategory.Integrity, "An RPM header lacks a tag that every package has", Damaged);

    /// <summary>Lists of names, versions and flags that do not fit together.</summary>
    public static readonly ErrorCode Relations = new("HULL2119", ErrorCategory.Integrity, "A list of dependencies of an RPM package is inconsistent", Damaged);

    /// <summary>Scriptlets or triggers whose lists do not fit together.</summary>
    public static readonly ErrorCode Scriptlets = new("HULL2120", ErrorCategory.Integrity, "The scriptlets or triggers of an RPM package are inconsistent", Damaged);

    /// <summary>The lists that make up the file list do not fit together.</summary>
    public static readonly ErrorCode FileList = new("HULL2121", ErrorCategory.Integrity, "The file list of an RPM package is inconsistent", Damaged);

    /// <summary>A path of the file list that is relative, not normalised or too long.</summary>
    public static readonly ErrorCode FilePath = new("HULL2122", ErrorCategory.Integrity, "A path of an RPM package is relative, leaves its tree or is not normalised", Damaged);

    /// <summary>A path is there twice, or runs through something that is no folder.</summary>
    public static readonly ErrorCode FileConflict = new("HULL2123", ErrorCategory.Integrity, "A path of an RPM package is there twice or runs through another file of it", Damaged);

    /// <summary>Capabilities that are no such text.</summary>
    public static readonly ErrorCode Capabilities = new(
        "HULL2124", ErrorCategory.Integrity, "File capabilities cannot be parsed", "Correct %caps() in the package's spec: the form is that of cap_from_text(3), for example 'cap_net_raw=ep'.");

    /// <summary>Names of one file with different capabilities: what is installed would depend on their order.</summary>
    public static readonly ErrorCode CapabilityConflict = new(
        "HULL2125", ErrorCategory.Integrity, "Hard links to one file have different capabilities", "Give every %caps() of the linked names the same text in the package's spec, or do not link them.");

    /// <summary>A payload that is not cpio, or of an unknown compression.</summary>
    public static readonly ErrorCode PayloadFormat = new(
        "HULL2126", ErrorCategory.Unsupported, "The payload of an RPM package has an unknown format or compression", "Have the package built with a cpio payload of gzip, bzip2, xz, lzma or zstd.");

    /// <summary>The payload holds a file that the header does not list, or only owns.</summary>
    public static readonly ErrorCode PayloadUnknownFile = new("HULL2127", ErrorCategory.Integrity, "The payload of an RPM package holds a file that its header does not list", Damaged);

    /// <summary>A listed file is not in the payload.</summary>
    public static readonly ErrorCode PayloadMissingFile = new("HULL2128", ErrorCategory.Integrity, "The payload of an RPM package lacks a file that its header lists", Damaged);

    /// <summary>The payload holds a file twice.</summary>
    public static readonly ErrorCode PayloadDuplicateFile = new("HULL2129", ErrorCategory.Integrity, "The payload of an RPM package holds a file twice", Damaged);

    /// <summary>A file of another size than listed.</summary>
    public static readonly ErrorCode PayloadFileSize = new("HULL2130", ErrorCategory.Integrity, "A file of an RPM package has another size than its header says", Damaged);

    /// <summary>A file whose bytes are not the listed ones.</summary>
    public static readonly ErrorCode PayloadFileDigest = new("HULL2131", ErrorCategory.Integrity, "A file of an RPM package has another digest than its header says", Damaged);

    /// <summary>A file of another kind, or a link to elsewhere, than listed.</summary>
    public static readonly ErrorCode PayloadFileType = new("HULL2132", ErrorCategory.Integrity, "A file of an RPM package is of another kind than its header says", Damaged);

    /// <summary>The payload unpacks to more or less than announced.</summary>
    public static readonly ErrorCode PayloadLength = new("HULL2133", ErrorCategory.Integrity, "The payload of an RPM package unpacks to another size than announced", Damaged);

    /// <summary>The package file is longer or shorter than its headers say.</summary>
    public static readonly ErrorCode PackageLength = new(
        "HULL2134", ErrorCategory.Integrity, "An RPM package is longer or shorter than its headers say", "The download is incomplete or something was added to it: fetch the package again.");

    // HULL2140 to HULL2179: signatures and digests.
    private const string Changed = "Do not use this copy: fetch the package again, and report the mirror when it stays so.";

    /// <summary>No signature at all.</summary>
    public static readonly ErrorCode NotSigned = new(
        "HULL2140", ErrorCategory.Integrity, "The package is not signed", "Its signature was never made, or was stripped: use the distribution's own package, which is signed.");

    /// <summary>Signed, but not by a pinned key.</summary>
    public static readonly ErrorCode StrangersSignature = new(
        "HULL2141", ErrorCategory.Integrity, "No trusted key signed the package", "Check 'keys' and 'fingerprints' in the image definition against the distribution's published keys; do not use the package until they agree.");

    /// <summary>A pinned key's signature is wrong.</summary>
    public static readonly ErrorCode BadPackageSignature = new(
        "HULL2142", ErrorCategory.Integrity, "A trusted key's signature does not match: the package was changed after it was signed", Changed);

    /// <summary>The key's time is over.</summary>
    public static readonly ErrorCode SigningKeyExpired = new(
        "HULL2143", ErrorCategory.Integrity, "The key that signed the package has expired", "Fetch the distribution's current key file, in which the key may live longer, or take packages that its current key signed; check this machine's clock.");

    /// <summary>The key's owner took it back.</summary>
    public static readonly ErrorCode SigningKeyRevoked = new(
        "HULL2144", ErrorCategory.Integrity, "The key that signed the package was revoked", "Take packages that the distribution's current key signed.");

    /// <summary>The signature's own time is over.</summary>
    public static readonly ErrorCode SignatureExpired = new(
        "HULL2145", ErrorCategory.Integrity, "The signature of the package has expired", "Take a package that was signed again; check this machine's clock.");

    /// <summary>A pinned key's signature that cannot be checked.</summary>
    public static readonly ErrorCode UnsupportedSignature = new(
        "HULL2146", ErrorCategory.Unsupported, "The package is signed only in a way that is not supported or too weak", "Use packages signed with RSA of 2048 bits and more, ECDSA or EdDSA over SHA-256 and better.");

    /// <summary>A signature tag holds no OpenPGP signature.</summary>
    public static readonly ErrorCode MalformedSignature = new("HULL2147", ErrorCategory.Integrity, "A signature of the package cannot be parsed", Changed);

    /// <summary>The header has another digest.</summary>
    public static readonly ErrorCode HeaderDigest = new("HULL2148", ErrorCategory.Integrity, "The package's header does not have the digest that the package states", Changed);

    /// <summary>The payload has another digest.</summary>
    public static readonly ErrorCode PayloadDigest = new("HULL2149", ErrorCategory.Integrity, "The package's payload does not have the digest that its header states", Changed);

    /// <summary>Header and payload have another digest.</summary>
    public static readonly ErrorCode PackageDigest = new("HULL2150", ErrorCategory.Integrity, "Header and payload do not have the digest that the package states", Changed);

    /// <summary>Nothing signed vouches for the payload.</summary>
    public static readonly ErrorCode PayloadNotCovered = new(
        "HULL2151", ErrorCategory.Integrity, "No signature vouches for the package's payload", "Have the package built again with rpm 4.14 or later, which puts the payload's digest into the header.");

    /// <summary>A tag that rpm does not write into signature headers.</summary>
    public static readonly ErrorCode UnexpectedSignatureTag = new("HULL2152", ErrorCategory.Integrity, "The signature header, which nothing signs, holds a tag that does not belong there", Changed);

    /// <summary>A signature or digest of another type, count or form.</summary>
    public static readonly ErrorCode SignatureTagType = new("HULL2153", ErrorCategory.Integrity, "A signature or digest of the package has a type, count or form that its meaning forbids", Changed);

    /// <summary>The main header holds what belongs into the signature header.</summary>
    public static readonly ErrorCode ShadowedTag = new("HULL2154", ErrorCategory.Integrity, "A tag of the signature header is in the main header", Changed);

    /// <summary>Padding that is not zero.</summary>
    public static readonly ErrorCode SignaturePadding = new("HULL2155", ErrorCategory.Integrity, "Padding of the package is not zero", Changed);

    /// <summary>More bytes than the package states.</summary>
    public static readonly ErrorCode PackageSize = new("HULL2156", ErrorCategory.Integrity, "The package is longer than it states", Changed);

    /// <summary>A signature of a key, or by a key that may not sign data.</summary>
    public static readonly ErrorCode NotForPackages = new(
        "HULL2157", ErrorCategory.Integrity, "The package's signature was not made for data, or by a key that may not sign data", "Take packages that the distribution's signing key signed; a subkey needs the flag for signing and its own binding signature.");

    /// <summary>Fewer bytes than the package states.</summary>
    public static readonly ErrorCode PayloadTruncated = new("HULL2158", ErrorCategory.Integrity, "The package ends before its payload does", "The download is incomplete: fetch the package again.");

    /// <summary>A digest of the payload that is not known or too weak.</summary>
    public static readonly ErrorCode DigestAlgorithm = new(
        "HULL2159", ErrorCategory.Unsupported, "A digest of the package is of an algorithm that is unknown or too weak", "Have the package built again with SHA-256 or better, rpm's default.");

    /// <summary>A signed package in the place of another.</summary>
    public static readonly ErrorCode AnotherPackage = new(
        "HULL2160", ErrorCategory.Integrity, "The package is another one than its repository says", "The repository's metadata is wrong or was swapped: do not use it; run 'hull lock --update' when it is right again.");
}
