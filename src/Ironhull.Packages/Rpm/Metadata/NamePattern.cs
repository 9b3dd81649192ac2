namespace Ironhull.Packages.Rpm.Metadata;

/// <summary>A name that may hold <c>*</c>, which stands for any characters.</summary>
internal sealed class NamePattern(string pattern)
{
    private readonly string[] _parts = pattern.Split('*');

    /// <summary>Whether a name fits as a whole.</summary>
    public bool Matches(ReadOnlySpan<char> name)
    {
        if (_parts.Length == 1)
        {
            return name.SequenceEqual(_parts[0]);
        }

        if (!name.StartsWith(_parts[0], StringComparison.Ordinal) || !name[_parts[0].Length..].EndsWith(_parts[^1], StringComparison.Ordinal))
        {
            return false;
        }

        name = name[_parts[0].Length..^_parts[^1].Length];
        foreach (var part in _parts.AsSpan(1, _parts.Length - 2))
        {
            var at = name.IndexOf(part, StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }

            name = name[(at + part.Length)..];
        }

        return true;
    }
}
