namespace Ironhull.Packages;

/// <summary>The relation of a versioned dependency (Debian Policy 7.1; the flags LESS, GREATER and EQUAL of an RPM dependency).</summary>
public enum VersionRelation
{
    /// <summary>No version is asked for.</summary>
    Any,

    /// <summary>Debian <c>&lt;&lt;</c>, RPM <c>&lt;</c></summary>
    Earlier,

    /// <summary><c>&lt;=</c></summary>
    EarlierOrEqual,

    /// <summary><c>=</c></summary>
    Equal,

    /// <summary><c>&gt;=</c></summary>
    LaterOrEqual,

    /// <summary>Debian <c>&gt;&gt;</c>, RPM <c>&gt;</c></summary>
    Later,
}

/// <summary>What a relation says about two versions.</summary>
public static class VersionRelations
{
    /// <summary>Whether a relation holds.</summary>
    /// <param name="relation">The relation.</param>
    /// <param name="order">How the version at hand compares with the one asked for: negative, zero or positive. Does not matter for <see cref="VersionRelation.Any"/>.</param>
    public static bool Holds(this VersionRelation relation, int order) => relation switch
    {
        VersionRelation.Any => true,
        VersionRelation.Earlier => order < 0,
        VersionRelation.EarlierOrEqual => order <= 0,
        VersionRelation.Equal => order == 0,
        VersionRelation.LaterOrEqual => order >= 0,
        _ => order > 0,
    };
}
