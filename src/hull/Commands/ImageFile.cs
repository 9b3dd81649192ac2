using Ironhull.Cli.CommandLine;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Cli.Commands;

/// <summary>Finds the disk that a machine boots.</summary>
internal static class ImageFile
{
    /// <summary>The default output folder.</summary>
    public const string DefaultFolder = "out/container-host";

    /// <summary>A raw or qcow2 file, or the one in an output folder.</summary>
    /// <exception cref="HullException">HULL4030: there is none.</exception>
    public static string Find(string? given)
    {
        var path = given ?? DefaultFolder;
        if (Directory.Exists(path))
        {
            var files = SortedDirectory.Files(path);
            return files.FirstOrDefault(f => f.EndsWith(".raw", StringComparison.Ordinal)) ?? files.FirstOrDefault(f => f.EndsWith(".qcow2", StringComparison.Ordinal))
                ?? throw DefinitionErrors.NoImage.Error($"The folder '{path}' holds no raw or qcow2 disk.", new Location(path));
        }

        return File.Exists(path) ? path : throw DefinitionErrors.NoImage.Error(
            $"'{path}' does not exist.", new Location(path), given is null ? "Build it with 'hull build', or name another image with --image." : null);
    }

    /// <summary>The keys folder.</summary>
    /// <exception cref="HullException">HULL9002: none was named and there is no folder 'keys'.</exception>
    public static string Keys(CommandContext context, string? given) => given ?? (Directory.Exists("keys") ? "keys"
        : throw CommandErrors.Usage.Error("No keys folder was named.", remedy: "Name the folder whose keys signed the image with --keys."));
}
