namespace Ironhull.Machines.Acceptance;

/// <summary>What acceptance tests say about what they see.</summary>
internal static class Check
{
    /// <summary>Fails the test unless a text holds another.</summary>
    public static void Contains(string expected, string actual, string what)
    {
        if (!actual.Contains(expected, StringComparison.Ordinal))
        {
            throw new CheckFailedException($"{what}: '{expected}' was expected in:\n{actual.Trim()}");
        }
    }

    /// <summary>Fails the test if a text holds another.</summary>
    public static void Lacks(string unwanted, string actual, string what)
    {
        if (actual.Contains(unwanted, StringComparison.Ordinal))
        {
            throw new CheckFailedException($"{what}: '{unwanted}' must not be in:\n{actual.Trim()}");
        }
    }

    /// <summary>Fails the test unless two values are the same.</summary>
    public static void Equal(string expected, string actual, string what)
    {
        if (!string.Equals(expected, actual.Trim(), StringComparison.Ordinal))
        {
            throw new CheckFailedException($"{what}: expected '{expected}', found '{actual.Trim()}'.");
        }
    }

    /// <summary>Fails the test unless a condition holds.</summary>
    public static void That(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new CheckFailedException(otherwise);
        }
    }

    /// <summary>Fails the test if a list has entries.</summary>
    public static void None(IReadOnlyCollection<string> unexpected, string what)
    {
        if (unexpected.Count > 0)
        {
            throw new CheckFailedException($"{what}:\n{string.Join('\n', unexpected)}");
        }
    }

    /// <summary>The lines of a command's output, without empty ones.</summary>
    public static IReadOnlyList<string> Lines(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
