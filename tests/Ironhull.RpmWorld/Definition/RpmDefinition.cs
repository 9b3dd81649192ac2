using System.Text.RegularExpressions;
using Ironhull.Compose.Locking;
using Ironhull.Formats.Io;

namespace Ironhull.RpmWorld.Definition;

/// <summary>
/// The container host's own definition, turned to the repository of RPMs: other repositories, dependencies of waivers in RPM's words,
/// reviews of other scriptlets, the essential packages by name, because RPM knows no such thing. All else (files, preset, removals,
/// modes, initrd, disk, the effects of recipes) stays as it is written for Debian: it is the same container host.
/// </summary>
internal static partial class RpmDefinition
{
    /// <summary>
    /// Key of the mirror map: <c>HULL_MIRROR_RPMWORLD</c> says where the worlds are. A world's folder is part of the repository's path, because
    /// another world (of an earlier lock) is another repository, not a rollback of this one.
    /// </summary>
    public const string Archive = "rpmworld";

    /// <summary>Copies the repository's <c>images</c> and changes the container host in the copy.</summary>
    /// <param name="images">The folder <c>images</c>.</param>
    /// <param name="reviews">The folder with a file <c>package.yaml</c> of reviewed scriptlets for each package that needs one.</param>
    /// <param name="world">The folder of <c>repo</c> and <c>key.asc</c>.</param>
    /// <param name="output">The folder to make.</param>
    /// <returns>The definition.</returns>
    public static string Write(string images, string reviews, string world, string output)
    {
        CopyFolder(images, output);
        File.Copy(Path.Combine(world, "key.asc"), Path.Combine(output, "keys", "rpmworld.asc"), overwrite: true);
        foreach (var recipe in SortedDirectory.Files(Path.Combine(output, "recipes", "debian")))
        {
            WriteRecipe(recipe, reviews);
        }

        foreach (var review in SortedDirectory.Files(reviews))
        {
            var recipe = Path.Combine(output, "recipes", "debian", Path.GetFileName(review));
            if (!File.Exists(recipe))
            {
                File.Copy(review, recipe);
            }
        }

        var folder = Path.Combine(output, "container-host");
        var definition = Path.Combine(folder, "image.yaml");
        var lockFile = Path.Combine(folder, "image.lock");
        var image = LockFile.Load(lockFile);
        File.Delete(lockFile);
        var yaml = YamlBlocks.Parse(File.ReadAllText(definition));
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(world));
        string Repository(string id, string path) => $"  - {{id: {id}, type: rpm, archive: {Archive}, path: {name}/{path}, keys: [../keys/rpmworld.asc]}}\n";
        yaml.Set("repositories", $"repositories:\n{Repository("rpmworld", "repo")}{Repository("rpmworld-tools", "tools")}\n");
        yaml.Change("packages", p => p.Replace("  install:\n", "  install:\n" + string.Concat(image.Packages.Where(l => l.Reason == "essential").Select(l => $"    - {l.Name}\n")), StringComparison.Ordinal));
        // What is excluded is not in the repository in the first place, but for what the build's tools need.
        var tools = image.Tools.Select(t => $"    - {t.Name}").ToHashSet(StringComparer.Ordinal);
        yaml.Change("packages", p =>
        {
            var lines = p.Split('\n').ToList();
            var at = lines.IndexOf("  exclude:");
            return string.Join('\n', [.. lines.Take(at + 1), .. lines.Skip(at + 1).Where(tools.Contains)]) + "\n\n";
        });
        yaml.Change("waivers", w => Alternatives().Replace(w, m => $"dependency: \"({m.Groups[1].Value.Replace(" | ", " or ", StringComparison.Ordinal)})\"")
            .Replace(":any\"", "\"", StringComparison.Ordinal)); // RPM has one architecture's names only
        File.WriteAllText(definition, yaml.Text);
        return definition;
    }

    // What a recipe does stays; whose scripts it covers is another matter.
    private static void WriteRecipe(string recipe, string reviews)
    {
        var yaml = YamlBlocks.Parse(File.ReadAllText(recipe));
        var review = Path.Combine(reviews, Path.GetFileName(recipe));
        yaml.Set("scripts", File.Exists(review) ? YamlBlocks.Parse(File.ReadAllText(review))["scripts"] : "");
        File.WriteAllText(recipe, yaml.Text);
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in SortedDirectory.Files(from))
        {
            var copy = Path.Combine(to, Path.GetFileName(file));
            if (new FileInfo(file).LinkTarget is { } target)
            {
                File.Delete(copy);
                File.CreateSymbolicLink(copy, target); // it leads to a file of the image, not of this machine
            }
            else
            {
                File.Copy(file, copy, overwrite: true);
            }
        }

        foreach (var folder in SortedDirectory.Folders(from))
        {
            CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }

    [GeneratedRegex("dependency: \"([^\"|]+(?: \\| [^\"|]+)+)\"")]
    private static partial Regex Alternatives();
}
