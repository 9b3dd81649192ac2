using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Json;

/// <summary>Where a value of a config was written.</summary>
/// <param name="Source">The name of the file that diagnostics show.</param>
/// <param name="Line">1-based line.</param>
/// <param name="Column">1-based column, counted in characters.</param>
public readonly record struct Place(string Source, int Line, int Column)
{
    /// <summary>The place as diagnostics carry it.</summary>
    public Location ToLocation() => new(Source, Line, Column);
}
