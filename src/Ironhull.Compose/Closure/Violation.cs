using Ironhull.Diagnostics;

namespace Ironhull.Compose.Closure;

/// <summary>Names of the closure checks, as waivers write them.</summary>
public static class ClosureChecks
{
    /// <summary>Shared libraries that ELF files need.</summary>
    public const string Needed = "needed";

    /// <summary>Interpreters of scripts and of ELF programs.</summary>
    public const string Shebang = "shebang";

    /// <summary>Programs that units start.</summary>
    public const string Exec = "exec";

    /// <summary>PAM modules and included files.</summary>
    public const string Pam = "pam";

    /// <summary>Symbolic links, those of alternatives among them.</summary>
    public const string Link = "link";

    /// <summary>Language runtimes and package managers.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>Files that identify one machine.</summary>
    public const string Identity = "identity";

    /// <summary>Set-user-ID and set-group-ID files.</summary>
    public const string Suid = "suid";

    /// <summary>ELF files that cannot be read.</summary>
    public const string Damaged = "damaged";

    /// <summary>All of them, ordinal order.</summary>
    public static IReadOnlyList<string> All { get; } = [Damaged, Exec, Forbidden, Identity, Link, Needed, Pam, Shebang, Suid];

    /// <summary>The error code that a check reports with.</summary>
    public static ErrorCode Code(string check) => check switch
    {
        Needed => TreeErrors.UnresolvedLibrary,
        Shebang => TreeErrors.MissingInterpreter,
        Exec => TreeErrors.MissingUnitProgram,
        Pam => TreeErrors.MissingPamModule,
        Link => TreeErrors.DanglingLink,
        Forbidden => TreeErrors.ForbiddenProgram,
        Identity => TreeErrors.IdentityFile,
        Suid => TreeErrors.PrivilegedFile,
        _ => TreeErrors.UnreadableProgram,
    };
}

/// <summary>One finding of a closure check.</summary>
/// <param name="Check">One of <see cref="ClosureChecks"/>.</param>
/// <param name="Path">The path in the tree.</param>
/// <param name="Detail">What is missing or too much: a soname, an interpreter, a program; may be empty.</param>
/// <param name="Origin">Who brought the path.</param>
/// <param name="Message">A sentence for people.</param>
public sealed record Violation(string Check, string Path, string Detail, string Origin, string Message)
{
    /// <summary>What a waiver's subject is compared with: the path, and the path with the detail ("/usr/bin/x libx.so.1").</summary>
    public IReadOnlyList<string> Subjects => Detail.Length == 0 ? [Path] : [Path, $"{Path} {Detail}"];

    /// <summary>As a diagnostic.</summary>
    public Diagnostic ToDiagnostic() => ClosureChecks.Code(Check).With($"{Message} (from {(Origin.Length == 0 ? "image" : Origin)}; check '{Check}')", new Location(Path));
}
