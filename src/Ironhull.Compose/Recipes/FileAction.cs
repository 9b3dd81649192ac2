using Ironhull.Diagnostics;

namespace Ironhull.Compose.Recipes;

/// <summary>Mode and owner that an action gives; null keeps what is there (or 0644/0755, root, for what is new).</summary>
/// <param name="Mode">Permission bits, 07777.</param>
/// <param name="Owner">A user's name.</param>
/// <param name="Group">A group's name.</param>
public sealed record Ownership(int? Mode = null, string? Owner = null, string? Group = null);

/// <summary>One change to the tree. Paths are absolute and normalised; links in them are not followed.</summary>
/// <param name="Path">The path it is about.</param>
/// <param name="Where">The place in the recipe.</param>
public abstract record FileAction(string Path, Location Where);

/// <summary>Copies a regular file (or a link) of the tree to another path.</summary>
public sealed record CopyAction(string Path, string To, Ownership Ownership, Location Where) : FileAction(Path, Where);

/// <summary>Writes a text file, replacing what is there.</summary>
public sealed record WriteAction(string Path, string Text, Ownership Ownership, Location Where) : FileAction(Path, Where);

/// <summary>Adds text at the end of a file that exists.</summary>
public sealed record AppendAction(string Path, string Text, Location Where) : FileAction(Path, Where);

/// <summary>Replaces every occurrence of a text in a file that exists; one must be there.</summary>
public sealed record ReplaceAction(string Path, string Find, string Replacement, Location Where) : FileAction(Path, Where);

/// <summary>Makes a symbolic link, replacing a file or link that is there.</summary>
public sealed record LinkAction(string Path, string Target, Location Where) : FileAction(Path, Where);

/// <summary>Makes a directory, or sets the ownership of one that exists.</summary>
public sealed record DirectoryAction(string Path, Ownership Ownership, Location Where) : FileAction(Path, Where);

/// <summary>Sets mode, owner, capabilities and extended attributes of what a pattern matches.</summary>
/// <param name="Path">A path pattern: <c>*</c> inside one component, <c>**</c> for any number of components.</param>
/// <param name="Ownership">Mode and owner.</param>
/// <param name="Capabilities">File capabilities in text form ("cap_net_raw+ep"), or null.</param>
/// <param name="Xattrs">Extended attributes with text values.</param>
/// <param name="Where">The place in the recipe.</param>
public sealed record AttributesAction(
    string Path, Ownership Ownership, string? Capabilities, IReadOnlyList<KeyValuePair<string, string>> Xattrs, Location Where) : FileAction(Path, Where);

/// <summary>Removes what a pattern matches, with everything below it.</summary>
public sealed record RemoveAction(string Path, Location Where) : FileAction(Path, Where);

/// <summary>Makes a file that exists empty.</summary>
public sealed record TruncateAction(string Path, Location Where) : FileAction(Path, Where);

/// <summary>Writes the configuration of an OpenSSL FIPS provider.</summary>
/// <param name="Path">The provider.</param>
/// <param name="To">The configuration.</param>
/// <param name="Where">The place in the recipe.</param>
public sealed record FipsModuleAction(string Path, string To, Location Where) : FileAction(Path, Where);
