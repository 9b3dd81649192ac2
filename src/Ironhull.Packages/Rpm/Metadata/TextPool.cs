namespace Ironhull.Packages.Rpm.Metadata;

/// <summary>Gives one string for equal texts.</summary>
internal sealed class TextPool
{
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _texts = new HashSet<string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The string of these characters.</summary>
    public string Get(ReadOnlySpan<char> text)
    {
        if (_texts.TryGetValue(text, out var known))
        {
            return known;
        }

        var made = text.ToString();
        _texts.Set.Add(made);
        return made;
    }
}
