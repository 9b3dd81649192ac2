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
