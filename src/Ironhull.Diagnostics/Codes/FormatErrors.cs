namespace Ironhull.Diagnostics;

/// <summary>HULL1xxx: binary formats that cannot be read or written.</summary>
public static class FormatErrors
{
    /// <summary>The input ends before the structure it announces.</summary>
    public static readonly ErrorCode Truncated = new(
        "HULL1001", ErrorCategory.Integrity, "The input is truncated", "Fetch or build the file again; if it comes from a package, the package is damaged.");

    /// <summary>A field has a value that the format forbids.</summary>
    public static readonly ErrorCode Malformed = new(
        "HULL1002", ErrorCategory.Integrity, "The input is malformed", "Fetch or build the file again; if it comes from a package, the package is damaged.");

    /// <summary>A length or count exceeds what the input can hold or what is allowed.</summary>
    public static readonly ErrorCode LimitExceeded = new(
        "HULL1003", ErrorCategory.Integrity, "A length or count exceeds its limit", "The input is damaged or hostile: do not use it.");

    /// <summary>The input uses a feature of the format that is not supported.</summary>
    public static readonly ErrorCode Unsupported = new(
        "HULL1004", ErrorCategory.Unsupported, "The input uses an unsupported feature of its format", "Make the input without that feature, or report the case.");

    /// <summary>A path leaves its tree, or a tree is inconsistent.</summary>
    public static readonly ErrorCode UnsafePath = new(
        "HULL1005", ErrorCategory.Integrity, "A path is absolute, escapes its tree, or runs through a link or a file", "The archive is damaged or hostile: do not use it.");

    /// <summary>A system library that reads a format is missing.</summary>
    public static readonly ErrorCode LibraryMissing = new(
        "HULL1006", ErrorCategory.Environment, "A system library that reads a format is missing", "Install the package that the message names.");

    /// <summary>A block does not have the digest that a dm-verity hash tree holds for it.</summary>
    public static readonly ErrorCode VerityMismatch = new(
        "HULL1030", ErrorCategory.Integrity, "A block does not match its dm-verity hash tree", "The image or its hash tree was changed after it was built: write it again from its source.");
}
