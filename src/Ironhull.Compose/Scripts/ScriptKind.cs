namespace Ironhull.Compose.Scripts;

/// <summary>The programs and lists of a package that could act when it is installed or removed; Debian's first, then RPM's.</summary>
public enum ScriptKind
{
    /// <summary>Debian: runs before unpacking.</summary>
    PreInst,

    /// <summary>Debian: runs when the package is configured.</summary>
    PostInst,

    /// <summary>Debian: runs before removal.</summary>
    PreRm,

    /// <summary>Debian: runs after removal.</summary>
    PostRm,

    /// <summary>Debian: asks debconf's questions.</summary>
    Config,

    /// <summary>Debian: the triggers file, which declares what the package waits for and what it sets off.</summary>
    Triggers,

    /// <summary>RPM <c>%pretrans</c>: before the whole transaction.</summary>
    PreTrans,

    /// <summary>RPM <c>%pre</c>: before the package's files.</summary>
    PreIn,

    /// <summary>RPM <c>%post</c>: after the package's files.</summary>
    PostIn,

    /// <summary>RPM <c>%posttrans</c>: after the whole transaction.</summary>
    PostTrans,

    /// <summary>RPM <c>%preun</c>: before removal.</summary>
    PreUn,

    /// <summary>RPM <c>%postun</c>: after removal.</summary>
    PostUn,

    /// <summary>RPM <c>%preuntrans</c>: before a transaction that removes the package.</summary>
    PreUnTrans,

    /// <summary>RPM <c>%postuntrans</c>: after a transaction that removed the package.</summary>
    PostUnTrans,

    /// <summary>RPM <c>%verifyscript</c>: part of <c>rpm -V</c>.</summary>
    Verify,

    /// <summary>RPM <c>%triggerprein</c>: before another package is installed.</summary>
    TriggerPreIn,

    /// <summary>RPM <c>%triggerin</c>: after another package is installed.</summary>
    TriggerIn,

    /// <summary>RPM <c>%triggerun</c>: before another package is removed.</summary>
    TriggerUn,

    /// <summary>RPM <c>%triggerpostun</c>: after another package is removed.</summary>
    TriggerPostUn,

    /// <summary>RPM <c>%filetriggerin</c>: after each package that brings files below certain paths.</summary>
    FileTriggerIn,

    /// <summary>RPM <c>%filetriggerun</c>.</summary>
    FileTriggerUn,

    /// <summary>RPM <c>%filetriggerpostun</c>.</summary>
    FileTriggerPostUn,

    /// <summary>RPM <c>%transfiletriggerin</c>: once, after a transaction that brought files below certain paths.</summary>
    TransFileTriggerIn,

    /// <summary>RPM <c>%transfiletriggerun</c>.</summary>
    TransFileTriggerUn,

    /// <summary>RPM <c>%transfiletriggerpostun</c>.</summary>
    TransFileTriggerPostUn,
}

/// <summary>Names of <see cref="ScriptKind"/>: Debian's as they stand in a control archive, RPM's as its header names them.</summary>
public static class ScriptKinds
{
    private static readonly (string Name, ScriptKind Kind)[] s_debian =
    [
        ("preinst", ScriptKind.PreInst), ("postinst", ScriptKind.PostInst), ("prerm", ScriptKind.PreRm), ("postrm", ScriptKind.PostRm), ("config", ScriptKind.Config),
        ("triggers", ScriptKind.Triggers),
    ];

    private static readonly (string Name, ScriptKind Kind)[] s_rpm =
    [
        ("pretrans", ScriptKind.PreTrans), ("prein", ScriptKind.PreIn), ("postin", ScriptKind.PostIn), ("posttrans", ScriptKind.PostTrans), ("preun", ScriptKind.PreUn),
        ("postun", ScriptKind.PostUn), ("preuntrans", ScriptKind.PreUnTrans), ("postuntrans", ScriptKind.PostUnTrans), ("verify", ScriptKind.Verify),
        ("triggerprein", ScriptKind.TriggerPreIn), ("triggerin", ScriptKind.TriggerIn), ("triggerun", ScriptKind.TriggerUn), ("triggerpostun", ScriptKind.TriggerPostUn),
        ("filetriggerin", ScriptKind.FileTriggerIn), ("filetriggerun", ScriptKind.FileTriggerUn), ("filetriggerpostun", ScriptKind.FileTriggerPostUn),
        ("transfiletriggerin", ScriptKind.TransFileTriggerIn), ("transfiletriggerun", ScriptKind.TransFileTriggerUn), ("transfiletriggerpostun", ScriptKind.TransFileTriggerPostUn),
    ];

    /// <summary>Name and kind of all, in the order of the enumeration.</summary>
    public static IReadOnlyList<(string Name, ScriptKind Kind)> All { get; } = [.. s_debian, .. s_rpm];

    /// <summary>The name.</summary>
    public static string MemberName(this ScriptKind kind) => All[(int)kind].Name;

    /// <summary>The kind of a member of a Debian control archive, or null when it is none of them.</summary>
    public static ScriptKind? FromMemberName(string name) => Find(s_debian, name);

    /// <summary>The kind of an RPM scriptlet or trigger, or null when it is none of them.</summary>
    public static ScriptKind? FromRpmName(string name) => Find(s_rpm, name);

    private static ScriptKind? Find((string Name, ScriptKind Kind)[] kinds, string name)
    {
        foreach (var (known, kind) in kinds)
        {
            if (known == name)
            {
                return kind;
            }
        }

        return null;
    }
}
