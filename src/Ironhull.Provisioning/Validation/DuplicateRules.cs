using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Validation;

/// <summary>No list holds two entries of the same key, and no two lists of a group do.</summary>
internal sealed class DuplicateRules(FindingList findings)
{
    public void Check(ConfigObject node, SpecObject type, string path)
    {
        var groups = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var field in type.Fields)
        {
            var at = $"{path}.{field.Name}";
            switch (node[field.Name])
            {
                case ConfigObject child:
                    Check(child, field.Type.Object!, at);
                    break;
                case ConfigList list:
                    Check(list, field, groups, at);
                    break;
            }
        }
    }

    private void Check(ConfigList list, SpecField field, Dictionary<string, HashSet<string>> groups, string path)
    {
        var group = field.Type.Group ?? field.Name;
        if (!groups.TryGetValue(group, out var keys))
        {
            groups.Add(group, keys = new(StringComparer.Ordinal));
        }

        for (var i = 0; i < list.Items.Count; i++)
        {
            if (field.Type.Rule == ListRule.Keyed && !keys.Add(ListKeys.Of(list.Items[i], field.Type)))
            {
                findings.Add(new(FindingLevel.Error, ProvisioningErrors.Duplicate, $"{path}.{i}", list.Items[i].Where, "duplicate entry defined"));
            }

            if (list.Items[i] is ConfigObject child)
            {
                Check(child, field.Type.Object!, $"{path}.{i}");
            }
        }
    }
}
