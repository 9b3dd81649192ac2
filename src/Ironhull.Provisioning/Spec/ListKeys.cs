using Ironhull.Provisioning.Json;

namespace Ironhull.Provisioning.Spec;

/// <summary>What identifies the entries of lists.</summary>
internal static class ListKeys
{
    /// <summary>The key of an entry.</summary>
    public static string Of(ConfigNode item, SpecType type) => item switch
    {
        ConfigObject node => type.Object!.Key!(node),
        ConfigText text => text.Value,
        _ => "",
    };
}
