namespace Ironhull.Diagnostics;

/// <summary>HULL4xxx: image definitions and locks.</summary>
public static class DefinitionErrors
{
    /// <summary>The text is not YAML.</summary>
    public static readonly ErrorCode YamlSyntax = new(
        "HULL4001", ErrorCategory.Input, "The file is not valid YAML", "Correct the syntax at that place; indentation is by spaces, and a value with ': ' or ' #' in it is quoted.");

    /// <summary>YAML that is refused on purpose: anchors, aliases, tags, several documents, keys that are not text.</summary>
    public static readonly ErrorCode YamlFeature = new(
        "HULL4002", ErrorCategory.Input, "The file uses a YAML feature that definitions do not allow", "Write the value out: anchors, aliases, merge keys, tags and several documents in one file are refused.");

    /// <summary>The file is too large, too deep or has too many nodes.</summary>
    public static readonly ErrorCode YamlLimit = new(
        "HULL4003", ErrorCategory.Input, "The file exceeds the size or depth that definitions may have", "Split the file, or check that it is the file you meant.");

    /// <summary>A key that nothing reads.</summary>
    public static readonly ErrorCode UnknownKey = new(
        "HULL4004", ErrorCategory.Input, "A key is not known here", "Correct or remove the key; docs/reference/image.schema.json lists the keys of an image definition.");

    /// <summary>A required key is absent.</summary>
    public static readonly ErrorCode MissingKey = new(
        "HULL4005", ErrorCategory.Input, "A required key is missing", "Add the key.");

    /// <summary>A value of another kind than the key takes.</summary>
    public static readonly ErrorCode WrongType = new(
        "HULL4006", ErrorCategory.Input, "A value has the wrong type", "Write a value of the type that the message names.");

    /// <summary>A key or an entry that may occur once occurs again.</summary>
    public static readonly ErrorCode Duplicate = new(
        "HULL4007", ErrorCategory.Input, "A key or entry occurs twice", "Remove one of the two.");

    /// <summary>A value of the right type that is out of range or not one of the choices.</summary>
    public static readonly ErrorCode InvalidValue = new(
        "HULL4008", ErrorCategory.Input, "A value is not allowed here", "Write one of the values that the message names.");

    /// <summary>A file or folder that a definition names does not exist or cannot be read.</summary>
    public static readonly ErrorCode FileNotFound = new(
        "HULL4009", ErrorCategory.Input, "A file that is named here cannot be read", "Correct the path (it is relative to the file that names it) or create the file.");

    /// <summary>A waiver whose last day has passed.</summary>
    public static readonly ErrorCode WaiverExpired = new(
        "HULL4010", ErrorCategory.Input, "A waiver has expired", "Check whether the reason still holds: remove the waiver, or give it a later day.");

    /// <summary>Debian and RPM repositories in one definition.</summary>
    public static readonly ErrorCode MixedPackaging = new(
        "HULL4011", ErrorCategory.Input, "An image mixes packaging worlds", "Give all repositories of an image the same 'type': packages of two worlds cannot depend on each other.");

    /// <summary>There is no lock beside the definition.</summary>
    public static readonly ErrorCode LockMissing = new(
        "HULL4020", ErrorCategory.Input, "The image has no lock", "Run 'hull lock'.");

    /// <summary>The definition asks for something else than what was locked.</summary>
    public static readonly ErrorCode LockStale = new(
        "HULL4021", ErrorCategory.Input, "The lock does not belong to this definition any more", "Run 'hull lock'.");

    /// <summary>The lock was damaged or edited by hand into something that is not a lock.</summary>
    public static readonly ErrorCode LockMalformed = new(
        "HULL4022", ErrorCategory.Input, "The lock cannot be read", "Restore the lock from version control, or make it again with 'hull lock'.");

    /// <summary>The lock was written by a later version.</summary>
    public static readonly ErrorCode LockVersion = new(
        "HULL4023", ErrorCategory.Unsupported, "The lock's schema version is not supported", "Use the version of hull that wrote it, or make it again with 'hull lock'.");

    /// <summary>A locked package is not in the repositories any more.</summary>
    public static readonly ErrorCode LockedPackageGone = new(
        "HULL4024", ErrorCategory.Network, "A locked package is gone from the mirror", "Run 'hull lock --update' to take its successor, or set HULL_MIRROR_{ARCHIVE} to a mirror or snapshot that still holds it.");

    /// <summary>There is no image to look into.</summary>
    public static readonly ErrorCode NoImage = new(
        "HULL4030", ErrorCategory.Input, "There is no image to look into", "Name a disk image (raw, qcow2, VHD) or the folder that 'hull build' wrote.");
}
