namespace Ironhull.Compose.Extensions;

/// <summary>What an extension extends.</summary>
public enum ExtensionKind
{
    /// <summary><c>/usr</c> (systemd-sysext).</summary>
    System,

    /// <summary><c>/etc</c> (systemd-confext).</summary>
    Configuration,
}

/// <summary>What the kinds differ in.</summary>
public static class ExtensionKinds
{
    /// <summary>The folder that an extension of the kind brings.</summary>
    public static string Hierarchy(this ExtensionKind kind) => kind == ExtensionKind.System ? "/usr" : "/etc";

    /// <summary>The folder of the file that says which system the extension fits (UAPI Extension Images).</summary>
    public static string ReleaseFolder(this ExtensionKind kind) => kind == ExtensionKind.System ? "/usr/lib/extension-release.d" : "/etc/extension-release.d";
}
