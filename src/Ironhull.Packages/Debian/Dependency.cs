namespace Ironhull.Packages.Debian;

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
