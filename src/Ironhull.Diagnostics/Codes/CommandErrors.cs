namespace Ironhull.Diagnostics;

/// <summary>HULL9xxx: the command line and its environment.</summary>
public static class CommandErrors
{
    /// <summary>A fault of Ironhull itself.</summary>
    public static readonly ErrorCode Internal = new(
        "HULL9001", ErrorCategory.Internal, "An internal error", "Report it with the command line and the text below; SUPPORT.md says where.");

    /// <summary>The command line cannot be understood.</summary>
    public static readonly ErrorCode Usage = new(
        "HULL9002", ErrorCategory.Input, "The command line cannot be understood", "See 'hull --help'.");

    /// <summary>No image definition was named or found.</summary>
    public static readonly ErrorCode NoDefinition = new(
        "HULL9003", ErrorCategory.Input, "There is no image definition", "Name an image.yaml, its folder, or a folder below images/.");

    /// <summary>The cache folder cannot be used.</summary>
    public static readonly ErrorCode CacheFolder = new(
        "HULL9004", ErrorCategory.Environment, "The cache folder cannot be used", "Name a folder that you may write with --cache or HULL_CACHE.");

    /// <summary>Prerequisites cannot be installed on this machine.</summary>
    public static readonly ErrorCode NoPackageManager = new(
        "HULL9005", ErrorCategory.Environment, "Prerequisites cannot be installed here", "Install them by hand; 'hull doctor' lists them.");

    /// <summary>The package manager failed.</summary>
    public static readonly ErrorCode SetupFailed = new(
        "HULL9006", ErrorCategory.Environment, "The prerequisites could not be installed", "Run the printed command by hand; 'hull doctor' lists what is missing.");

    /// <summary>The disk is full.</summary>
    public static readonly ErrorCode DiskFull = new(
        "HULL9007", ErrorCategory.Environment, "The disk is full", "Free some space, or name other folders with --output and --cache; the next run goes on from what is there.");

    /// <summary>A file or folder may not be read or written.</summary>
    public static readonly ErrorCode Permission = new(
        "HULL9008", ErrorCategory.Environment, "A file or folder may not be read or written", "Correct its permissions, or name another folder.");

    /// <summary>A package is not in the image.</summary>
    public static readonly ErrorCode NotInImage = new(
        "HULL9009", ErrorCategory.Input, "The package is not in the image", "'hull why-not PACKAGE' says why not.");

    /// <summary>Arguments that hull-node does not take.</summary>
    public static readonly ErrorCode NodeUsage = new(
        "HULL9010", ErrorCategory.Input, "The command line of hull-node cannot be understood", "See 'hull-node --help', or 'hull-node COMMAND --help'.");
}
