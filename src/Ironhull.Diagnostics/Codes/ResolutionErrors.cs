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

    /// <summary>HULL3101</summary>
    public static readonly ErrorCode UnknownRpmFeature = new("HULL3101", ErrorCategory.Unsupported,
        "A package needs a feature of rpm that is not known here",
        "Choose a version of the package that does not need the feature, or a newer version of this program.");

    /// <summary>HULL3102</summary>
    public static readonly ErrorCode MalformedRichDependency = new("HULL3102", ErrorCategory.Integrity,
        "A rich dependency cannot be read",
        "Report it to the repository's maintainers, and leave the package out with 'exclude' until it is mended.");

    /// <summary>HULL3103</summary>
    public static readonly ErrorCode RichDependencyTooLarge = new("HULL3103", ErrorCategory.Unsupported,
        "A rich dependency stands for too many combinations of packages",
        "Leave the package out with 'exclude', or ask its maintainers to write the dependency in a simpler way.");
}
