using System.Globalization;
using Ironhull.Diagnostics;
using Ironhull.Formats.Rpm;

namespace Ironhull.Packages.Rpm;

/// <summary>
/// An RPM package of format 4 or 6 (rpm's docs/manual/format_v4.md and format_v6.md): lead, signature header, main header, payload.
/// Nothing here says that the package is genuine; that is <c>RpmSignatureVerifier</c>'s business.
/// </summary>
public sealed class RpmFile : IDisposable
{
    private const int SignatureAlignment = 8;
    private readonly FileStream _file;
    private IReadOnlyList<RpmFileEntry>? _files;
    private IReadOnlyList<RpmScriptlet>? _scriptlets;
    private RpmPayload? _payload;

    private RpmFile(FileStream file, string name)
    {
        _file = file;
        FileName = name;
        Span<byte> lead = stackalloc byte[RpmLead.Size];
        Lead = RpmLead.Parse(lead[..file.ReadAtLeast(lead, RpmLead.Size, throwOnEndOfStream: false)], name);
        SignatureHeader = RpmHeader.Read(file, name, RpmHeaderKind.Signature);
        file.Position += -file.Position & (SignatureAlignment - 1);
        HeaderOffset = file.Position;
        Header = RpmHeader.Read(file, name, RpmHeaderKind.Main);
        PayloadOffset = file.Position;
        Name = Required(RpmTag.Name);
        Architecture = Required(RpmTag.Architecture);
        Version = ReadVersion();
    }

    /// <summary>The file's name, for messages.</summary>
    public string FileName { get; }

    /// <summary>The lead.</summary>
    public RpmLead Lead { get; }

    /// <summary>The header of signatures and digests.</summary>
    public RpmHeader SignatureHeader { get; }

    /// <summary>The package's own header.</summary>
    public RpmHeader Header { get; }

    /// <summary>Where the main header begins, in bytes from the start of the file.</summary>
    public long HeaderOffset { get; }

    /// <summary>Where the compressed payload begins; it reaches to the end of the file.</summary>
    public long PayloadOffset { get; }

    /// <summary>Package name.</summary>
    public string Name { get; }

    /// <summary><c>[epoch:]version-release</c>; an epoch of 0 is left out.</summary>
    public string Version { get; }

    /// <summary>"x86_64", "noarch" …; of a source package, the architecture it was made on.</summary>
    public string Architecture { get; }

    /// <summary>Whether it holds sources.</summary>
    public bool IsSource => Header.Has(RpmTag.SourcePackage);

    /// <summary>4 or 6.</summary>
    public int Format => (int)Math.Min(Header.GetNumber(RpmTag.RpmFormat) ?? 4, int.MaxValue);

    /// <summary>The source package's file, or empty.</summary>
    public string SourceRpm => Header.GetString(RpmTag.SourceRpm) ?? "";

    /// <summary>The licence expression, or empty.</summary>
    public string License => Header.GetString(RpmTag.License) ?? "";

    /// <summary>One line, or empty.</summary>
    public string Summary => Header.GetTexts(RpmTag.Summary).FirstOrDefault() ?? "";

    /// <summary>The project's home page, or empty.</summary>
    public string Url => Header.GetString(RpmTag.Url) ?? "";

    /// <summary>The vendor, or empty.</summary>
    public string Vendor => Header.GetTexts(RpmTag.Vendor).FirstOrDefault() ?? "";

    /// <summary>When it was built, seconds since 1970-01-01 UTC.</summary>
    public long BuildSeconds => (long)(Header.GetNumber(RpmTag.BuildTime) ?? 0);

    /// <summary>Size of its content when installed, in bytes.</summary>
    public long InstalledSize => (long)Math.Min(Header.GetNumber(RpmTag.LongSize) ?? Header.GetNumber(RpmTag.Size) ?? 0, long.MaxValue);

