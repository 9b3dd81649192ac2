using Ironhull.Compose.Yaml;

namespace Ironhull.Compose.Definition;

/// <summary>A packaging world: how packages, repositories and versions work. An image uses one.</summary>
public enum PackagingKind
{
    /// <summary>Debian packages from Debian archives.</summary>
    Debian,

    /// <summary>RPM packages from RPM-MD repositories.</summary>
    Rpm,
}

/// <summary>Words of <see cref="PackagingKind"/>.</summary>
public static class PackagingKinds
{
    /// <summary>The words that definitions and locks use.</summary>
    public static Choices<PackagingKind> Words { get; } = new(("debian", PackagingKind.Debian), ("rpm", PackagingKind.Rpm));

    /// <summary>The word of a world.</summary>
    public static string Word(this PackagingKind kind) => Words.WordOf(kind);
}
