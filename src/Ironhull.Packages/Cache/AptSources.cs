using Ironhull.Formats.Io;

namespace Ironhull.Packages.Cache;

/// <summary>Reads apt's sources (sources.list(5)), one-line and deb822, as far as finding a mirror needs it.</summary>
internal static class AptSources
{
    /// <summary>One archive of the sources.</summary>
    /// <param name="Base">Its URL.</param>
    /// <param name="Suites">Its suites.</param>
    /// <param name="Components">Its components.</param>
    /// <param name="SignedBy">The option Signed-By, or empty.</param>
    /// <param name="File">The file's name.</param>
    public sealed record Source(Uri Base, IReadOnlyList<string> Suites, IReadOnlyList<string> Components, string SignedBy, string File);

    /// <summary>All enabled binary sources; files that cannot be read are left out.</summary>
    public static List<Source> Read(string aptFolder)
    {
        var sources = new List<Source>();
        var parts = Path.Combine(aptFolder, "sources.list.d");
        var files = new List<string> { Path.Combine(aptFolder, "sources.list") };
        try
        {
            files.AddRange(Directory.Exists(parts) ? SortedDirectory.Files(parts) : []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that this user may not list holds nothing for this user.
        }

        foreach (var file in files)
        {
            if (ReadText(file) is not { } text)
            {
                continue;
            }

            if (file.EndsWith(".sources", StringComparison.Ordinal))
            {
                Deb822(text, Path.GetFileName(file), sources);
            }
            else if (file.EndsWith(".list", StringComparison.Ordinal))
            {
                OneLine(text, Path.GetFileName(file), sources);
            }
        }

        return sources;
    }

    /// <summary>The most plausible base of the distribution's archive or of its security archive, or null.</summary>
    public static Uri? Choose(IEnumerable<Source> sources, bool isSecurity)
    {
        var (best, bestScore) = ((Uri?)null, 0);
        foreach (var source in sources)
        {
            var last = source.Base.AbsolutePath.TrimEnd('/');
            last = last[(last.LastIndexOf('/') + 1)..];
            var hasSecurity = source.Suites.Any(s => s.EndsWith("-security", StringComparison.Ordinal));
            var fits = isSecurity ? last == MirrorMap.DebianSecurity || (hasSecurity && last != MirrorMap.Debian) : last == MirrorMap.Debian;
            // Other projects' archives end in "debian" too; the distribution's own has "main" and its keyring.
            if (!fits || !source.Components.Any(c => c is "main" or "updates/main"))
            {
                continue;
            }

            var score = 1
                + (source.SignedBy.Contains("debian-archive", StringComparison.Ordinal) ? 4 : 0)
                + (source.File is "sources.list" or "debian.sources" ? 2 : 0)
                + (source.Suites.Any(s => s.EndsWith("-updates", StringComparison.Ordinal)) ? 1 : 0);
            if (score > bestScore)
            {
                (best, bestScore) = (source.Base, score);
            }
        }

        return best;
    }

    // deb [ option=value ... ] uri suite component...
    private static void OneLine(string text, string file, List<Source> sources)
    {
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Split('#')[0].Trim();
            if (!line.StartsWith("deb ", StringComparison.Ordinal) && !line.StartsWith("deb\t", StringComparison.Ordinal))
            {
                continue;
            }

            line = line[4..].TrimStart();
            var signedBy = "";
            if (line.StartsWith('['))
            {
                var close = line.IndexOf(']', StringComparison.Ordinal);
                if (close < 0)
                {
                    continue;
                }

                signedBy = line[1..close].Split(' ').FirstOrDefault(o => o.StartsWith("signed-by=", StringComparison.OrdinalIgnoreCase)) ?? "";
                line = line[(close + 1)..];
            }

            var words = Words(line);
            if (words.Length >= 2)
            {
                Add(words[0], [words[1]], words[2..], signedBy, file, sources);
            }
        }
    }

    private static void Deb822(string text, string file, List<Source> sources)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string? name = null;
        foreach (var line in text.Split('\n').Select(l => l.TrimEnd()).Append(""))
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            if (line.Length == 0)
            {
                string Get(string key) => fields.GetValueOrDefault(key, "");
                if (Words(Get("Types")).Contains("deb") && Get("Enabled").Trim() is not ("no" or "false" or "0" or "off"))
                {
                    foreach (var uri in Words(Get("URIs")))
                    {
                        Add(uri, Words(Get("Suites")), Words(Get("Components")), Get("Signed-By"), file, sources);
                    }
                }

                fields.Clear();
                name = null;
            }
            else if (line[0] is ' ' or '\t')
            {
                if (name is not null)
                {
                    fields[name] += " " + line.Trim();
                }
            }
            else if (line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
            {
                name = line[..colon];
                fields[name] = line[(colon + 1)..].Trim();
            }
        }
    }

    private static void Add(string uri, string[] suites, string[] components, string signedBy, string file, List<Source> sources)
    {
        // Cloud images name a list of mirrors instead of one (apt-transport-mirror(1)).
        const string Mirrors = "mirror+file:";
        if (uri.StartsWith(Mirrors, StringComparison.Ordinal))
        {
            uri = ReadText("/" + uri[Mirrors.Length..].TrimStart('/'))?.Split('\n').Select(l => Words(l.Split('#')[0]).FirstOrDefault()).FirstOrDefault(l => l is not null) ?? "";
        }

        if (MirrorMap.AsHttp(uri) is { } found)
        {
            sources.Add(new(found, suites, components, signedBy, file));
        }
    }

    private static string[] Words(string text) => text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private static string? ReadText(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