    /// <summary>What it provides.</summary>
    public IReadOnlyList<RpmDependency> Provides => Relations(RpmTag.ProvideName, RpmTag.ProvideVersion, RpmTag.ProvideFlags);

    /// <summary>What it needs.</summary>
    public IReadOnlyList<RpmDependency> Requires => Relations(RpmTag.RequireName, RpmTag.RequireVersion, RpmTag.RequireFlags);

    /// <summary>What it cannot be installed with.</summary>
    public IReadOnlyList<RpmDependency> Conflicts => Relations(RpmTag.ConflictName, RpmTag.ConflictVersion, RpmTag.ConflictFlags);

    /// <summary>What it takes the place of.</summary>
    public IReadOnlyList<RpmDependency> Obsoletes => Relations(RpmTag.ObsoleteName, RpmTag.ObsoleteVersion, RpmTag.ObsoleteFlags);

    /// <summary>What it would like (weak).</summary>
    public IReadOnlyList<RpmDependency> Recommends => Relations(RpmTag.RecommendName, RpmTag.RecommendVersion, RpmTag.RecommendFlags);

    /// <summary>What goes well with it (weaker).</summary>
    public IReadOnlyList<RpmDependency> Suggests => Relations(RpmTag.SuggestName, RpmTag.SuggestVersion, RpmTag.SuggestFlags);

    /// <summary>What it would like to be installed with (weak, reversed).</summary>
    public IReadOnlyList<RpmDependency> Supplements => Relations(RpmTag.SupplementName, RpmTag.SupplementVersion, RpmTag.SupplementFlags);

    /// <summary>What it goes well with (weaker, reversed).</summary>
    public IReadOnlyList<RpmDependency> Enhances => Relations(RpmTag.EnhanceName, RpmTag.EnhanceVersion, RpmTag.EnhanceFlags);

    /// <summary>What is to be installed before it, when it is installed at all (OrderWithRequires).</summary>
    public IReadOnlyList<RpmDependency> Orders => Relations(RpmTag.OrderName, RpmTag.OrderVersion, RpmTag.OrderFlags);

    /// <summary>Every path that it owns, in the header's order.</summary>
    /// <exception cref="HullException">HULL2116 to HULL2117, HULL2121 to HULL2125: the file list is damaged or hostile.</exception>
    public IReadOnlyList<RpmFileEntry> Files => _files ??= RpmFileListReader.Read(Header, SignatureHeader);

    /// <summary>Its scriptlets, triggers and file triggers.</summary>
    /// <exception cref="HullException">HULL2116, HULL2117, HULL2119, HULL2120: damaged.</exception>
    public IReadOnlyList<RpmScriptlet> Scriptlets => _scriptlets ??= RpmScriptletReader.Read(Header);

    /// <summary>Its changelog, newest first.</summary>
    /// <exception cref="HullException">HULL2119: the lists do not fit together.</exception>
    public IReadOnlyList<RpmChange> Changelog => RpmChange.Read(Header);

