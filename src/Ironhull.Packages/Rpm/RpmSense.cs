namespace Ironhull.Packages.Rpm;

/// <summary>Flags of a dependency or a trigger's condition (<c>rpmsenseFlags</c> of rpm's include/rpm/rpmds.h).</summary>
internal static class RpmSense
{
    public const uint Less = 1 << 1;
    public const uint Greater = 1 << 2;
    public const uint Equal = 1 << 3;
    public const uint PreRequire = 1 << 6;
    public const uint ScriptPre = 1 << 9;
    public const uint ScriptPost = 1 << 10;
    public const uint TriggerIn = 1 << 16;
    public const uint TriggerUn = 1 << 17;
    public const uint TriggerPostUn = 1 << 18;
    public const uint TriggerPreIn = 1 << 25;

    /// <summary>The relation that the flags name, or null for one that does not exist.</summary>
    public static VersionRelation? Relation(uint flags) => (flags & (Less | Greater | Equal)) switch
    {
        0 => VersionRelation.Any,
        Less => VersionRelation.Earlier,
        Less | Equal => VersionRelation.EarlierOrEqual,
        Equal => VersionRelation.Equal,
        Greater | Equal => VersionRelation.LaterOrEqual,
        Greater => VersionRelation.Later,
        _ => null,
    };
}
