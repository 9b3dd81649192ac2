using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Merging;

/// <summary>
/// Merges two configs as upstream does: what the child sets wins; entries of the same key are merged, in the parent's place; the
/// child's further entries follow; a path that the child makes another kind of node is taken from the parent's list; lists of options
/// and of appended contents are joined; a header that the child names without value goes.
/// </summary>
public static class ConfigMerger
{
    /// <summary>Merges a child into a parent.</summary>
    /// <param name="parent">The config that refers to the child.</param>
    /// <param name="child">The config that wins.</param>
    /// <returns>A config that may break rules although neither of the two does: check it again.</returns>
    public static IgnitionConfig Merge(IgnitionConfig parent, IgnitionConfig child) => new(Objects(parent.Node, child.Node, IgnitionSchema.Config));

    private static ConfigObject Objects(ConfigObject parent, ConfigObject child, SpecObject type)
    {
        var entries = new List<ConfigEntry>(type.Fields.Count);
        foreach (var field in type.Fields)
        {
            if (Values(parent, child, field, type) is { } value)
            {
                entries.Add(new(field.Name, value.Where, value));
            }
        }

        return new(child.Where, entries);
    }

    private static ConfigNode? Values(ConfigObject parent, ConfigObject child, SpecField field, SpecObject type) => (parent[field.Name], child[field.Name]) switch
    {
        (ConfigObject a, ConfigObject b) => Objects(a, b, field.Type.Object!),
        (ConfigList a, ConfigList b) when field.Type.Rule == ListRule.Append => new ConfigList(b.Where, [.. a.Items, .. b.Items]),
        (ConfigList a, var b) when field.Type.Rule == ListRule.Keyed => Lists(a, b as ConfigList, child, field, type),
        (var a, var b) => b ?? a,
    };

    private static ConfigList Lists(ConfigList parent, ConfigList? child, ConfigObject childOwner, SpecField field, SpecObject type)
    {
        var winners = ChildEntries(childOwner, field, type);
        var items = new List<ConfigNode>(parent.Items.Count + (child?.Items.Count ?? 0));
        var parentKeys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in parent.Items)
        {
            var key = ListKeys.Of(item, field.Type);
            parentKeys.Add(key);
            if (!winners.TryGetValue(key, out var winner))
            {
                items.Add(item);
            }
            else if (winner.Field == field && !RemovesHeader(winner.Item, field))
            {
                items.Add(item is ConfigObject a && winner.Item is ConfigObject b ? Objects(a, b, field.Type.Object!) : winner.Item);
            }
        }

        items.AddRange((child?.Items ?? []).Where(i => !parentKeys.Contains(ListKeys.Of(i, field.Type))));
        return new((child ?? parent).Where, items);
    }

    // The child's entries of this list and of those that share its keys.
    private static Dictionary<string, (SpecField Field, ConfigNode Item)> ChildEntries(ConfigObject child, SpecField field, SpecObject type)
    {
        var entries = new Dictionary<string, (SpecField, ConfigNode)>(StringComparer.Ordinal);
        foreach (var other in type.Fields.Where(f => f == field || (f.Type.Group is not null && f.Type.Group == field.Type.Group)))
        {
            foreach (var item in (child[other.Name] as ConfigList)?.Items ?? [])
            {
                entries[ListKeys.Of(item, other.Type)] = (other, item);
            }
        }

        return entries;
    }

    private static bool RemovesHeader(ConfigNode item, SpecField field) => field.Name == "httpHeaders" && item is ConfigObject header && header["value"] is null;
}
