namespace Ironhull.Diagnostics;

/// <summary>HULL3xxx: dependency resolution.</summary>
public static class ResolutionErrors
{
    /// <summary>HULL3001</summary>
    public static readonly ErrorCode Unsatisfiable = new("HULL3001", ErrorCategory.Input,
        "The requested packages cannot be installed together",
        "Apply one of the listed fixes; each was resolved again and works.");

    /// <summary>HULL3002</summary>
    public static readonly ErrorCode UnusedWaiver = new("HULL3002", ErrorCategory.Input,
        "A dependency waiver matches no dependency of an installed package",
        "Remove the waiver, or correct the package pattern or the dependency: write the dependency's alternatives in the order of the package's field.");

    /// <summary>HULL3003</summary>
    public static readonly ErrorCode UnknownExclude = new("HULL3003", ErrorCategory.Input,
        "An excluded package is in none of the repositories",
        "Correct the name, or remove it from the excluded packages.");

    /// <summary>HULL3004</summary>
    public static readonly ErrorCode MalformedRequest = new("HULL3004", ErrorCategory.Input,
        "A package request is neither a name nor name=version",
        "Write a package name, or a name, '=' and a version that the repositories hold.");
}
