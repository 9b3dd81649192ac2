namespace Ironhull.Compose.Scripts;

/// <summary>One thing that a maintainer script would have done, as data that recipes and the generic steps can use.</summary>
public abstract record DeclaredEffect;

/// <summary>A unit that the package would enable (<c>deb-systemd-helper enable</c>). The project's own preset decides.</summary>
/// <param name="Unit">The unit's name.</param>
/// <param name="User">A unit of the user manager.</param>
public sealed record UnitEnablement(string Unit, bool User) : DeclaredEffect;

/// <summary>A registration with the alternatives system (<c>update-alternatives --install</c>).</summary>
/// <param name="Link">The generic path, for example "/usr/bin/pager".</param>
/// <param name="Name">The alternative's name, for example "pager".</param>
/// <param name="Path">The path this package offers.</param>
/// <param name="Priority">The highest priority wins.</param>
/// <param name="Slaves">Links that follow this one.</param>
public sealed record AlternativeRegistration(string Link, string Name, string Path, int Priority, IReadOnlyList<AlternativeSlave> Slaves) : DeclaredEffect
{
    /// <inheritdoc/>
    public bool Equals(AlternativeRegistration? other) =>
        other is not null && (Link, Name, Path, Priority) == (other.Link, other.Name, other.Path, other.Priority) && Slaves.SequenceEqual(other.Slaves);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Link, Name, Path, Priority, Slaves.Count);
}

/// <summary>A link that follows an alternative.</summary>
/// <param name="Link">The generic path.</param>
/// <param name="Name">The slave's name.</param>
/// <param name="Path">What it points to.</param>
public sealed record AlternativeSlave(string Link, string Name, string Path);

/// <summary>A tmpfiles.d file that the package would have applied.</summary>
/// <param name="File">The file's name.</param>
public sealed record TmpfilesApplication(string File) : DeclaredEffect;

/// <summary>A sysusers.d file that the package would have applied.</summary>
/// <param name="File">The file's name.</param>
public sealed record SysusersApplication(string File) : DeclaredEffect;

/// <summary>An account that the package would make.</summary>
/// <param name="Line">The account in the words of sysusers.d(5).</param>
public sealed record AccountDeclaration(string Line) : DeclaredEffect;

/// <summary>A service that the package would add to a database of nsswitch.conf.</summary>
/// <param name="Database">"passwd", "hosts" …</param>
/// <param name="Service">"systemd", "myhostname" …</param>
/// <param name="Position">"last", "first", or "before x"/"after x" as debhelper words it.</param>
public sealed record NameServiceAddition(string Database, string Service, string Position) : DeclaredEffect;

/// <summary>A trigger that the package sets off, for example "ldconfig".</summary>
/// <param name="Name">The trigger's name, or a path.</param>
public sealed record TriggerActivation(string Name) : DeclaredEffect;

/// <summary>A trigger that the package waits for.</summary>
/// <param name="Name">The trigger's name, or a path.</param>
public sealed record TriggerInterest(string Name) : DeclaredEffect;
