namespace Ironhull.Testing;

/// <summary>The Debian mirror that this machine uses.</summary>
public static class DebianMirror
{
    /// <summary>Its address: <c>HULL_MIRROR_DEBIAN</c>, or what the host's apt sources name.</summary>
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable("HULL_MIRROR_DEBIAN") is { Length: > 0 } given)
        {
            return given;
        }

        var files = new List<string> { "/etc/apt/sources.list" };
        if (Directory.Exists("/etc/apt/sources.list.d"))
        {
            files.AddRange(Directory.GetFiles("/etc/apt/sources.list.d").Order(StringComparer.Ordinal));
        }

        foreach (var line in files.Where(File.Exists).SelectMany(File.ReadLines))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var address = words.FirstOrDefault(w => w.StartsWith("http", StringComparison.Ordinal) && w.TrimEnd('/').EndsWith("/debian", StringComparison.Ordinal));
            if (address is not null && words[0] is "deb" or "URIs:")
            {
                return address!;
            }
        }

        throw new InvalidOperationException("The host's apt sources name no Debian mirror: set HULL_MIRROR_DEBIAN.");
    }
}
