namespace Ironhull.Diagnostics;

/// <summary>HULL2xxx: repositories, their signatures, package files and the download cache.</summary>
public static class PackageErrors
{
    /// <summary>A relationship field of a package cannot be parsed.</summary>
    public static readonly ErrorCode MalformedRelationship = new(
        "HULL2001", ErrorCategory.Integrity, "A relationship field cannot be parsed", "The repository's index is damaged: fetch it again, or report the package to the distribution.");

    /// <summary>A Packages index cannot be parsed.</summary>
    public static readonly ErrorCode MalformedIndex = new(
        "HULL2002", ErrorCategory.Integrity, "A package index cannot be parsed", "The repository's index is damaged: run the command again, or set HULL_MIRROR_{ARCHIVE} to another mirror.");

    /// <summary>A Release file cannot be parsed.</summary>
    public static readonly ErrorCode MalformedRelease = new(
        "HULL2003", ErrorCategory.Integrity, "A repository's Release file cannot be parsed", "Run the command again, or set HULL_MIRROR_{ARCHIVE} to another mirror.");

    /// <summary>A version string that Debian Policy forbids.</summary>
    public static readonly ErrorCode MalformedVersion = new(
        "HULL2004", ErrorCategory.Input, "A version is not a Debian version", "Write [epoch:]upstream[-revision] as Debian Policy 5.6.12 says.");

    /// <summary>An OpenPGP message, signature or key cannot be parsed.</summary>
    public static readonly ErrorCode MalformedOpenPgp = new(
        "HULL2010", ErrorCategory.Integrity, "An OpenPGP message or signature cannot be parsed", "Run the command again, or set HULL_MIRROR_{ARCHIVE} to another mirror; something on the way may answer in the mirror's place.");

    /// <summary>No signature of a pinned key.</summary>
    public static readonly ErrorCode NotTrusted = new(
        "HULL2011", ErrorCategory.Integrity, "No trusted key signed the repository", "Check 'keys' and 'fingerprints' in the image definition against the distribution's published keys; do not use the repository until they agree.");

    /// <summary>A pinned key's signature is wrong.</summary>
    public static readonly ErrorCode BadSignature = new(
        "HULL2012", ErrorCategory.Integrity, "A trusted key's signature does not match: the repository was changed after it was signed", "Do not use this copy: set HULL_MIRROR_{ARCHIVE} to another mirror, and report the mirror.");

    /// <summary>A key file cannot be read.</summary>
    public static readonly ErrorCode KeyFile = new(
        "HULL2013", ErrorCategory.Input, "An OpenPGP key file cannot be read", "Correct the path in the image definition; the file holds public keys, binary or armored.");

    /// <summary>A pinned key's signature, and the key's time is over.</summary>
    public static readonly ErrorCode KeyExpired = new(
        "HULL2014", ErrorCategory.Integrity, "The trusted key that signed the repository has expired", "Take the publisher's renewed key into the image definition; check this machine's clock.");

    /// <summary>A pinned key's signature, and the key was revoked.</summary>
    public static readonly ErrorCode KeyRevoked = new(
        "HULL2015", ErrorCategory.Integrity, "The trusted key that signed the repository was revoked", "Do not use this copy: take the publisher's new key into the image definition, and a mirror that carries what it signs.");

    /// <summary>A pinned key's signature that was to hold for a time only.</summary>
    public static readonly ErrorCode SignatureExpired = new(
        "HULL2016", ErrorCategory.Integrity, "The trusted key's signature of the repository has expired", "The mirror stands still or is held back: set HULL_MIRROR_{ARCHIVE} to a current mirror; check this machine's clock.");

    /// <summary>Valid-Until has passed (a freeze attack, or a mirror that stands still).</summary>
    public static readonly ErrorCode ReleaseExpired = new(
        "HULL2020", ErrorCategory.Integrity, "The repository's Release file has expired", "The mirror stands still or is held back: set HULL_MIRROR_{ARCHIVE} to a current mirror; check this machine's clock.");

    /// <summary>The Date is older than one seen before (a rollback attack, or an older mirror).</summary>
    public static readonly ErrorCode ReleaseRolledBack = new(
        "HULL2021", ErrorCategory.Integrity, "The repository is older than it was before", "The mirror was rolled back or lags behind: set HULL_MIRROR_{ARCHIVE} to a current mirror.");

    /// <summary>A Release file for something else.</summary>
    public static readonly ErrorCode WrongRelease = new(
        "HULL2022", ErrorCategory.Integrity, "The Release file is not for the suite, component or architecture asked for", "Correct 'suite', 'components' or the architecture in the image definition; if they are right, use another mirror.");

    /// <summary>An index that is not the one the Release file names.</summary>
    public static readonly ErrorCode IndexMismatch = new(
        "HULL2023", ErrorCategory.Integrity, "An index does not have the digest that the Release file names", "Run the command again in a few minutes (the mirror may be updating), or set HULL_MIRROR_{ARCHIVE} to another mirror.");

