namespace Ironhull.Diagnostics;

/// <summary>HULL53xx: SELinux policy and labels.</summary>
public static class SelinuxErrors
{
    /// <summary>A line of a file contexts file cannot be read.</summary>
    public static readonly ErrorCode FileContexts = new(
        "HULL5301", ErrorCategory.Input, "An entry of the SELinux file contexts is not valid", "Correct the entry: a regular expression of a path, an optional file type such as '-d', and a context or <<none>>.");

    /// <summary>The regular expression of an entry cannot be matched as libselinux would.</summary>
    public static readonly ErrorCode PathExpression = new(
        "HULL5302", ErrorCategory.Unsupported, "The regular expression of a file context is not supported", "Write it with groups, classes, alternatives and the quantifiers ?, * and + only.");

    /// <summary>The policy's modules are not in the image's packages.</summary>
    public static readonly ErrorCode ModuleMissing = new(
        "HULL5303", ErrorCategory.Input, "A SELinux policy module is missing", "Correct the module's name under 'selinux' in the image definition, or install the package that ships it.");

    /// <summary>A tool that compiles the policy is not among the build tools.</summary>
    public static readonly ErrorCode ToolMissing = new(
        "HULL5304", ErrorCategory.Input, "A tool that compiles the SELinux policy is missing", "List the packages that bring it under 'tools' in the image definition, and lock again.");

    /// <summary>A policy tool refused its input.</summary>
    public static readonly ErrorCode NotCompiled = new(
        "HULL5305", ErrorCategory.Input, "The SELinux policy cannot be compiled", "Correct the module that the message names; a type that is not known belongs to a module that is left out.");

    /// <summary>The tools cannot run here.</summary>
    public static readonly ErrorCode ToolNotRunnable = new(
        "HULL5306", ErrorCategory.Environment, "A build tool cannot be run on this machine", "Build on Linux on the architecture of the image; its tools are the distribution's own programs.");

    /// <summary>The converted modules cannot be read.</summary>
    public static readonly ErrorCode PolicySource = new(
        "HULL5307", ErrorCategory.Integrity, "The source of the SELinux policy cannot be read", "The module is damaged or of a form that is not known: fetch the package again, or correct the definition's own module.");
}
