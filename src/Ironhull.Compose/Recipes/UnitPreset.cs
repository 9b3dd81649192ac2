using Ironhull.Diagnostics;

namespace Ironhull.Compose.Recipes;

/// <summary>One rule of a preset.</summary>
/// <param name="Enable">Enable; otherwise disable.</param>
/// <param name="Pattern">A unit name with <c>*</c> and <c>?</c>.</param>
/// <param name="Instances">For a template: the instances to enable.</param>
/// <param name="Where">The line.</param>
public sealed record UnitPresetRule(bool Enable, string Pattern, IReadOnlyList<string> Instances, Location Where)
{
    /// <summary>Without wildcards: names one unit.</summary>
    public bool IsLiteral => Pattern.AsSpan().IndexOfAny('*', '?') < 0;
}

/// <summary>
/// A preset file (systemd.preset(5)): the first rule that matches a unit decides. It must end in <c>disable *</c>, so
/// that nothing is enabled that is not named, also when systemd itself applies it on a first boot.
/// </summary>
/// <param name="Rules">In file order.</param>
public sealed record UnitPreset(IReadOnlyList<UnitPresetRule> Rules)
{
    /// <summary>Parses a preset file.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="path">Its path, for diagnostics.</param>
    /// <exception cref="HullException">HULL5208, collected.</exception>
    public static UnitPreset Parse(string text, string path)
    {
        var rules = new List<UnitPresetRule>();
        var problems = new List<Diagnostic>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var words = raw.Trim().Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0][0] is '#' or ';')
            {
                continue;
            }

            var where = new Location(path, number, 1);
            if (words.Length < 2 || words[0] is not ("enable" or "disable"))
            {
                problems.Add(RecipeErrors.Preset.With("A line is 'enable UNIT [INSTANCE...]' or 'disable UNIT'.", where));
            }
            else if (words.Length > 2 && !(words[0] == "enable" && words[1].Contains("@.", StringComparison.Ordinal)))
            {
                problems.Add(RecipeErrors.Preset.With("Instances are given only where a template is enabled.", where));
            }
            else if (words[1].Contains('['))
            {
                problems.Add(RecipeErrors.Preset.With("Character ranges are not supported in a pattern.", where));
            }
            else
            {
                rules.Add(new(words[0] == "enable", words[1], words[2..], where));
            }
        }

        if (rules is not [.., { Enable: false, Pattern: "*" }])
        {
            problems.Add(RecipeErrors.Preset.With("The last rule is not 'disable *'.", new Location(path, Math.Max(1, number), 1), "Add 'disable *' as the last line: what is not named stays off."));
        }

        return problems.Count == 0 ? new(rules) : throw new HullException(problems);
    }

    /// <summary>The rule that decides about a unit.</summary>
    public UnitPresetRule For(string unit) => Rules.First(r => PathPattern.MatchesName(r.Pattern, unit));
}
