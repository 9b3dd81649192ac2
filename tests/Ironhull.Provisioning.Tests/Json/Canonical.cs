using System.Text;
using Ironhull.Provisioning.Json;

namespace Ironhull.Provisioning.Tests.Json;

/// <summary>One text for all spellings of a value: keys are sorted.</summary>
internal static class Canonical
{
    public static string Of(string json) => Of(LocatedJson.Read(Encoding.UTF8.GetBytes(json), "x"));

    public static string Of(ConfigNode node) => node switch
    {
        ConfigObject map => $"{{{string.Join(',', map.Entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}:{Of(e.Value)}"))}}}",
        ConfigList list => $"[{string.Join(',', list.Items.Select(Of))}]",
        _ => Encoding.UTF8.GetString(ConfigJson.Write(node)),
    };
}
