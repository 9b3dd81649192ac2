namespace Ironhull.Packages.Rpm;

/// <summary>An advisory of <c>updateinfo.xml</c>: why packages were published.</summary>
/// <param name="Id">For example "AZL-2025-1234".</param>
/// <param name="Type">"security", "bugfix", "enhancement", "newpackage", or empty.</param>
/// <param name="Severity">The publisher's word, for example "Important"; may be empty.</param>
/// <param name="Title">One line; may be empty.</param>
/// <param name="IssuedSeconds">Seconds since 1970-01-01 UTC; null when it is not said in a known form.</param>
/// <param name="UpdatedSeconds">Seconds since 1970-01-01 UTC; null when it is not said in a known form.</param>
/// <param name="References">What it refers to, in the file's order.</param>
/// <param name="Packages">The packages that were published, in the file's order.</param>
public sealed record RpmAdvisory(
    string Id, string Type, string Severity, string Title, long? IssuedSeconds, long? UpdatedSeconds,
    IReadOnlyList<RpmAdvisoryReference> References, IReadOnlyList<RpmAdvisoryPackage> Packages)
{
    /// <summary>The CVE identifiers among the references, ordinal order.</summary>
    public IReadOnlyList<string> Cves =>
        [.. References.Where(r => r.Id.StartsWith("CVE-", StringComparison.Ordinal)).Select(r => r.Id).Distinct().Order(StringComparer.Ordinal)];
}

/// <summary>What an advisory refers to.</summary>
/// <param name="Type">"cve", "bugzilla", "self" …</param>
/// <param name="Id">For example "CVE-2025-0001".</param>
/// <param name="Href">Address; may be empty.</param>
public readonly record struct RpmAdvisoryReference(string Type, string Id, string Href);

/// <summary>A package of an advisory.</summary>
/// <param name="Name">Package name.</param>
/// <param name="Version"><c>[epoch:]version-release</c>; an epoch of 0 is left out.</param>
/// <param name="Architecture">"x86_64", "noarch", "src" …</param>
public readonly record struct RpmAdvisoryPackage(string Name, string Version, string Architecture);
