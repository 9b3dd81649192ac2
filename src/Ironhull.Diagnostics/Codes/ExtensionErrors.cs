namespace Ironhull.Diagnostics;

/// <summary>HULL54xx: system and configuration extensions.</summary>
public static class ExtensionErrors
{
    /// <summary>An extension would hold nothing.</summary>
    public static readonly ErrorCode Empty = new(
        "HULL5401", ErrorCategory.Input, "An extension holds no file", "Name packages that the base image has not (embedded extensions: packages of the image that have files below /usr), or files; loosen 'keep'.");

    /// <summary>A file lies where an extension of its kind cannot bring it.</summary>
    public static readonly ErrorCode Outside = new(
        "HULL5402", ErrorCategory.Input, "An extension cannot hold this path", "A system extension holds /usr, a configuration extension /etc, and neither replaces a file of the base image: leave the file out, or put it into an extension of the other kind.");

    /// <summary>An embedded extension needs its signature before the image that holds it can be built.</summary>
    public static readonly ErrorCode SignatureNeeded = new(
        "HULL5403", ErrorCategory.Input, "An embedded extension has to be signed before the image is built", "Run 'hull sysext sign FILE' where the extension key is, put the signed file back, and build again with --defer-signing.");

    /// <summary>The rest of the image needs what is only in the extension.</summary>
    public static readonly ErrorCode BaseNeedsExtension = new(
        "HULL5404", ErrorCategory.Input, "The base image needs a file that is only in an extension", "Leave the package that brings it out of the extension, or add the path to 'keep'.");

    /// <summary>The base image of an extension is not usable.</summary>
    public static readonly ErrorCode BadBase = new(
        "HULL5405", ErrorCategory.Input, "The base image of the extension cannot be used", "Name the definition of a disk image that has a lock with 'extension.base'.");

    /// <summary>A program in an extension needs its signature before the extension can be made.</summary>
    public static readonly ErrorCode ProgramSignatureNeeded = new(
        "HULL5406", ErrorCategory.Input, "The kernel in an extension has to be signed before the extension is made", "Run 'hull sysext sign FILE' where the boot-code key is, put the signed file back, and build again with --defer-signing.");
}
