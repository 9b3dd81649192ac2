using Ironhull.Diagnostics;

namespace Ironhull.Yaml;

/// <summary>Collects diagnostics so that all errors of a file are reported together.</summary>
public sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _items = [];

    /// <summary>What was collected, ordered by file, line, column and code.</summary>
    public IReadOnlyList<Diagnostic> Items =>
    [
        .. _items.OrderBy(d => d.Where?.Path ?? "", StringComparer.Ordinal).ThenBy(d => d.Where?.Line ?? 0).ThenBy(d => d.Where?.Column ?? 0)
            .ThenBy(d => d.Code.Code, StringComparer.Ordinal),
    ];

    /// <summary>Whether anything was collected.</summary>
    public bool Any => _items.Count > 0;

    /// <summary>Adds one diagnostic.</summary>
    public void Add(Diagnostic diagnostic) => _items.Add(diagnostic);

    /// <summary>Adds every diagnostic of an exception.</summary>
    public void Add(HullException exception) => _items.AddRange(exception.Diagnostics);

    /// <summary>Throws one exception that carries everything collected.</summary>
    /// <exception cref="HullException">Something was collected.</exception>
    public void ThrowIfAny()
    {
        if (Any)
        {
            throw new HullException(Items);
        }
    }
}
