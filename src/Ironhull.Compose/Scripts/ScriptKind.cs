namespace Ironhull.Compose.Scripts;

/// <summary>The members of a package's control archive that could act when the package is installed or removed.</summary>
public enum ScriptKind
{
    /// <summary>Runs before unpacking.</summary>
    PreInst,

    /// <summary>Runs when the package is configured.</summary>
    PostInst,

    /// <summary>Runs before removal.</summary>
    PreRm,

    /// <summary>Runs after removal.</summary>
    PostRm,

    /// <summary>Asks debconf's questions.</summary>
    Config,

    /// <summary>The triggers file: declares what the package waits for and what it sets off.</summary>
    Triggers,
}

/// <summary>Names of <see cref="ScriptKind"/> as they stand in a control archive.</summary>
public static class ScriptKinds
{
    /// <summary>The control member's name.</summary>
    public static string MemberName(this ScriptKind kind) => kind switch
    {
        ScriptKind.PreInst => "preinst",
        ScriptKind.PostInst => "postinst",
        ScriptKind.PreRm => "prerm",
        ScriptKind.PostRm => "postrm",
        ScriptKind.Config => "config",
        _ => "triggers",
    };

    /// <summary>The kind of a control member, or null when it is none of them.</summary>
    public static ScriptKind? FromMemberName(string name) => name switch
    {
        "preinst" => ScriptKind.PreInst,
        "postinst" => ScriptKind.PostInst,
        "prerm" => ScriptKind.PreRm,
        "postrm" => ScriptKind.PostRm,
        "config" => ScriptKind.Config,
        "triggers" => ScriptKind.Triggers,
        _ => null,
    };
}
