namespace Ironhull.Compose.Store;

/// <summary>Reads the one stanza of a control member (Debian Policy 5.1).</summary>
internal static class ControlText
{
    /// <summary>Field names, compared without case, to values; continuation lines are joined with newlines. The first of equal names counts.</summary>
    public static IReadOnlyDictionary<string, string> ParseFields(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string? name = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line[0] is ' ' or '\t')
            {
                if (name is not null)
                {
                    fields[name] += "\n" + line.Trim();
                }

                continue;
            }

            var colon = line.IndexOf(':');
            name = colon > 0 && fields.TryAdd(line[..colon].TrimEnd(), line[(colon + 1)..].Trim()) ? line[..colon].TrimEnd() : null;
        }

        return fields;
    }
}
