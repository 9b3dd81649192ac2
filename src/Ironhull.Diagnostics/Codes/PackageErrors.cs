namespace Ironhull.Diagnostics;

/// <summary>HULL2xxx: repositories, their signatures, package files and the download cache.</summary>
public static class PackageErrors
{
    /// <summary>A relationship field of a package cannot be parsed.</summary>
    public static readonly ErrorCode MalformedRelationship = new(
        "HULL2001", ErrorCategory.Integrity, "A relationship field cannot be parsed", "The repository's index is damaged: fetch it again, or report the package to the distribution.");
}
