using Ironhull.Diagnostics;

namespace Ironhull.Packages.Cache;

/// <summary>
/// Where the archives are: "debian" and "debian-security" to base URLs. Taken from <c>HULL_MIRROR_DEBIAN</c> and
/// <c>HULL_MIRROR_DEBIAN_SECURITY</c>, then from the host's apt sources. Host names stay here: no message or lock holds one.
/// </summary>
public sealed class MirrorMap
{
    /// <summary>The archive of the distribution.</summary>
    public const string Debian = "debian";

    /// <summary>The archive of its security updates.</summary>
    public const string DebianSecurity = "debian-security";

    private readonly Dictionary<string, Uri> _bases = new(StringComparer.Ordinal);

    /// <summary>A map of given bases.</summary>
    public MirrorMap(IEnumerable<KeyValuePair<string, Uri>> bases)
    {
        foreach (var (archive, uri) in bases)
        {
            _bases[archive] = uri;
        }
    }

    /// <summary>The archives whose base is known, ordinal order.</summary>
    public IReadOnlyList<string> Archives => [.. _bases.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Reads the process's environment and the host's apt sources.</summary>
    /// <exception cref="HullException">HULL2030: a variable holds something other than an http or https URL.</exception>
    public static MirrorMap Discover() => Discover(Environment.GetEnvironmentVariable, "/etc/apt");

    /// <summary>Reads a given environment and apt folder.</summary>
    /// <param name="environment">Name to value, or null.</param>
    /// <param name="aptFolder">The folder of <c>sources.list</c> and <c>sources.list.d</c>.</param>
    /// <exception cref="HullException">HULL2030.</exception>
    public static MirrorMap Discover(Func<string, string?> environment, string aptFolder)
    {
        var debian = FromEnvironment(environment, "HULL_MIRROR_DEBIAN");
        var security = FromEnvironment(environment, "HULL_MIRROR_DEBIAN_SECURITY") ?? Sibling(debian);
        if (debian is null || security is null)
        {
            var sources = AptSources.Read(aptFolder);
            debian ??= AptSources.Choose(sources, isSecurity: false);
            security ??= AptSources.Choose(sources, isSecurity: true) ?? Sibling(debian);
        }

        var map = new MirrorMap([]);
        if (debian is not null)
        {
            map._bases[Debian] = debian;
        }

        if (security is not null)
        {
            map._bases[DebianSecurity] = security;
        }

        return map;
    }

    /// <summary>The URL of a file.</summary>
    /// <param name="archive">The archive's key.</param>
    /// <param name="relativePath">Below the base, "/" between parts; escaped here.</param>
    /// <exception cref="HullException">HULL2030: the archive's base is not known.</exception>
    public Uri Locate(string archive, string relativePath)
    {
        if (!_bases.TryGetValue(archive, out var found))
        {
            throw PackageErrors.NoMirror.Error($"No base URL is known for '{archive}'.");
        }

        var path = string.Join('/', relativePath.Split('/').Select(Uri.EscapeDataString));
        return new Uri($"{found.AbsoluteUri.TrimEnd('/')}/{path}");
    }

    private static Uri? FromEnvironment(Func<string, string?> environment, string variable)
    {
        var value = environment(variable);
        return string.IsNullOrWhiteSpace(value) ? null
            : AsHttp(value) ?? throw PackageErrors.NoMirror.Error($"{variable} does not hold an http or https URL.");
    }

    // The two archives lie side by side on most mirrors.
    private static Uri? Sibling(Uri? debian) =>
        debian is not null && debian.AbsolutePath.TrimEnd('/').EndsWith("/debian", StringComparison.Ordinal)
            ? new Uri($"{debian.AbsoluteUri.TrimEnd('/')}-security")
            : null;

    internal static Uri? AsHttp(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https") && uri.Query.Length == 0 && uri.Fragment.Length == 0 ? uri : null;
}
