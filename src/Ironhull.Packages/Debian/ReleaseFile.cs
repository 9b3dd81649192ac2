using System.Globalization;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Packages.Debian;

/// <summary>A file that a Release file names.</summary>
/// <param name="Path">Below the suite's folder, for example "main/binary-amd64/Packages.gz".</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Digest.</param>
public readonly record struct ReleaseEntry(string Path, long Size, Sha256Digest Sha256);

/// <summary>A <c>Release</c> file (Debian repository format, "Release files"): what a suite is and the digests of its indices.</summary>
public sealed class ReleaseFile
{
    private const int MaximumEntries = 200_000;

    private static readonly string[] s_dateForms =
    [
        "ddd, d MMM yyyy H:mm:ss 'UTC'", "ddd, d MMM yyyy H:mm:ss 'GMT'", "ddd, d MMM yyyy H:mm:ss '+0000'", "ddd, d MMM yyyy H:mm:ss 'Z'",
    ];

    private ReleaseFile()
    {
    }

    /// <summary>Origin, for example "Debian".</summary>
    public string Origin { get; private init; } = "";

    /// <summary>Suite, for example "stable".</summary>
    public string Suite { get; private init; } = "";

    /// <summary>Codename, for example "trixie" or "trixie-security".</summary>
    public string Codename { get; private init; } = "";

    /// <summary>Version of the distribution, for example "13.2"; may be empty.</summary>
    public string Version { get; private init; } = "";

    /// <summary>When it was made, seconds since 1970-01-01 UTC.</summary>
    public long DateSeconds { get; private init; }

    /// <summary>When it expires, seconds since 1970-01-01 UTC; null when it never does.</summary>
    public long? ValidUntilSeconds { get; private init; }

    /// <summary>Whether indices can be fetched under their digest's name.</summary>
    public bool AcquireByHash { get; private init; }

    /// <summary>The components; those of a security archive may carry the prefix "updates/".</summary>
    public IReadOnlyList<string> Components { get; private init; } = [];

    /// <summary>The architectures.</summary>
    public IReadOnlyList<string> Architectures { get; private init; } = [];

    /// <summary>The files by path.</summary>
    public IReadOnlyDictionary<string, ReleaseEntry> Files { get; private init; } = new Dictionary<string, ReleaseEntry>();

    /// <summary>Parses the text that was signed.</summary>
    /// <param name="text">The Release file.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL2003: malformed, or without Date or SHA256.</exception>
    public static ReleaseFile Parse(string text, string name)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var files = new Dictionary<string, ReleaseEntry>(StringComparer.Ordinal);
        string? field = null;
        var number = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            number++;
            var line = text.AsSpan()[range].TrimEnd('\r');
            if (line.IsEmpty)
            {
                continue;
            }

            if (line[0] is ' ' or '\t')
            {
                if (string.Equals(field, "SHA256", StringComparison.OrdinalIgnoreCase))
                {
                    AddFile(files, line.Trim(), name, number);
                }

                continue;
            }

            var colon = line.IndexOf(':');
            if (colon <= 0)
            {
                throw Bad("A line is not a field.", name, number);
            }

            field = line[..colon].ToString();
            if (!fields.TryAdd(field, line[(colon + 1)..].Trim().ToString()))
            {
                throw Bad($"The field {field} is there twice.", name, number);
            }
        }

        string Get(string key) => fields.GetValueOrDefault(key, "");
        if (!fields.ContainsKey("SHA256"))
        {
            throw Bad("There are no SHA256 digests.", name, 0);
        }

        return new ReleaseFile
        {
            Origin = Get("Origin"),
            Suite = Get("Suite"),
            Codename = Get("Codename"),
            Version = Get("Version"),
            DateSeconds = ParseDate(Get("Date"), "Date", name),
            ValidUntilSeconds = fields.TryGetValue("Valid-Until", out var until) ? ParseDate(until, "Valid-Until", name) : null,
            AcquireByHash = string.Equals(Get("Acquire-By-Hash"), "yes", StringComparison.OrdinalIgnoreCase),
            Components = Get("Components").Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Architectures = Get("Architectures").Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Files = files,
        };
    }

    // " DIGEST SIZE PATH"
    private static void AddFile(Dictionary<string, ReleaseEntry> files, ReadOnlySpan<char> line, string name, int number)
    {
        Span<Range> parts = stackalloc Range[4];
        var count = line.Split(parts, ' ', StringSplitOptions.RemoveEmptyEntries);
        if (count != 3 || !Sha256Digest.TryParse(line[parts[0]], out var digest) ||
            !long.TryParse(line[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
        {
            throw Bad("A line of SHA256 is not 'digest size path'.", name, number);
        }

        var path = line[parts[2]].ToString();
        if (files.Count >= MaximumEntries || path.StartsWith('/') || path.Split('/').Contains(".."))
        {
            throw Bad("A line of SHA256 names an unsafe path, or there are too many.", name, number);
        }

        var entry = new ReleaseEntry(path, size, digest);
        if (!files.TryAdd(path, entry) && files[path] != entry)
        {
            throw Bad($"'{path}' is there twice with different digests.", name, number);
        }
    }

    private static long ParseDate(string text, string field, string name) =>
        DateTimeOffset.TryParseExact(text, s_dateForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date.ToUnixTimeSeconds()
            : throw Bad($"The field {field} holds '{text}', which is not a date in UTC.", name, 0);

    private static HullException Bad(string message, string name, int line) => PackageErrors.MalformedRelease.Error(message, new(name, line));
}
