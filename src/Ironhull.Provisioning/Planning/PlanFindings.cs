using System.Runtime.CompilerServices;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Planning;

/// <summary>Collects what stands in the way, with the paths of the config's entries.</summary>
internal sealed class PlanFindings
{
    private const int Deepest = 128;
    private readonly FindingList _list = new();
    private readonly ConditionalWeakTable<ConfigNode, string> _paths = [];

    /// <summary>Starts with what the rules say.</summary>
    /// <param name="config">The whole config.</param>
    /// <param name="findings">What was found so far.</param>
    public PlanFindings(ConfigNode config, IEnumerable<Finding> findings)
    {
        Walk(config, "$", 0);
        foreach (var finding in findings)
        {
            _list.Add(finding);
        }
    }

    /// <summary>The findings in the order of the config.</summary>
    public IReadOnlyList<Finding> Items => _list.Items;

    /// <summary>Does something that may be refused.</summary>
    public void Try(ConfigNode entry, Action action)
    {
        try
        {
            action();
        }
        catch (HullException e)
        {
            Add(entry, e);
        }
    }

    /// <summary>Adds what was refused.</summary>
    public void Add(ConfigNode entry, HullException error, FindingLevel level = FindingLevel.Error)
    {
        foreach (var diagnostic in error.Diagnostics)
        {
            Add(level, diagnostic.Code, diagnostic.Message, entry);
        }
    }

    /// <summary>Adds a finding.</summary>
    public void Add(FindingLevel level, ErrorCode code, string message, ConfigNode entry) =>
        _list.Add(new(level, code, _paths.TryGetValue(entry, out var path) ? path : "$", entry.Where, message.TrimEnd('.')));

    private void Walk(ConfigNode node, string path, int depth)
    {
        _paths.AddOrUpdate(node, path);
        switch (node)
        {
            case ConfigObject map when depth < Deepest:
                foreach (var entry in map.Entries)
                {
                    Walk(entry.Value, $"{path}.{entry.Key}", depth + 1);
                }

                break;
            case ConfigList list when depth < Deepest:
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Walk(list.Items[i], string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}.{i}"), depth + 1);
                }

                break;
        }
    }
}
