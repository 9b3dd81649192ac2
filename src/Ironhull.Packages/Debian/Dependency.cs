namespace Ironhull.Packages.Debian;

/// <summary>The relation of a versioned dependency (Debian Policy 7.1).</summary>
public enum VersionRelation
{
    /// <summary>No version is asked for.</summary>
    Any,

    /// <summary><c>&lt;&lt;</c></summary>
    Earlier,

    /// <summary><c>&lt;=</c></summary>
    EarlierOrEqual,

    /// <summary><c>=</c></summary>
    Equal,

    /// <summary><c>&gt;=</c></summary>
    LaterOrEqual,

    /// <summary><c>&gt;&gt;</c></summary>
    Later,
}

/// <summary>One alternative of a dependency: <c>name[:qualifier] [(relation version)]</c>.</summary>
/// <param name="Name">The package or virtual package.</param>
/// <param name="Qualifier">The architecture qualifier after the colon ("any", "native", an architecture), or empty.</param>
/// <param name="Relation">The version relation.</param>
/// <param name="Version">The version, or empty when the relation is <see cref="VersionRelation.Any"/>.</param>
public readonly record struct Dependency(string Name, string Qualifier, VersionRelation Relation, string Version)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var name = Qualifier.Length == 0 ? Name : $"{Name}:{Qualifier}";
        var sign = Relation switch
        {
            VersionRelation.Earlier => "<<",
            VersionRelation.EarlierOrEqual => "<=",
            VersionRelation.Equal => "=",
            VersionRelation.LaterOrEqual => ">=",
            VersionRelation.Later => ">>",
            _ => "",
        };
        return sign.Length == 0 ? name : $"{name} ({sign} {Version})";
    }
}
