using System.Text.RegularExpressions;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.Cache;

/// <summary>
/// Where the archives are: keys such as "debian" to base URLs (http, https, or file for a folder of this machine). The environment
/// variable of an archive (<see cref="VariableOf"/>) comes first, then the host's apt sources for Debian's archives, then the public
/// address of the archives that have one. Host names stay here: no message or lock holds one.
/// </summary>
public sealed partial class MirrorMap
{
    /// <summary>The archive of the distribution.</summary>
    public const string Debian = "debian";

    /// <summary>The archive of its security updates.</summary>
    public const string DebianSecurity = "debian-security";

    /// <summary>The archive of Azure Linux.</summary>
    public const string AzureLinux = "azurelinux";

    // What stands for the archive's variable in the catalogue's remedies.
    private const string Placeholder = "HULL_MIRROR_{ARCHIVE}";
    private const string Prefix = "HULL_MIRROR_";

    private readonly Dictionary<string, Uri> _bases = new(StringComparer.Ordinal);
    private readonly Func<string, string?> _environment = _ => null;

    /// <summary>A map of given bases.</summary>
    public MirrorMap(IEnumerable<KeyValuePair<string, Uri>> bases)
    {
        foreach (var (archive, uri) in bases)
        {
            _bases[archive] = uri;
        }
    }

    private MirrorMap(Func<string, string?> environment) => _environment = environment;

    /// <summary>The archives whose base is known without asking the environment for others, ordinal order.</summary>
    public IReadOnlyList<string> Archives => [.. _bases.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Reads the process's environment and the host's apt sources.</summary>
    /// <exception cref="HullException">HULL2030: a variable holds something other than an http, https or file URL.</exception>
    public static MirrorMap Discover() => Discover(Environment.GetEnvironmentVariable, "/etc/apt");

    /// <summary>Reads a given environment and apt folder.</summary>
    /// <param name="environment">Name to value, or null.</param>
    /// <param name="aptFolder">The folder of <c>sources.list</c> and <c>sources.list.d</c>.</param>
    /// <exception cref="HullException">HULL2030.</exception>
    public static MirrorMap Discover(Func<string, string?> environment, string aptFolder)
    {
        var debian = FromEnvironment(environment, VariableOf(Debian));
        var security = FromEnvironment(environment, VariableOf(DebianSecurity)) ?? Sibling(debian);
        if (debian is null || security is null)
        {
            var sources = AptSources.Read(aptFolder);
            debian ??= AptSources.Choose(sources, isSecurity: false);
            security ??= AptSources.Choose(sources, isSecurity: true) ?? Sibling(debian);
        }

        var map = new MirrorMap(environment);
        map._bases[AzureLinux] = FromEnvironment(environment, VariableOf(AzureLinux)) ?? new Uri("https://packages.microsoft.com/azurelinux");
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

    /// <summary>The environment variable that says where an archive is: HULL_MIRROR_ and its key in upper case, "_" for what is no letter or digit.</summary>
    public static string VariableOf(string archive) => Prefix + NotInVariables().Replace(archive.ToUpperInvariant(), "_");

    /// <summary>The URL of a file.</summary>
    /// <param name="archive">The archive's key.</param>
    /// <param name="relativePath">Below the base, "/" between parts; escaped here.</param>
    /// <exception cref="HullException">HULL2030: the archive's base is not known, or its variable holds no URL; HULL2033: the path leaves the base.</exception>
    public Uri Locate(string archive, string relativePath)
    {
        var parts = relativePath.Split('/');
        // A URL's parts "." and ".." would be resolved before the mirror sees them.
        return parts.Contains("..") || parts.Contains(".")
            ? throw Name(PackageErrors.NotFound.Error($"'{relativePath}' is not below the base of '{archive}'."), archive)
            : new Uri($"{BaseOf(archive).AbsoluteUri.TrimEnd('/')}/{string.Join('/', parts.Select(Uri.EscapeDataString))}");
    }

    /// <summary>The base URL of an archive.</summary>
    /// <exception cref="HullException">HULL2030: it is not known, or its variable holds no URL.</exception>
    internal Uri BaseOf(string archive) =>
        _bases.TryGetValue(archive, out var known) ? known
        : FromEnvironment(_environment, VariableOf(archive)) ?? throw Name(PackageErrors.NoMirror.Error($"No base URL is known for '{archive}'; {VariableOf(archive)} is not set."), archive);

    /// <summary>The same error, with the archive's variable in its remedies.</summary>
    internal static HullException Name(HullException error, string archive) =>
        error.Diagnostics.Any(d => d.Remedy.Contains(Placeholder, StringComparison.Ordinal))
            ? new([.. error.Diagnostics.Select(d => d with { Remedy = d.Remedy.Replace(Placeholder, VariableOf(archive), StringComparison.Ordinal) })], error)
            : error;

    private static Uri? FromEnvironment(Func<string, string?> environment, string variable)
    {
        var value = environment(variable);
        return string.IsNullOrWhiteSpace(value) ? null
            : AsHttp(value) ?? AsFolder(value) ?? throw PackageErrors.NoMirror.Error(
                $"{variable} does not hold an http, https or file URL.", remedy: $"Set {variable} to the base URL of a mirror, or to file:///folder.");
    }

    // The two archives lie side by side on most mirrors.
    private static Uri? Sibling(Uri? debian) =>
        debian is not null && debian.AbsolutePath.TrimEnd('/').EndsWith("/debian", StringComparison.Ordinal)
            ? new Uri($"{debian.AbsoluteUri.TrimEnd('/')}-security")
            : null;

    internal static Uri? AsHttp(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https") && uri.Query.Length == 0 && uri.Fragment.Length == 0 ? uri : null;

    private static Uri? AsFolder(string text) =>
        text.Trim() is var trimmed && trimmed.StartsWith("file:///", StringComparison.Ordinal) && Uri.TryCreate(trimmed, UriKind.Absolute, out var uri) && uri.IsFile && uri.Query.Length == 0 && uri.Fragment.Length == 0 ? uri : null;

    [GeneratedRegex("[^A-Z0-9]")]
    private static partial Regex NotInVariables();
}
