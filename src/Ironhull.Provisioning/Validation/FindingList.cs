using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;

namespace Ironhull.Provisioning.Validation;

/// <summary>Collects findings.</summary>
public sealed class FindingList
{
    private readonly List<Finding> _items = [];

    /// <summary>The findings, ordered by place, then path and message.</summary>
    public IReadOnlyList<Finding> Items =>
    [
        .. _items.OrderBy(f => f.Where.Line).ThenBy(f => f.Where.Column).ThenBy(f => f.Path, StringComparer.Ordinal).ThenBy(f => f.Message, StringComparer.Ordinal),
    ];

    /// <summary>Whether the config is refused.</summary>
    public bool HasErrors => _items.Exists(f => f.Level == FindingLevel.Error);

    /// <summary>Adds a finding.</summary>
    public void Add(Finding finding) => _items.Add(finding);

    /// <summary>Adds an error about a key of an object.</summary>
    internal void Error(ErrorCode code, string message, string path, ConfigObject owner, string? key = null) =>
        Add(FindingLevel.Error, code, message, path, owner, key);

    /// <summary>Adds a warning about a key of an object.</summary>
    internal void Warn(ErrorCode code, string message, string path, ConfigObject owner, string? key = null) =>
        Add(FindingLevel.Warning, code, message, path, owner, key);

    /// <summary>Throws every error that was found.</summary>
    /// <exception cref="HullException">There is one.</exception>
    public void ThrowIfErrors()
    {
        if (HasErrors)
        {
            throw new HullException([.. Items.Where(f => f.Level == FindingLevel.Error).Select(f => f.ToDiagnostic())]);
        }
    }

    private void Add(FindingLevel level, ErrorCode code, string message, string path, ConfigObject owner, string? key) =>
        _items.Add(new(level, code, key is null ? path : $"{path}.{key}", key is null ? owner.Where : owner.WhereIs(key), message));
}
