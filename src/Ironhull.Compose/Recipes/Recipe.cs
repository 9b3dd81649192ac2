using Ironhull.Compose.Scripts;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Recipes;

/// <summary>The declared replacement of one package's maintainer scripts. Data only; nothing of it is run.</summary>
public sealed record Recipe
{
    /// <summary>The package it is for; "*" stands for any text ("linux-image-*").</summary>
    public required string Package { get; init; }

    /// <summary>The file it was read from.</summary>
    public required Location Where { get; init; }

    /// <summary>The scripts that were read by a person, pinned to what they said.</summary>
    public IReadOnlyList<ReviewedScript> Scripts { get; init; } = [];

    /// <summary>Users that no sysusers.d file declares.</summary>
    public IReadOnlyList<UserDeclaration> Users { get; init; } = [];

    /// <summary>Groups that no sysusers.d file declares.</summary>
    public IReadOnlyList<GroupDeclaration> Groups { get; init; } = [];

    /// <summary>Users to be members of groups.</summary>
    public IReadOnlyList<MembershipDeclaration> Members { get; init; } = [];

    /// <summary>Login shells to be listed in /etc/shells beyond those of /usr/share/debianutils.</summary>
    public IReadOnlyList<string> Shells { get; init; } = [];

    /// <summary>Alternatives.</summary>
    public IReadOnlyList<Alternative> Alternatives { get; init; } = [];

    /// <summary>What to do to files, in this order.</summary>
    public IReadOnlyList<FileAction> Files { get; init; } = [];

    /// <summary>The origin of what this recipe puts into a tree: "recipe:NAME".</summary>
    public string Origin => OriginOf(Package);

    /// <summary>The origin of what the recipe of a package puts into a tree.</summary>
    public static string OriginOf(string package) => "recipe:" + package;
}

/// <summary>A system user.</summary>
/// <param name="Name">Login name.</param>
/// <param name="Group">Primary group's name, or null for a group of the same name.</param>
/// <param name="Gecos">Comment field.</param>
/// <param name="Home">Home directory.</param>
/// <param name="Shell">Login shell.</param>
/// <param name="Where">The declaration.</param>
public sealed record UserDeclaration(string Name, string? Group, string Gecos, string Home, string Shell, Location Where);

/// <summary>A system group.</summary>
/// <param name="Name">Group name.</param>
/// <param name="Where">The declaration.</param>
public sealed record GroupDeclaration(string Name, Location Where);

/// <summary>A user as a member of a group.</summary>
/// <param name="User">The user's name.</param>
/// <param name="Group">The group's name.</param>
/// <param name="Where">The declaration.</param>
public sealed record MembershipDeclaration(string User, string Group, Location Where);

/// <summary>One candidate of an alternative: a name that several packages can provide.</summary>
/// <param name="Name">The alternative's name, for example "awk".</param>
/// <param name="Link">The path that users call.</param>
/// <param name="Target">The path that provides it.</param>
/// <param name="Priority">The highest wins; equal priorities are settled by the target's ordinal order.</param>
/// <param name="Followers">Links that go with it, where their targets exist.</param>
/// <param name="Origin">The recipe or package that declares it.</param>
/// <param name="Where">The declaration.</param>
public sealed record Alternative(
    string Name, string Link, string Target, int Priority, IReadOnlyList<AlternativeFollower> Followers, string Origin, Location Where);

/// <summary>A link that follows an alternative (dpkg's "slave").</summary>
/// <param name="Link">The path of the link.</param>
/// <param name="Target">What it points to.</param>
public sealed record AlternativeFollower(string Link, string Target);
