namespace Ironhull.Compose.Locking;

/// <summary>The source package of an RPM, which names only its file: <c>name-version-release.src.rpm</c>.</summary>
public static class RpmSource
{
    /// <summary>Takes the file's name apart.</summary>
    /// <param name="file">For example "bash-5.2.15-3.azl3.src.rpm".</param>
    /// <param name="name">The name when the file's cannot be read.</param>
    /// <param name="version">The version in that case.</param>
    public static (string Name, string Version) Parse(string file, string name, string version)
    {
        foreach (var suffix in (ReadOnlySpan<string>)[".src.rpm", ".nosrc.rpm"])
        {
            if (file.EndsWith(suffix, StringComparison.Ordinal))
            {
                var stem = file[..^suffix.Length];
                var release = stem.LastIndexOf('-');
                var start = release > 0 ? stem.LastIndexOf('-', release - 1) : -1;
                return start > 0 ? (stem[..start], stem[(start + 1)..]) : (name, version);
            }
        }

        return (name, version);
    }
}