    /// <summary>Opens a package and reads its headers.</summary>
    /// <exception cref="HullException">HULL2100 to HULL2118: no package, damaged or hostile.</exception>
    public static RpmFile Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 17, FileOptions.SequentialScan);
        try
        {
            return new(file, Path.GetFileName(path));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Goes to the next file of the payload, which leaves out ghosts. All names of one file come one after the other: the first of them
    /// (<see cref="RpmFileEntry.HardLinkTo"/> is null) with the bytes. Bytes that were not read are checked all the same.
    /// </summary>
    /// <returns>The file, or null at the end, when every file was there and nothing else.</returns>
    /// <exception cref="HullException">HULL1001 to HULL1006, HULL2126 to HULL2134, HULL2149: damaged or hostile.</exception>
    public RpmFileEntry? Next() => (_payload ??= OpenPayload()).Next();

    /// <summary>Reads the bytes of the current file.</summary>
    /// <returns>How many; 0 at the end, where their digest is the listed one, and for all but regular files.</returns>
    /// <exception cref="HullException">HULL1001 to HULL1002, HULL2131, HULL2133: damaged or hostile.</exception>
    public int Read(Span<byte> destination) => _payload?.Read(destination) ?? 0;

    /// <summary>
    /// The SHA-256 that the header lists for the current file, or null where it lists another digest. Once the bytes are read to their end, it
    /// is theirs: <see cref="Read"/> has checked it.
    /// </summary>
    public string? ListedSha256 => _payload?.ListedSha256;

    /// <inheritdoc/>
    public void Dispose()
    {
        _payload?.Dispose();
        _file.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}-{Version}.{Architecture}";

    private RpmPayload OpenPayload()
    {
        CheckLength();
        var format = Header.GetString(RpmTag.PayloadFormat) ?? "cpio";
        if (format != "cpio")
        {
            throw RpmErrors.PayloadFormat.Error($"The payload has the format '{format}'.", new(FileName));
        }

        _file.Position = PayloadOffset;
        var announced = Header.GetNumber(RpmTag.PayloadSizeAlt)
            ?? SignatureHeader.GetNumber(RpmSignatureTag.LongArchiveSize) ?? SignatureHeader.GetNumber(RpmSignatureTag.PayloadSize);
        var compressor = Header.GetString(RpmTag.PayloadCompressor) ?? UnnamedCompressor();
        return new(_file, compressor, Files, announced is { } size ? (long)Math.Min(size, long.MaxValue) : null, UnpackedDigest(), FileName);
    }

    // Format 6 states others beside it, made of the same bytes; one tells as much as all.
    private RpmDigest? UnpackedDigest() =>
        Header.GetStrings(RpmTag.PayloadSha256Alt).FirstOrDefault() is { } stated
            ? RpmDigest.Create(
                (int)Math.Min(Header.GetNumber(RpmTag.PayloadSha256Algorithm) ?? (ulong)RpmDigestAlgorithm.Sha256, int.MaxValue), RpmCoverage.Payload, stated, Header.Place(RpmTag.PayloadSha256Alt))
            : null;

    // rpm names no compressor for a payload that is not compressed; before 4.0 it named none for gzip.
    private string UnnamedCompressor()
    {
        Span<byte> magic = stackalloc byte[2];
        var read = RandomAccess.Read(_file.SafeFileHandle, magic, PayloadOffset);
        return magic[..read].SequenceEqual((ReadOnlySpan<byte>)[0x1F, 0x8B]) ? "gzip" : "none";
    }

    // Format 4 says how long header and payload are, format 6 how long the payload is.
    private void CheckLength()
    {
        var length = (ulong)_file.Length;
        var expected = Header.GetNumber(RpmTag.PayloadSize) is { } payload ? (ulong)PayloadOffset + payload
            : (SignatureHeader.GetNumber(RpmSignatureTag.LongSize) ?? SignatureHeader.GetNumber(RpmSignatureTag.Size)) is { } both ? (ulong)HeaderOffset + both
            : length;
        if (length != expected)
        {
            throw RpmErrors.PackageLength.Error($"The file has {length} bytes; by its headers it should have {expected}.", Location.At(FileName, PayloadOffset));
        }
    }

    private RpmDependency[] Relations(int names, int versions, int flags) => RpmRelationReader.Read(Header, names, versions, flags);

    private string ReadVersion()
    {
        var version = $"{Required(RpmTag.Version)}-{Required(RpmTag.Release)}";
        return Header.GetNumber(RpmTag.Epoch) is { } epoch and > 0 ? string.Create(CultureInfo.InvariantCulture, $"{epoch}:{version}") : version;
    }

    private string Required(int tag) => Header.GetString(tag) is { Length: > 0 } value
        ? value
        : throw RpmErrors.MissingTag.Error($"Tag {tag} is missing or empty.", Location.At(FileName, HeaderOffset));
}
