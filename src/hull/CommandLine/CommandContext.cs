using System.CommandLine;
using System.Text.Json;
using Ironhull.Cli.Output;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Progress;
using Ironhull.Diagnostics;
using Ironhull.Packages.Cache;

namespace Ironhull.Cli.CommandLine;

/// <summary>What a command works with.</summary>
internal sealed class CommandContext(HullHost host, ParseResult parse, GlobalOptions options)
{
    private const string DefaultImage = "container-host";
    private readonly Lazy<IProgressReporter> _progress = new(() => ProgressReporters.Create(
        host, parse.GetValue(options.Format), parse.GetValue(options.Quiet)));

    /// <summary>The surroundings.</summary>
    public HullHost Host => host;

    /// <summary>Takes results.</summary>
    public TextWriter Out => host.Out;

    /// <summary>Whether results and errors are JSON.</summary>
    public bool IsJson => parse.GetValue(options.Format) == OutputFormat.Json;

    /// <summary>Whether only results and errors are wanted.</summary>
    public bool IsQuiet => parse.GetValue(options.Quiet);

    /// <summary>Whether more is wanted.</summary>
    public bool IsVerbose => parse.GetValue(options.Verbose);

    /// <summary>Whether the network must not be touched.</summary>
    public bool IsOffline => parse.GetValue(options.Offline);

    /// <summary>Where the archives are; null with <c>--offline</c>.</summary>
    /// <exception cref="HullException">HULL2030: a variable holds something other than an http or https URL.</exception>
    public MirrorMap? Mirrors => IsOffline ? null : MirrorMap.Discover(host.Variable, "/etc/apt");

    /// <summary>Takes progress; made on first use.</summary>
    public IProgressReporter Progress => _progress.Value;

    /// <summary>Ends the progress display, so that results can be printed.</summary>
    public void EndProgress()
    {
        if (_progress.IsValueCreated)
        {
            (_progress.Value as IDisposable)?.Dispose();
        }
    }

    /// <summary>The cache folder: <c>--cache</c>, <c>HULL_CACHE</c>, <c>$XDG_CACHE_HOME/ironhull</c> or <c>~/.cache/ironhull</c>; made when missing.</summary>
    /// <exception cref="HullException">HULL9004: it cannot be made or written.</exception>
    public string CacheFolder
    {
        get
        {
            var folder = parse.GetValue(options.Cache) is { Length: > 0 } given ? given
                : host.Variable("HULL_CACHE") is { Length: > 0 } variable ? variable
                : host.Variable("XDG_CACHE_HOME") is { Length: > 0 } caches ? Path.Combine(caches, "ironhull")
                : host.Variable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".cache", "ironhull")
                : throw CommandErrors.CacheFolder.Error("Neither HOME nor HULL_CACHE is set.");
            try
            {
                Directory.CreateDirectory(folder);
                return Path.GetFullPath(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw CommandErrors.CacheFolder.Error($"'{folder}' cannot be made: {e.Message}", new Location(folder), cause: e);
            }
        }
    }

    /// <summary>The checkout that hull was started from, or the working directory.</summary>
    public string Root => host.Variable("HULL_ROOT") is { Length: > 0 } root ? root : Directory.GetCurrentDirectory();

    /// <summary>The value of an option.</summary>
    public T? Get<T>(Option<T> option) => parse.GetValue(option);

    /// <summary>The value of an argument.</summary>
    public T? Get<T>(Argument<T> argument) => parse.GetValue(argument);

    /// <summary>
    /// Finds a definition: a file, a folder with an <c>image.yaml</c>, or the name of a folder below <c>images/</c>. Without
    /// a name: the working directory's <c>image.yaml</c>, or <c>images/container-host</c>.
    /// </summary>
    /// <exception cref="HullException">HULL9003: there is none.</exception>
    public string FindDefinition(string? name)
    {
        var images = Path.Combine(Root, "images");
        List<string> candidates = name is null
            ? ["image.yaml", Path.Combine(images, DefaultImage, "image.yaml")]
            : [name, Path.Combine(name, "image.yaml"), Path.Combine(images, name, "image.yaml")];
        foreach (var candidate in candidates)
        {
            if (File.Exists(candidate))
            {
                return Shorten(candidate);
            }
        }

        throw CommandErrors.NoDefinition.Error(
            name is null ? "There is no image.yaml here, and no images/container-host." : $"There is no image definition '{name}'.",
            remedy: $"Name an image.yaml, its folder, or a folder below images/. Looked for: {string.Join(", ", candidates.Select(Shorten))}.");
    }

    /// <summary>Finds and reads a definition.</summary>
    public ImageDefinition LoadDefinition(string? name) => ImageDefinition.Load(FindDefinition(name));

    /// <summary>Prints a JSON document as the result.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write)
    {
        EndProgress();
        Out.Write(JsonText.Of(write));
    }

    /// <summary>A path relative to the working directory when that is shorter.</summary>
    public static string Shorten(string path)
    {
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("../..", StringComparison.Ordinal) ? path : relative;
    }
}
