using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Recipes;

/// <summary>
/// Makes /etc/pam.d/common-* from the templates of libpam-runtime and the packages' profiles, as pam-auth-update does
/// where nobody chooses: every profile with "Default: yes", by priority.
/// </summary>
public static partial class Pam
{
    private const string ProfileFolder = "/usr/share/pam-configs";
    private const string TemplateFolder = "/usr/share/pam";
    private const string Origin = "image";

    private static readonly (string File, string Stack)[] s_stacks =
    [
        ("auth", "Auth"), ("account", "Account"), ("password", "Password"), ("session", "Session"), ("session-noninteractive", "Session-noninteractive"),
    ];

    /// <summary>Writes the five files; a tree without libpam-runtime stays as it is.</summary>
    /// <param name="tree">Not changed.</param>
    /// <exception cref="HullException">HULL5209: a profile or template cannot be read, or two enabled profiles conflict.</exception>
    public static FileTree Apply(FileTree tree)
    {
        if (!tree.Contains(TemplateFolder))
        {
            return tree;
        }

        var result = tree.Clone();
        var profiles = tree.Contains(ProfileFolder) ? Profiles(tree) : [];
        foreach (var (file, stack) in s_stacks)
        {
            var path = $"{TemplateFolder}/common-{file}";
            if (!tree.TryGet(path, out var template) || template.Type != InodeType.File)
            {
                throw RecipeErrors.PamProfile.Error($"The template {path} is missing.", new Location(path));
            }

            var text = Render(template.Content!.ToText(), path, profiles, stack);
            result.Set($"/etc/pam.d/common-{file}", Inode.File(Content.FromText(text), origin: Origin));
        }

        return result;
    }

    /// <summary>Fills one template.</summary>
    /// <param name="template">The template's text.</param>
    /// <param name="path">For diagnostics.</param>
    /// <param name="profiles">The enabled profiles, the first at the top.</param>
    /// <param name="stack">"Auth", "Account", "Password", "Session" or "Session-noninteractive".</param>
    public static string Render(string template, string path, IReadOnlyList<PamProfile> profiles, string stack)
    {
        var type = stack.Split('-')[0].ToLowerInvariant();
        var output = new StringBuilder();
        var state = State.BeforePrimary;
        foreach (var line in template.TrimEnd('\n').Split('\n'))
        {
            if (state == State.InPrimary)
            {
                if (!line.StartsWith("# here's the fallback if no module succeeds", StringComparison.Ordinal))
                {
                    continue;
                }

                state = State.BetweenBlocks;
            }
            else if (state == State.InAdditional)
            {
                if (!line.StartsWith("# end of pam-auth-update config", StringComparison.Ordinal))
                {
                    continue;
                }

                state = State.AtEnd;
            }

            output.Append(line).Append('\n');
            if (state == State.BeforePrimary && line.StartsWith("# here are the per-package modules (the \"Primary\" block)", StringComparison.Ordinal))
            {
                AddBlock(output, profiles, stack, type, "Primary");
                state = State.InPrimary;
            }
            else if (state == State.BetweenBlocks && line.StartsWith("# and here are more per-package modules (the \"Additional\" block)", StringComparison.Ordinal))
            {
                AddBlock(output, profiles, stack, type, "Additional");
                state = State.InAdditional;
            }
        }

        return state == State.AtEnd ? output.ToString() : throw RecipeErrors.PamProfile.Error($"The template {path} lacks one of its four markers.", new Location(path));
    }

    private static void AddBlock(StringBuilder output, IReadOnlyList<PamProfile> profiles, string stack, string type, string block)
    {
        var members = profiles.Where(p => p.BlockOf(stack) == block).ToList();
        var lines = members.SelectMany((p, i) => p.LinesOf(stack, first: i == 0)).ToList();

        // "end" in a control is the number of lines to skip to the end of the block; in the last block one less, not to leave the stack.
        var skip = block == "Additional" ? lines.Count - 1 : lines.Count;
        if (block == "Primary" && lines.Count == 0)
        {
            output.Append(CultureInfo.InvariantCulture, $"{type}\t[default=1]\t\t\tpam_permit.so\n");
        }

        foreach (var line in lines)
        {
            var match = ModuleLine().Match(line);
            var module = match.Success ? match.Groups[1].Value : line;
            var options = match.Success ? string.Join(' ', match.Groups[2].Value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)) : "";
            module = module.Replace("end", skip.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            output.Append(CultureInfo.InvariantCulture, $"{type}\t{module} {options}\n");
            skip--;
        }
    }

    private static List<PamProfile> Profiles(FileTree tree)
    {
        var profiles = tree.Children(ProfileFolder)
            .Where(e => e.Value.Type == InodeType.File)
            .Select(e => PamProfile.Parse(e.Value.Content!.ToText(), e.Key[(ProfileFolder.Length + 1)..], e.Key))
            .Where(p => p.IsDefault)
            .OrderByDescending(p => p.Priority).ThenByDescending(p => p.Name, StringComparer.Ordinal)
            .ToList();
        foreach (var profile in profiles)
        {
            if (profile.Conflicts.FirstOrDefault(c => profiles.Exists(p => p.Name == c)) is { } other)
            {
                throw RecipeErrors.PamProfile.Error($"The profiles {profile.Name} and {other} conflict, and both are on by default.", new Location($"{ProfileFolder}/{profile.Name}"));
            }
        }

        return profiles;
    }

    private enum State
    {
        BeforePrimary,
        InPrimary,
        BetweenBlocks,
        InAdditional,
        AtEnd,
    }

    [GeneratedRegex(@"^((?:\[[^\]]+\]|\w+)\s+\S+)\s*(.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex ModuleLine();
}
