using Ironhull.Provisioning.Json;

namespace Ironhull.Provisioning.Model;

/// <summary>Users and groups.</summary>
/// <param name="node">The object.</param>
public sealed class PasswdSection(ConfigObject node) : ConfigView(node)
{
    /// <summary>Users.</summary>
    public IReadOnlyList<PasswdUser> Users => Items("users", n => new PasswdUser(n));

    /// <summary>Groups.</summary>
    public IReadOnlyList<PasswdGroup> Groups => Items("groups", n => new PasswdGroup(n));
}

/// <summary>A user.</summary>
/// <param name="node">The object.</param>
public sealed class PasswdUser(ConfigObject node) : ConfigView(node)
{
    /// <summary>The name.</summary>
    public string Name => Text("name") ?? "";

    /// <summary>The hashed password.</summary>
    public string? PasswordHash => Text("passwordHash");

    /// <summary>Keys that may log in.</summary>
    public IReadOnlyList<string> SshAuthorizedKeys => Texts("sshAuthorizedKeys");

    /// <summary>The number.</summary>
    public long? Uid => Integer("uid");

    /// <summary>The comment.</summary>
    public string? Gecos => Text("gecos");

    /// <summary>The home directory.</summary>
    public string? HomeDir => Text("homeDir");

    /// <summary>Whether the home directory is not made.</summary>
    public bool? NoCreateHome => Truth("noCreateHome");

    /// <summary>The primary group.</summary>
    public string? PrimaryGroup => Text("primaryGroup");

    /// <summary>More groups.</summary>
    public IReadOnlyList<string> Groups => Texts("groups");

    /// <summary>Whether no group of the user's name is made.</summary>
    public bool? NoUserGroup => Truth("noUserGroup");

    /// <summary>Whether the user is left out of lastlog and faillog.</summary>
    public bool? NoLogInit => Truth("noLogInit");

    /// <summary>The login shell.</summary>
    public string? Shell => Text("shell");

    /// <summary>False for a user that must not be there.</summary>
    public bool? ShouldExist => Truth("shouldExist");

    /// <summary>Whether it is a system account.</summary>
    public bool? System => Truth("system");
}

/// <summary>A group.</summary>
/// <param name="node">The object.</param>
public sealed class PasswdGroup(ConfigObject node) : ConfigView(node)
{
    /// <summary>The name.</summary>
    public string Name => Text("name") ?? "";

    /// <summary>The number.</summary>
    public long? Gid => Integer("gid");

    /// <summary>The hashed password.</summary>
    public string? PasswordHash => Text("passwordHash");

    /// <summary>False for a group that must not be there.</summary>
    public bool? ShouldExist => Truth("shouldExist");

    /// <summary>Whether it is a system group.</summary>
    public bool? System => Truth("system");
}
