namespace Ironhull.Diagnostics;

/// <summary>HULL51xx: the content store, merging packages into a tree, maintainer scripts, closure checks.</summary>
public static class TreeErrors
{
    /// <summary>Two packages ship different things at one path.</summary>
    public static readonly ErrorCode FileConflict = new(
        "HULL5101", ErrorCategory.Input, "Two packages ship different things at the same path", "Leave one of the two packages out of the image definition, or report the missing Replaces to the distribution.");

    /// <summary>A package lists a path twice, or a path that a tree cannot hold.</summary>
    public static readonly ErrorCode AbsurdEntry = new(
        "HULL5102", ErrorCategory.Integrity, "A package holds an entry that no sound package has", "The package is damaged or hostile: do not use it.");

    /// <summary>The content store cannot be written.</summary>
    public static readonly ErrorCode StoreNotWritable = new(
        "HULL5103", ErrorCategory.Environment, "The content store cannot be written", "Choose a folder that you may write to with --cache, or correct its permissions.");

    /// <summary>The file system of the content store is full.</summary>
    public static readonly ErrorCode StoreFull = new(
        "HULL5104", ErrorCategory.Environment, "No space is left for the content store", "Free space, or choose another folder with --cache; nothing half-written was left.");

    /// <summary>An entry of the content store does not hold what its index says.</summary>
    public static readonly ErrorCode StoreDamaged = new(
        "HULL5105", ErrorCategory.Integrity, "The content store is damaged", "Remove the named file from the content store and build again: it is made anew from the package.");

    /// <summary>A file's owner or group is unknown.</summary>
    public static readonly ErrorCode UnknownOwner = new(
        "HULL5106", ErrorCategory.Input, "A file belongs to a user or group that has no fixed number", "Declare the account in a recipe, or set the file's owner in a recipe.");

    /// <summary>A package file is not the one the lock names.</summary>
    public static readonly ErrorCode WrongPackageFile = new(
        "HULL5107", ErrorCategory.Integrity, "A package file is not the one that the lock names", "Remove the file from the download cache: it is fetched again.");

    /// <summary>A package and one that takes its place are both there.</summary>
    public static readonly ErrorCode ObsoletedPackage = new(
        "HULL5108", ErrorCategory.Input, "A package is in the image together with one that takes its place", "Leave the obsoleted package out of the image definition, and lock again.");

    /// <summary>A maintainer script does more than debhelper's boiler-plate and nobody has reviewed it.</summary>
    public static readonly ErrorCode UnreviewedScript = new(
        "HULL5110", ErrorCategory.Input, "A maintainer script has not been reviewed", "Read the script; declare in a recipe what an image needs of it; then list it as reviewed with the digest given.");

    /// <summary>A reviewed script's entry matches nothing.</summary>
    public static readonly ErrorCode UnusedReview = new(
        "HULL5111", ErrorCategory.Input, "A reviewed script is not in any package", "Remove the entry from the list of reviewed scripts, or correct its package and script.");

    /// <summary>A library that a program needs is not in the tree.</summary>
    public static readonly ErrorCode UnresolvedLibrary = new(
        "HULL5120", ErrorCategory.Input, "A shared library that a file needs is missing", "Add the package that brings the library, remove the file that needs it, or waive the check with a reason and a date.");

    /// <summary>An interpreter that a script or program names is not in the tree.</summary>
    public static readonly ErrorCode MissingInterpreter = new(
        "HULL5121", ErrorCategory.Input, "The interpreter of a script or program is missing", "Add the package that brings the interpreter, remove the script, or waive the check with a reason and a date.");

    /// <summary>A unit starts a program that is not in the tree.</summary>
    public static readonly ErrorCode MissingUnitProgram = new(
        "HULL5122", ErrorCategory.Input, "A unit starts a program that is missing", "Add the package that brings the program, remove the unit, or waive the check with a reason and a date.");

    /// <summary>A PAM configuration names a module that is not in the tree.</summary>
    public static readonly ErrorCode MissingPamModule = new(
        "HULL5123", ErrorCategory.Input, "A PAM module is missing", "Add the package that brings the module, or take the line out of the PAM configuration.");

    /// <summary>A symbolic link leads nowhere.</summary>
    public static readonly ErrorCode DanglingLink = new(
        "HULL5124", ErrorCategory.Input, "A symbolic link leads nowhere", "Add what the link points to, remove the link, or waive the check with a reason and a date.");

    /// <summary>The tree holds a language runtime or package manager that the image must not have.</summary>
    public static readonly ErrorCode ForbiddenProgram = new(
        "HULL5125", ErrorCategory.Input, "A program that the image must not have is in the tree", "Remove the package or the path in the image definition.");

    /// <summary>The tree holds a file that identifies one machine.</summary>
    public static readonly ErrorCode IdentityFile = new(
        "HULL5126", ErrorCategory.Input, "A file that identifies one machine is in the tree", "Remove the file in a recipe: it is made on first boot.");

    /// <summary>The set-user-ID and set-group-ID files are not the declared ones.</summary>
    public static readonly ErrorCode PrivilegedFile = new(
        "HULL5127", ErrorCategory.Input, "A set-user-ID or set-group-ID file differs from the declared list", "Declare the file with its mode and owner in the image definition, or take the bit away in a recipe.");

    /// <summary>A waiver is not used.</summary>
    public static readonly ErrorCode UnusedWaiver = new(
        "HULL5131", ErrorCategory.Input, "A waiver matches nothing", "Remove the waiver from the image definition.");

    /// <summary>A file in the tree cannot be examined.</summary>
    public static readonly ErrorCode UnreadableProgram = new(
        "HULL5128", ErrorCategory.Integrity, "A program or library in the tree is damaged", "Report the package to the distribution, remove the file, or waive the check with a reason and a date.");
}
