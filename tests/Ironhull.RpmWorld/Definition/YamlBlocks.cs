namespace Ironhull.RpmWorld.Definition;

/// <summary>A YAML file by its top-level keys, each with the text up to the next: enough to exchange whole blocks and keep the rest as written.</summary>
internal sealed class YamlBlocks
{
    private readonly List<(string Key, string Text)> _blocks = [];

    private YamlBlocks(string text)
    {
        var (key, block) = ("", "");
        foreach (var line in text.Split('\n'))
        {
            if (line.Length > 0 && char.IsAsciiLetter(line[0]) && line.Contains(':', StringComparison.Ordinal))
            {
                _blocks.Add((key, block));
                (key, block) = (line[..line.IndexOf(':', StringComparison.Ordinal)], "");
            }

            block += line + "\n";
        }

        _blocks.Add((key, block.TrimEnd('\n') + "\n"));
    }

    /// <summary>The whole text.</summary>
    public string Text => string.Concat(_blocks.Select(b => b.Text));

    /// <summary>Takes a text apart.</summary>
    public static YamlBlocks Parse(string text) => new(text);

    /// <summary>A block with its key, or empty.</summary>
    public string this[string key] => _blocks.Find(b => b.Key == key).Text ?? "";

    /// <summary>Puts a text in the place of a block, or at the end.</summary>
    public void Set(string key, string text)
    {
        var at = _blocks.FindIndex(b => b.Key == key);
        if (at < 0)
        {
            _blocks.Add((key, text));
        }
        else
        {
            _blocks[at] = (key, text);
        }
    }

    /// <summary>Changes a block that is there.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public void Change(string key, Func<string, string> change)
    {
        var old = this[key];
        Set(key, old.Length > 0 ? change(old) : throw new InvalidDataException($"The key '{key}' is missing."));
    }
}
