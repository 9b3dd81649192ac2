namespace Ironhull.Packages.Rpm;

/// <summary>
/// One entry of an RPM relationship list. A rich dependency (rpm-dependencies(7), "Boolean Dependencies") keeps its whole text in
/// <paramref name="Name"/>, which then begins with "(".
/// </summary>
/// <param name="Name">A package, a capability such as "libc.so.6(GLIBC_2.34)(64bit)", an absolute path, or a rich dependency.</param>
/// <param name="Relation">The version relation.</param>
/// <param name="Version"><c>[epoch:]version[-release]</c>, or empty when the relation is <see cref="VersionRelation.Any"/>.</param>
/// <param name="IsPre">The flag <c>pre</c>: needed before scriptlets run; orders, and changes nothing about what is chosen.</param>
public readonly record struct RpmDependency(string Name, VersionRelation Relation, string Version, bool IsPre = false)
{
    /// <summary>Whether the entry is a rich dependency.</summary>
    public bool IsRich => Name.StartsWith('(');

    /// <summary>Whether the entry names a file.</summary>
    public bool IsPath => Name.StartsWith('/');

    /// <summary>As rpm prints it, for example "glibc >= 2.38-1".</summary>
    public override string ToString()
    {
        var sign = Relation switch
        {
            VersionRelation.Earlier => "<",
            VersionRelation.EarlierOrEqual => "<=",
            VersionRelation.Equal => "=",
            VersionRelation.LaterOrEqual => ">=",
            VersionRelation.Later => ">",
            _ => "",
        };
        return sign.Length == 0 ? Name : $"{Name} {sign} {Version}";
    }
}