    /// <summary>The memory of newest dates cannot be read or written.</summary>
    public static readonly ErrorCode RepositoryState = new(
        "HULL2024", ErrorCategory.Environment, "The record of the newest repository dates cannot be read or written", "Check the file's permissions; if it is damaged, remove it, which forgets the dates once.");

    /// <summary>No mirror is known.</summary>
    public static readonly ErrorCode NoMirror = new(
        "HULL2030", ErrorCategory.Environment, "No mirror is known for the archive", "Set HULL_MIRROR_{ARCHIVE} to the base URL of a mirror, or to file:///folder; for Debian's archives the host's apt sources are read.");

    /// <summary>The mirror does not answer.</summary>
    public static readonly ErrorCode MirrorUnreachable = new(
        "HULL2031", ErrorCategory.Network, "The mirror does not answer", "Check the network and the proxy settings, set HULL_MIRROR_{ARCHIVE} to another mirror, or use --offline; what was fetched is kept and resumed.");

    /// <summary>The mirror answers with an error.</summary>
    public static readonly ErrorCode MirrorRefused = new(
        "HULL2032", ErrorCategory.Network, "The mirror refuses the request", "Try again later, or set HULL_MIRROR_{ARCHIVE} to another mirror.");

    /// <summary>The file is gone from the mirror.</summary>
    public static readonly ErrorCode NotFound = new(
        "HULL2033", ErrorCategory.Network, "A file is not on the mirror", "Run 'hull lock --update' to take the current versions, or set HULL_MIRROR_{ARCHIVE} to a mirror that still holds the file.");

    /// <summary>More bytes than announced.</summary>
    public static readonly ErrorCode TooLong = new(
        "HULL2034", ErrorCategory.Integrity, "The mirror sends more bytes than the index announces", "Run the command again; if it happens again, set HULL_MIRROR_{ARCHIVE} to another mirror.");

    /// <summary>The download ends early, again and again.</summary>
    public static readonly ErrorCode DownloadTruncated = new(
        "HULL2035", ErrorCategory.Network, "A download ends before its announced length", "Run the command again: it goes on where this one stopped; if it happens again, set HULL_MIRROR_{ARCHIVE} to another mirror.");

    /// <summary>A file with another digest.</summary>
    public static readonly ErrorCode DownloadMismatch = new(
        "HULL2036", ErrorCategory.Integrity, "A downloaded file does not have the digest that was announced", "Run the command again; if it happens again, set HULL_MIRROR_{ARCHIVE} to another mirror. Nothing has read the file.");

    /// <summary>Offline, and not in the cache.</summary>
    public static readonly ErrorCode OfflineMissing = new(
        "HULL2037", ErrorCategory.Environment, "A file is not in the cache and --offline forbids fetching it", "Run the command once without --offline, or point HULL_CACHE at a cache that holds the file.");

    /// <summary>No space for downloads.</summary>
    public static readonly ErrorCode CacheFull = new(
        "HULL2038", ErrorCategory.Environment, "No space is left for downloads", "Free space, or set HULL_CACHE to a folder on a larger disk; what was fetched is kept and resumed.");

    /// <summary>The cache cannot be written.</summary>
    public static readonly ErrorCode CacheNotWritable = new(
        "HULL2039", ErrorCategory.Environment, "The download cache cannot be read or written", "Correct the folder's permissions, or set HULL_CACHE to a folder that you may write to.");

    /// <summary>Something else than a .deb.</summary>
    public static readonly ErrorCode NotDebianPackage = new(
        "HULL2040", ErrorCategory.Integrity, "The file is not a Debian package", "Something else came in the package's place: fetch it again.");

    /// <summary>Members are missing, there twice, or in another order.</summary>
    public static readonly ErrorCode PackageMembers = new(
        "HULL2041", ErrorCategory.Integrity, "A Debian package has other members than a control and a data archive", "The package is damaged or hostile, and other readers may read other members: do not use it.");

    /// <summary>A control member is there twice.</summary>
    public static readonly ErrorCode ControlMemberTwice = new(
        "HULL2042", ErrorCategory.Integrity, "A Debian package has a control member twice", "The package is damaged or hostile, and other readers may read the other one: do not use it.");

    /// <summary>A control member larger than any package has.</summary>
    public static readonly ErrorCode ControlTooLarge = new(
        "HULL2043", ErrorCategory.Integrity, "A control member of a Debian package is absurdly large", "The package is damaged or hostile: do not use it.");

    /// <summary>An archive that is compressed in a way that is not known.</summary>
    public static readonly ErrorCode PackageCompression = new(
        "HULL2044", ErrorCategory.Unsupported, "An archive of a Debian package has an unknown compression", "Have the package built again with xz, zstd or gzip.");

    /// <summary>An archive that grows without measure.</summary>
    public static readonly ErrorCode DecompressionBomb = new(
        "HULL2045", ErrorCategory.Integrity, "An archive unpacks to absurdly more than it was packed from", "The package is a decompression bomb: do not use it.");
}
