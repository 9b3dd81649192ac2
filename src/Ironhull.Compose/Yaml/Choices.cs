namespace Ironhull.Compose.Yaml;

/// <summary>The words that a key takes and what each stands for.</summary>
/// <param name="items">Word and value, in the order that diagnostics and the schema show.</param>
public sealed class Choices<T>(params (string Word, T Value)[] items)
{
    /// <summary>Word and value.</summary>
    public IReadOnlyList<(string Word, T Value)> Items { get; } = items;

    /// <summary>The words.</summary>
    public IEnumerable<string> Words => Items.Select(i => i.Word);

    /// <summary>The word of a value.</summary>
    public string WordOf(T value) => Items.First(i => EqualityComparer<T>.Default.Equals(i.Value, value)).Word;
}
