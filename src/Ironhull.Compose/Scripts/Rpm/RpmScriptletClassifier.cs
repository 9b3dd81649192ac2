using System.Text;
using Ironhull.Compose.Store;
using Ironhull.Formats.Io;
using Ironhull.Packages.Rpm;

namespace Ironhull.Compose.Scripts.Rpm;

/// <summary>
/// Tells what an RPM's scriptlets, triggers and file triggers would have done, without running them. Statements of known commands are taken out
/// and what they declare becomes data; anything else is a residue that a person must have reviewed.
/// </summary>
public static class RpmScriptletClassifier
{
    // rpm's own interpreter (rpm's docs/manual/lua.md).
    private const string Lua = "<lua>";

    private static readonly string[] s_shells = ["/bin/sh", "/usr/bin/sh", "/bin/bash", "/usr/bin/bash"];

    /// <summary>Classifies a package's scriptlets; in the order of <see cref="ScriptKind"/>, then of the header.</summary>
    /// <param name="facts">The package.</param>
    /// <param name="installed">The names of all packages of the image: a trigger on another one never fires.</param>
    public static IReadOnlyList<ScriptClassification> Classify(RpmFacts facts, IReadOnlySet<string> installed) =>
        [.. facts.Scriptlets.Select(s => Classify(facts, s, installed)).OrderBy(s => s.Kind)];

    /// <summary>Classifies one scriptlet.</summary>
    public static ScriptClassification Classify(RpmFacts facts, RpmScriptlet scriptlet, IReadOnlySet<string> installed)
    {
        var sha256 = Sha256Digest.Of(Encoding.UTF8.GetBytes($"{string.Join(' ', scriptlet.Interpreter)}\n{scriptlet.Body}"));
        if (ScriptKinds.FromRpmName(scriptlet.Kind) is not { } kind)
        {
            return new(facts.Name, facts.Version, ScriptKind.PostIn, ScriptClass.Residue, $"the kind '{scriptlet.Kind}' is not known", [], sha256, Describe(scriptlet) + scriptlet.Body, []);
        }

        if (NotApplicable(kind, scriptlet, installed) is { } reason)
        {
            return new(facts.Name, facts.Version, kind, ScriptClass.NotApplicable, reason, [], sha256, "", []);
        }

        var effects = new List<DeclaredEffect>();
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        var rest = Rest(kind, scriptlet, kinds, effects);
        if (rest.Length == 0)
        {
            return new(facts.Name, facts.Version, kind, ScriptClass.Boilerplate, kinds.Count == 0 ? "nothing to do" : string.Join(", ", kinds), [.. kinds], sha256, "", effects);
        }

        // A rebuild changes the version and nothing else: a kernel's scriptlets name it.
        var version = facts.Version[(facts.Version.IndexOf(':') + 1)..];
        var residue = (Describe(scriptlet) + rest).Replace(version, "@VERSION@", StringComparison.Ordinal);
        return new(facts.Name, facts.Version, kind, ScriptClass.Residue, "commands that are not known", [.. kinds], sha256, residue, effects);
    }

    private static string? NotApplicable(ScriptKind kind, RpmScriptlet scriptlet, IReadOnlySet<string> installed)
    {
        switch (kind)
        {
            case ScriptKind.PreUn or ScriptKind.PostUn or ScriptKind.PreUnTrans or ScriptKind.PostUnTrans or ScriptKind.TriggerUn or ScriptKind.TriggerPostUn
                or ScriptKind.FileTriggerUn or ScriptKind.FileTriggerPostUn or ScriptKind.TransFileTriggerUn or ScriptKind.TransFileTriggerPostUn:
                return "an image is composed from nothing: nothing is removed";
            case ScriptKind.Verify:
                return "only 'rpm -V' runs it";
            case ScriptKind.TriggerIn or ScriptKind.TriggerPreIn when scriptlet.Conditions.Count > 0 && !scriptlet.Conditions.Any(c => installed.Contains(c.Name)):
                return $"waits for {string.Join(", ", scriptlet.Conditions.Select(c => c.Name))}, which the image does not have";
            default:
                return null;
        }
    }

    // What is not known, with a line feed at the end; empty when everything is.
    private static string Rest(ScriptKind kind, RpmScriptlet scriptlet, ISet<string> kinds, List<DeclaredEffect> effects)
    {
        var (interpreter, body) = (scriptlet.Interpreter, scriptlet.Body.Replace("\r\n", "\n", StringComparison.Ordinal));
        if (body.Trim().Length == 0)
        {
            // "-p /sbin/ldconfig": the interpreter is the command.
            return interpreter.Count == 0 || s_shells.Contains(interpreter[0]) || interpreter[0] == Lua || KnownCommand.TryRead(interpreter, [], kinds, effects)
                ? ""
                : string.Join(' ', interpreter) + "\n";
        }

        if ((scriptlet.Flags & (RpmScriptletFlags.Expand | RpmScriptletFlags.QueryFormat)) != 0 && body.Contains('%'))
        {
            return body.TrimEnd() + "\n"; // what it says is only known on the machine
        }

        if (interpreter is [Lua])
        {
            return LuaCommand.TryRecognise(body, kinds, effects) ? "" : body.TrimEnd() + "\n";
        }

        if (interpreter.Count > 0 && !s_shells.Contains(interpreter[0]))
        {
            return body.TrimEnd() + "\n";
        }

        var rest = new StringBuilder();
        foreach (var statement in ShellStatements.Split(body))
        {
            if (!ShellRecogniser.TryRecognise(statement, kind is ScriptKind.PreIn or ScriptKind.PostIn, kinds, effects))
            {
                rest.Append(statement.Text).Append('\n');
                effects.AddRange(ShellScaffolding.FindAlternatives(statement.Text));
            }
        }

        return rest.ToString();
    }

    // What a reviewer must know beside the text: who reads it, and when it runs.
    private static string Describe(RpmScriptlet scriptlet)
    {
        var text = new StringBuilder();
        if (scriptlet.Interpreter.Count > 0 && !(scriptlet.Interpreter.Count == 1 && s_shells.Contains(scriptlet.Interpreter[0])))
        {
            text.Append("#! ").AppendJoin(' ', scriptlet.Interpreter).Append('\n');
        }

        if (scriptlet.Conditions.Count > 0)
        {
            text.Append("# on ").AppendJoin(", ", scriptlet.Conditions).Append('\n');
        }

        return text.ToString();
    }
}
