namespace Ironhull.RpmWorld.Conversion;

/// <summary>The licence tag from a Debian copyright file.</summary>
internal static class Licence
{
    /// <summary>The short names of a machine-readable file's paragraphs (DEP-5), joined; otherwise a reference to the file.</summary>
    public static string Summarise(string copyright)
    {
        var names = copyright.Split('\n')
            .Where(l => l.StartsWith("License:", StringComparison.Ordinal))
            .Select(l => l["License:".Length..].Trim())
            .Where(l => l.Length > 0)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        return names.Count == 0 ? "LicenseRef-copyright-file" : string.Join(" and ", names.Select(n => n.Contains(' ', StringComparison.Ordinal) ? $"({n})" : n));
    }
}
