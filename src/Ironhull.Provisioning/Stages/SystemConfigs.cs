using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Provisioning.Merging;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Stages;

/// <summary>
/// The configs that are part of the system: <c>base.d/*.ign</c> and <c>base.platform.d/PLATFORM/*.ign</c>, merged below every other at every stage,
/// and <c>user.ign</c>, which takes the place of the platform's. A file in an earlier folder hides those of the same name in later ones.
/// </summary>
public static class SystemConfigs
{
    /// <summary>The merged base; null when the system has none.</summary>
    /// <exception cref="HullException">A config is refused.</exception>
    public static IgnitionConfig? Base(NodePaths paths, string platform)
    {
        IgnitionConfig? merged = null;
        foreach (var folder in (string[])["base.d", Path.Combine("base.platform.d", platform)])
        {
            foreach (var file in Fragments(paths, folder))
            {
                var reading = ConfigReader.Read(StageFile.Read(file), file);
                var config = SpecialBits.Without(reading.Require(), reading.Version!.Value);
                merged = merged is null ? config : ConfigMerger.Merge(merged, config);
            }
        }

        return merged;
    }

    /// <summary>The text of the system's own user config; null when there is none.</summary>
    public static (byte[] Text, string Path)? User(NodePaths paths)
    {
        foreach (var file in paths.SystemConfigs.Select(f => Path.Combine(f, "user.ign")))
        {
            if (StageFile.Read(file) is { } text)
            {
                return (text, file);
            }
        }

        return null;
    }

    private static IEnumerable<string> Fragments(NodePaths paths, string folder)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var top in paths.SystemConfigs.Select(f => Path.Combine(f, folder)).Where(Directory.Exists))
        {
            foreach (var file in SortedDirectory.Files(top).Where(f => f.EndsWith(".ign", StringComparison.Ordinal)))
            {
                files.TryAdd(Path.GetFileName(file), file);
            }
        }

        return files.Values;
    }
}
