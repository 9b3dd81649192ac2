using System.Globalization;
using System.Text;

namespace Ironhull.Compose.Scripts;

/// <summary>A readable list of every script, its class, digest, effects and residue: what a reviewer works from.</summary>
public static class ScriptReport
{
    /// <summary>Renders the report: a line for each script, effects and residues indented below.</summary>
    public static string Render(IEnumerable<ScriptClassification> scripts)
    {
        var text = new StringBuilder();
        var all = scripts.OrderBy(s => s.Package, StringComparer.Ordinal).ThenBy(s => s.Kind).ToList();
        foreach (var group in all.GroupBy(s => s.Class).OrderBy(g => g.Key))
        {
            text.Append(CultureInfo.InvariantCulture, $"# {group.Key}: {group.Count()} scripts\n");
        }

        foreach (var script in all)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n== {script.Package} {script.Kind.MemberName()} {script.Class} ({script.Reason})\n");
            text.Append(CultureInfo.InvariantCulture, $"   version {script.Version}\n   script-sha256 {script.ScriptSha256}\n");
            if (script.Class == ScriptClass.Residue)
            {
                text.Append(CultureInfo.InvariantCulture, $"   residue-sha256 {script.ResidueSha256}\n");
            }

            foreach (var effect in script.Effects)
            {
                text.Append("   effect: ").Append(Describe(effect)).Append('\n');
            }

            foreach (var line in script.Residue.Split('\n').SkipLast(1))
            {
                text.Append("   | ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>One effect in a line.</summary>
    public static string Describe(DeclaredEffect effect) => effect switch
    {
        UnitEnablement e => $"enable {(e.User ? "user " : "")}unit {e.Unit}",
        AlternativeRegistration e => $"alternative {e.Name} {e.Link} -> {e.Path} priority {e.Priority}" + string.Concat(e.Slaves.Select(s => $", {s.Link} -> {s.Path}")),
        TmpfilesApplication e => $"tmpfiles {e.File}",
        SysusersApplication e => $"sysusers {e.File}",
        AccountDeclaration e => $"account {e.Line}",
        NameServiceAddition e => $"nsswitch {e.Database}: {e.Service} ({e.Position})",
        TriggerActivation e => $"trigger activate {e.Name}",
        TriggerInterest e => $"trigger interest {e.Name}",
        _ => effect.ToString(),
    };
}
