namespace Ironhull.Diagnostics;

/// <summary>HULL5xxx: composing the file tree and the image.</summary>
public static class ComposeErrors
{
    /// <summary>Something lies where an image cannot carry it.</summary>
    public static readonly ErrorCode OutsideUsr = new(
        "HULL5001", ErrorCategory.Input, "A path lies outside /usr, /etc and /var", "Move it below /usr in a recipe, or list it under 'remove' in the image definition.");

    /// <summary>The initrd's list names something that the tree does not have.</summary>
    public static readonly ErrorCode InitrdMissing = new(
        "HULL5002", ErrorCategory.Input, "The initrd needs something that no package brings", "Add the package that brings it to the image definition, or correct the initrd's list.");

    /// <summary>The kernel image is missing or there are several.</summary>
    public static readonly ErrorCode KernelMissing = new(
        "HULL5003", ErrorCategory.Input, "The image has no kernel, or more than one", "List exactly one linux-image package in the image definition.");

    /// <summary>A partition is too small for what goes in.</summary>
    public static readonly ErrorCode PartitionFull = new(
        "HULL5004", ErrorCategory.Input, "A partition is too small for its content", "Raise the partition's size under 'disk' in the image definition, or remove content.");

    /// <summary>The disk of the machine that composes is full.</summary>
    public static readonly ErrorCode DiskFull = new(
        "HULL5005", ErrorCategory.Environment, "No space is left for the outputs or the cache", "Free space, or choose another folder with --output or --cache; nothing half-written was left.");

    /// <summary>Another build uses the same output folder.</summary>
    public static readonly ErrorCode OutputBusy = new(
        "HULL5006", ErrorCategory.Environment, "Another build writes to the same output folder", "Wait for it to end, or choose another folder with --output.");

    /// <summary>A folder or file cannot be written.</summary>
    public static readonly ErrorCode NotWritable = new(
        "HULL5007", ErrorCategory.Environment, "A folder or file cannot be written", "Choose a folder that you may write to with --output or --cache.");

    /// <summary>The kernel's command line is too long.</summary>
    public static readonly ErrorCode CommandLineTooLong = new(
        "HULL5008", ErrorCategory.Input, "The kernel command line is longer than 2048 bytes", "Shorten 'commandLine' in the image definition.");

    /// <summary>A signing plan does not fit the image.</summary>
    public static readonly ErrorCode SigningPlanMismatch = new(
        "HULL5009", ErrorCategory.Integrity, "The image is not the one that was built for this signing plan", "Build again with --defer-signing and sign that output.");

    /// <summary>A file beside the definition cannot be taken.</summary>
    public static readonly ErrorCode OverlayFile = new(
        "HULL5010", ErrorCategory.Input, "A file beside the image definition cannot be taken", "Make it a readable regular file or link of at most 64 MiB, or remove it.");

    /// <summary>A rule of the definition has nothing to act on.</summary>
    public static readonly ErrorCode RuleWithoutPath = new(
        "HULL5011", ErrorCategory.Input, "A mode rule matches no path", "Correct the path, or remove the rule.");

    /// <summary>An image needs keys to be signed.</summary>
    public static readonly ErrorCode KeysNeeded = new(
        "HULL5012", ErrorCategory.Input, "The image cannot be signed without keys", "Run 'hull keys init --output FOLDER' once and pass --keys FOLDER; with --defer-signing the certificates alone are enough.");

    /// <summary>A program of Ironhull's own is missing.</summary>
    public static readonly ErrorCode ProgramNotBuilt = new(
        "HULL5013", ErrorCategory.Environment, "A program of Ironhull's own was not built", "Run './hull setup' for what linking it needs, then './hull build': ./hull builds the programs of nodes when their sources changed.");
}
