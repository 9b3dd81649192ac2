using Ironhull.Provisioning.Json;

namespace Ironhull.Provisioning.Model;

/// <summary>Reads an object of a config by the names of the specification. What is not set is null.</summary>
/// <param name="node">The object, fitted to its version.</param>
public abstract class ConfigView(ConfigObject node)
{
    /// <summary>The object itself, with the places of its values.</summary>
    public ConfigObject Node { get; } = node;

    /// <summary>A text.</summary>
    protected string? Text(string key) => (Node[key] as ConfigText)?.Value;

    /// <summary>A whole number.</summary>
    protected long? Integer(string key) => (Node[key] as ConfigNumber)?.Whole;

    /// <summary><c>true</c> or <c>false</c>.</summary>
    protected bool? Truth(string key) => (Node[key] as ConfigTruth)?.Value;

    /// <summary>An object; one without keys when it is not set.</summary>
    protected ConfigObject Object(string key) => Node[key] as ConfigObject ?? new ConfigObject(Node.Where, []);

    /// <summary>A list of texts; empty when it is not set.</summary>
    protected IReadOnlyList<string> Texts(string key) =>
        Node[key] is ConfigList list ? [.. list.Items.OfType<ConfigText>().Select(t => t.Value)] : [];

    /// <summary>A list of objects; empty when it is not set.</summary>
    protected IReadOnlyList<T> Items<T>(string key, Func<ConfigObject, T> view) =>
        Node[key] is ConfigList list ? [.. list.Items.OfType<ConfigObject>().Select(view)] : [];
}
