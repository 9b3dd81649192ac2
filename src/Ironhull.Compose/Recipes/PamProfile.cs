using System.Globalization;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Recipes;

/// <summary>A profile of <c>/usr/share/pam-configs</c> (pam-auth-update(8)).</summary>
public sealed class PamProfile
{
    private readonly Dictionary<string, string> _fields;

    private PamProfile(string name, Dictionary<string, string> fields, int priority)
    {
        Name = name;
        _fields = fields;
        Priority = priority;
    }

    /// <summary>The file's name.</summary>
    public string Name { get; }

    /// <summary>The highest comes first.</summary>
    public int Priority { get; }

    /// <summary>Enabled when nobody chooses.</summary>
    public bool IsDefault => _fields.GetValueOrDefault("Default") == "yes";

    /// <summary>The names of profiles that cannot be enabled with this one.</summary>
    public IReadOnlyList<string> Conflicts => _fields.TryGetValue("Conflicts", out var names) ? names.Split(", ") : [];

    /// <summary>Parses a profile.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="path">For diagnostics.</param>
    /// <exception cref="HullException">HULL5209: a line belongs to no field, or the priority is no number.</exception>
    public static PamProfile Parse(string text, string name, string path)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        var current = "";
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var colon = raw.IndexOf(':', StringComparison.Ordinal);
            var isField = colon > 0 && !raw.AsSpan(0, colon).ContainsAny(' ', '\t') && !char.IsWhiteSpace(raw[0]);
            if (isField)
            {
                current = raw[..colon];
                if (current.EndsWith("-Final", StringComparison.Ordinal))
                {
                    current = current[..^6];
                }

                fields[current] = raw[(colon + 1)..].Trim();
                continue;
            }

            var line = raw.Trim();
            if (line.Length == 0)
            {
                continue;
            }

            if (current.Length == 0)
            {
                throw RecipeErrors.PamProfile.Error("The line belongs to no field.", new Location(path, number, 1));
            }

            fields[current] = fields[current].Length == 0 ? line : fields[current] + "\n" + line;
        }

        if (!int.TryParse(fields.GetValueOrDefault("Priority", "0"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority))
        {
            throw RecipeErrors.PamProfile.Error($"The priority '{fields["Priority"]}' is not a number.", new Location(path, 1, 1));
        }

        if (fields.GetValueOrDefault("Session-Interactive-Only") != "yes")
        {
            foreach (var suffix in (string[])["-Type", "", "-Initial"])
            {
                if (fields.TryGetValue("Session" + suffix, out var value))
                {
                    fields["Session-noninteractive" + suffix] = value;
                }
            }
        }

        return new(name, fields, priority);
    }

    /// <summary>"Primary", "Additional" or empty.</summary>
    /// <param name="stack">"Auth", "Account", "Password", "Session" or "Session-noninteractive".</param>
    public string BlockOf(string stack) => _fields.GetValueOrDefault(stack + "-Type", "");

    /// <summary>The module lines of a stack.</summary>
    /// <param name="stack">As for <see cref="BlockOf"/>.</param>
    /// <param name="first">The profile is the first of its block.</param>
    public IReadOnlyList<string> LinesOf(string stack, bool first)
    {
        var text = first && _fields.TryGetValue(stack + "-Initial", out var initial) && initial.Length > 0 ? initial : _fields.GetValueOrDefault(stack, "");
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
