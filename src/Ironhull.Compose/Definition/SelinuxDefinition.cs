using System.Text.RegularExpressions;
using Ironhull.Compose.Yaml;

namespace Ironhull.Compose.Definition;

/// <summary>The SELinux policy of an image, compiled by the build from the modules that a package ships.</summary>
/// <param name="Policy">The policy's name: its folder below <c>/etc/selinux</c> and <c>/usr/share/selinux</c>.</param>
/// <param name="Version">The version of the binary policy that the kernel reads.</param>
/// <param name="Modules">Names of the modules that are taken beside <c>base</c>; all when the list is empty.</param>
/// <param name="Without">Names of modules that are left out.</param>
/// <param name="Booleans">Booleans that the modules declare, with the values they have here; ordinal order.</param>
/// <param name="Logins">SELinux users of logins, <c>__default__</c> for all others, in place of the policy's own lines; ordinal order.</param>
/// <param name="Local">Absolute paths of the image's own modules in CIL, compiled last.</param>
/// <param name="Where">The map.</param>
public sealed partial record SelinuxDefinition(
    string Policy, int Version, IReadOnlyList<Located<string>> Modules, IReadOnlyList<Located<string>> Without,
    IReadOnlyDictionary<string, bool> Booleans, IReadOnlyDictionary<string, string> Logins, IReadOnlyList<string> Local, Diagnostics.Location Where)
{
    private static readonly TextForm Name = new("a name of lower-case letters, digits, '_' and '-'", "^[a-z0-9][a-z0-9_\\-]*$");

    internal static SelinuxDefinition Read(FieldReader f, DefinitionFolder folder) => new(
        f.RequiredString("policy", "The policy's name: its folder below /etc/selinux.", Name),
        f.OptionalInt("version", 33, 31, 99, "The version of the binary policy, as the kernel reads it."),
        f.StringList("modules", description: "The modules to take beside 'base'; all of them when the key is missing.", form: Name),
        f.StringList("without", description: "Modules that are left out.", form: Name),
        ReadBooleans(f),
        ReadLogins(f),
        folder.Files(f, f.StringList("local", description: "The image's own modules in CIL, relative to this file; compiled after the others.")),
        f.Where);

    private static SortedDictionary<string, string> ReadLogins(FieldReader f)
    {
        var logins = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, user) in f.StringMap("logins", "SELinux users of logins ('__default__' for all others), in place of the policy's own."))
        {
            if (Login().IsMatch(name) && User().IsMatch(user))
            {
                logins[name] = user;
            }
            else
            {
                f.Report(Diagnostics.DefinitionErrors.InvalidValue.With($"'{name}: {user}' is not a login and an SELinux user such as user_u.", f.WhereIs("logins")));
            }
        }

        return logins;
    }

    [GeneratedRegex(@"^[a-z_][a-z0-9_\-]{0,31}\z")]
    private static partial Regex Login();

    [GeneratedRegex(@"^[a-z][a-z0-9]*_u\z")]
    private static partial Regex User();

    private static SortedDictionary<string, bool> ReadBooleans(FieldReader f)
    {
        var booleans = new SortedDictionary<string, bool>(StringComparer.Ordinal);
        foreach (var (name, value) in f.StringMap("booleans", "Booleans of the policy: name to 'true' or 'false'."))
        {
            if (bool.TryParse(value, out var flag))
            {
                booleans[name] = flag;
            }
            else
            {
                f.Report(Diagnostics.DefinitionErrors.InvalidValue.With($"The boolean '{name}' is '{value}', neither true nor false.", f.WhereIs("booleans")));
            }
        }

        return booleans;
    }
}
