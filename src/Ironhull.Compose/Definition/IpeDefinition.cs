using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;
using Ironhull.Formats.Ipe;

namespace Ironhull.Compose.Definition;

/// <summary>The policy of Integrity Policy Enforcement that the image boots with.</summary>
/// <param name="Name">policy_name; the image's own name when the definition has none.</param>
/// <param name="Version">policy_version.</param>
/// <param name="RulesPath">Absolute path of the file with the rules, without a header, or null for the built-in rules.</param>
/// <param name="Where">Where it was written.</param>
public sealed record IpeDefinition(string Name, IpePolicyVersion Version, string? RulesPath, Location Where)
{
    private static readonly TextForm VersionForm = new("three numbers with dots such as '1.0.0'", "^[0-9]{1,5}\\.[0-9]{1,5}\\.[0-9]{1,5}$");

    internal static IpeDefinition Read(FieldReader f, DefinitionFolder folder)
    {
        var name = f.OptionalString("name", "", "The policy's name (policy_name); the image's name when absent.", TextForm.Identifier);
        var text = f.RequiredString("version", "The policy's version (policy_version): raise it with every change of the rules.", VersionForm);
        if (!IpePolicyVersion.TryParse(text, out var version) && VersionForm.Matches(text))
        {
            f.Report(DefinitionErrors.InvalidValue.With($"'{text}' is not a policy's version.", f.WhereIs("version"), "Write three numbers from 0 to 65535 with dots between."));
        }

        return new(name, version, folder.OptionalFile(f, "rules", "A file with the rules, without the header; rules that ask for the initrd or signed dm-verity when absent."), f.Where);
    }
}
