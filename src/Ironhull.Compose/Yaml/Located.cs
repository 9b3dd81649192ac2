using Ironhull.Diagnostics;

namespace Ironhull.Compose.Yaml;

/// <summary>A value with the place it was written at.</summary>
/// <param name="Value">The value.</param>
/// <param name="Where">The place.</param>
public readonly record struct Located<T>(T Value, Location Where)
{
    /// <inheritdoc/>
    public override string ToString() => Value?.ToString() ?? "";
}
