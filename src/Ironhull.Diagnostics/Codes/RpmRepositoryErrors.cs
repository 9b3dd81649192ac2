namespace Ironhull.Diagnostics;

/// <summary>HULL2200 to HULL2239: RPM-MD repositories (repomd.xml and what it names).</summary>
public static class RpmRepositoryErrors
{
    private const string AnotherMirror = "Run the command again in a few minutes (the mirror may be updating), or set HULL_MIRROR_{ARCHIVE} to another mirror.";
    private const string Hostile = "The repository is damaged or hostile: do not use it, set HULL_MIRROR_{ARCHIVE} to another mirror, and report it to whoever publishes it.";

    /// <summary>repomd.xml lacks something or says it twice.</summary>
    public static readonly ErrorCode MalformedRepomd = new("HULL2200", ErrorCategory.Integrity, "A repository's repomd.xml cannot be used", AnotherMirror);

    /// <summary>The detached signature is not there.</summary>
    public static readonly ErrorCode SignatureMissing = new(
        "HULL2201", ErrorCategory.Integrity, "The repository's metadata is not signed, and signature checking is on",
        "Use a mirror that carries repodata/repomd.xml.asc (set HULL_MIRROR_{ARCHIVE}); a repository that its publisher never signs needs a waiver in the image definition.");

    /// <summary>An older state of the repository than one seen before.</summary>
    public static readonly ErrorCode RolledBack = new(
        "HULL2202", ErrorCategory.Integrity, "The RPM repository is older than it was before", "The mirror was rolled back or lags behind: set HULL_MIRROR_{ARCHIVE} to a current mirror.");

    /// <summary>A metadata file that is not the one repomd.xml names.</summary>
    public static readonly ErrorCode MetadataMismatch = new("HULL2203", ErrorCategory.Integrity, "A metadata file does not have the digest that repomd.xml names", AnotherMirror);

    /// <summary>MD5, SHA-1 or something unknown.</summary>
    public static readonly ErrorCode WeakChecksum = new(
        "HULL2204", ErrorCategory.Integrity, "The repository states a checksum that is too weak or unknown", "Ask the publisher for metadata with SHA-256 or SHA-512 (createrepo_c --checksum sha256), or make it from the packages yourself.");

    /// <summary>repomd.xml names no primary, or in a form that is not read.</summary>
    public static readonly ErrorCode NoPrimary = new(
        "HULL2205", ErrorCategory.Integrity, "The repository has no list of packages that can be read", "Use a repository with primary.xml, plain or as gz, zst, xz or bz2; check 'path' in the image definition.");

    /// <summary>More or fewer bytes after decompression than repomd.xml announces.</summary>
    public static readonly ErrorCode OpenSizeMismatch = new("HULL2206", ErrorCategory.Integrity, "Metadata decompresses to another length than repomd.xml announces", Hostile);

    /// <summary>Other bytes after decompression than repomd.xml announces.</summary>
    public static readonly ErrorCode OpenChecksumMismatch = new("HULL2207", ErrorCategory.Integrity, "Metadata decompresses to other bytes than repomd.xml announces", Hostile);

    /// <summary>Not well-formed XML, or without a field that every package has.</summary>
    public static readonly ErrorCode MalformedMetadata = new("HULL2208", ErrorCategory.Integrity, "Repository metadata cannot be parsed", AnotherMirror);

    /// <summary>DTD or processing instruction.</summary>
    public static readonly ErrorCode ForbiddenXml = new("HULL2209", ErrorCategory.Integrity, "Repository metadata holds a document type or a processing instruction", Hostile);

    /// <summary>packages="N" is wrong.</summary>
    public static readonly ErrorCode WrongCount = new("HULL2210", ErrorCategory.Integrity, "Repository metadata does not hold as many packages as it announces", AnotherMirror);

    /// <summary>A location outside the repository.</summary>
    public static readonly ErrorCode UnsafeLocation = new("HULL2211", ErrorCategory.Integrity, "Repository metadata names a file outside the repository", Hostile);

    /// <summary>One package with two contents.</summary>
    public static readonly ErrorCode MixedChecksums = new("HULL2212", ErrorCategory.Integrity, "The repository lists one package with two different checksums", Hostile);

    /// <summary>One content under two names.</summary>
    public static readonly ErrorCode DuplicatePackage = new("HULL2213", ErrorCategory.Integrity, "The repository lists one package file twice", Hostile);

    /// <summary>Filelists and primary disagree.</summary>
    public static readonly ErrorCode FileListsMismatch = new("HULL2214", ErrorCategory.Integrity, "The repository's lists of files do not belong to its list of packages", AnotherMirror);

    /// <summary>Something longer, deeper or more than is allowed.</summary>
    public static readonly ErrorCode LimitExceeded = new("HULL2215", ErrorCategory.Integrity, "A length, depth or count in repository metadata exceeds its limit", Hostile);

    /// <summary>Control characters or bytes that are not UTF-8.</summary>
    public static readonly ErrorCode ForbiddenCharacter = new("HULL2216", ErrorCategory.Integrity, "Repository metadata holds a control character or is not UTF-8", Hostile);
}
