using Ironhull.Packages.OpenPgp;

namespace Ironhull.Packages.Rpm;

/// <summary>Which part of a package a signature or digest is made of.</summary>
[Flags]
public enum RpmCoverage
{
    /// <summary>The main header with its magic.</summary>
    Header = 1,

    /// <summary>The compressed payload.</summary>
    Payload = 2,

    /// <summary>From the main header to the end of the file.</summary>
    HeaderAndPayload = Header | Payload,
}

/// <summary>What became of one digest.</summary>
public enum RpmDigestStatus
{
    /// <summary>It is the digest of what it covers.</summary>
    Good,

    /// <summary>What it covers has another digest.</summary>
    Bad,

    /// <summary>This platform cannot compute it.</summary>
    Unchecked,
}

/// <summary>One digest that a package states of itself.</summary>
/// <param name="Algorithm">"SHA256", "SHA3-256", "MD5" …</param>
/// <param name="Covers">What it is made of.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Stated">The digest in the package, lower-case hex.</param>
/// <param name="Computed">The digest of what is there, lower-case hex; empty when it was not computed.</param>
public sealed record RpmDigestReport(string Algorithm, RpmCoverage Covers, RpmDigestStatus Status, string Stated, string Computed)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Algorithm} of {Part(Covers)}: {Status}";

    internal static string Part(RpmCoverage covers) => covers switch
    {
        RpmCoverage.Header => "header",
        RpmCoverage.Payload => "payload",
        _ => "header and payload",
    };
}

/// <summary>One signature of a package.</summary>
/// <param name="Tag">Where it stands: a number of <see cref="Formats.Rpm.RpmSignatureTag"/>.</param>
/// <param name="Covers">What it was made for.</param>
/// <param name="Signature">Whose it is and what became of it.</param>
public sealed record RpmSignatureReport(int Tag, RpmCoverage Covers, SignatureReport Signature)
{
    /// <inheritdoc/>
    public override string ToString() => $"{RpmDigestReport.Part(Covers)}, {Signature}";
}

/// <summary>Everything that a package says to vouch for itself, and whether it is so.</summary>
/// <param name="Signatures">All signatures, in the order of their tags.</param>
/// <param name="Digests">All digests: of the header, of the whole, of the payload.</param>
public sealed record RpmSignatureResult(IReadOnlyList<RpmSignatureReport> Signatures, IReadOnlyList<RpmDigestReport> Digests)
{
    /// <summary>Whether a good signature covers a part, or covers the header which holds that part's digest.</summary>
    internal bool IsCovered(RpmCoverage part) =>
        IsSigned(part) || (part == RpmCoverage.Payload && IsSigned(RpmCoverage.Header) && Digests.Any(d => d is { Covers: RpmCoverage.Payload, Status: RpmDigestStatus.Good }));

    private bool IsSigned(RpmCoverage part) => Signatures.Any(s => s.Signature.Status == SignatureStatus.Good && s.Covers.HasFlag(part));
}
