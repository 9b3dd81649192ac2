using System.Text;
using System.Text.RegularExpressions;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Scripts;

/// <summary>
/// Tells what a package's maintainer scripts would have done, without running them. debhelper's generated sections are
/// recognised line by line and taken out; what they declare becomes data; empty shell scaffolding is ignored; anything
/// else is a residue that a person must have reviewed.
/// </summary>
public static partial class MaintainerScriptClassifier
{
    private static readonly HashSet<string> s_knownActivations = new(StringComparer.Ordinal)
    {
        "ldconfig", "update-initramfs", "update-ca-certificates", "libc-upgrade", "ucf", "nis",
    };

    /// <summary>Classifies the scripts among a package's control members; in the order of <see cref="ScriptKind"/>.</summary>
    /// <param name="package">The package's name.</param>
    /// <param name="version">The package's version.</param>
    /// <param name="controlMembers">Member name ("postinst") to bytes; other members are ignored.</param>
    public static IReadOnlyList<ScriptClassification> Classify(string package, string version, IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> controlMembers)
    {
        var result = new List<ScriptClassification>();
        foreach (var (name, bytes) in controlMembers)
        {
            if (ScriptKinds.FromMemberName(name) is { } kind)
            {
                result.Add(Classify(package, version, kind, bytes.Span));
            }
        }

        result.Sort((a, b) => a.Kind.CompareTo(b.Kind));
        return result;
    }

    /// <summary>Classifies one script.</summary>
    public static ScriptClassification Classify(string package, string version, ScriptKind kind, ReadOnlySpan<byte> script)
    {
        var sha256 = Sha256Digest.Of(script);
        if (kind is ScriptKind.PreRm or ScriptKind.PostRm)
        {
            return new(package, version, kind, ScriptClass.NotApplicable, "an image is composed from nothing: nothing is removed", [], sha256, "", []);
        }

        if (kind is ScriptKind.Config)
        {
            return new(package, version, kind, ScriptClass.NotApplicable, "only asks debconf's questions, whose answers only scripts read", [], sha256, "", []);
        }

        // Scripts are text; bytes that are no UTF-8 must stay distinguishable, so they are read as Latin-1.
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(script);
        }
        catch (DecoderFallbackException)
        {
            text = Encoding.Latin1.GetString(script);
        }

        return kind == ScriptKind.Triggers ? Triggers(package, version, text, sha256) : Shell(package, version, kind, text, sha256);
    }

    /// <summary>The part of a versioned package name that changes with every ABI ("6.12.117+deb13-cloud-amd64"), or empty.</summary>
    public static string AbiOf(string package) => AbiSuffix().Match(package) is { Success: true } match ? match.Groups[1].Value : "";

    private static ScriptClassification Shell(string package, string version, ScriptKind kind, string text, Sha256Digest sha256)
    {
        var effects = new List<DeclaredEffect>();
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        var kept = new List<string>();
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (Begin().Match(lines[i]) is { Success: true } begin)
            {
                var end = Array.FindIndex(lines, i, l => l.StartsWith("# End automatically added section", StringComparison.Ordinal));
                var helper = begin.Groups[1].Value;
                if (end > i && DebhelperSection.TryRecognise(helper, lines[(i + 1)..end], effects))
                {
                    kinds.Add(helper);
                    i = end;
                    continue;
                }
            }

            kept.Add(lines[i].TrimEnd());
        }

        var residue = Tidy(kept);
        var firstLine = kept.Count > 0 ? kept[0] : "";
        if (ShellLine().IsMatch(firstLine) && ShellScaffolding.IsEmpty(residue, out var alternatives))
        {
            effects.AddRange(alternatives);
            if (alternatives.Count > 0)
            {
                kinds.Add("update-alternatives");
            }

            var reason = kinds.Count == 0 ? "empty scaffolding" : string.Join(", ", kinds);
            return new(package, version, kind, ScriptClass.Boilerplate, reason, [.. kinds], sha256, "", effects);
        }

        effects.AddRange(ShellScaffolding.FindAlternatives(residue));
        var abi = AbiOf(package);
        if (abi.Length > 0)
        {
            residue = residue.Replace(abi, "@ABI@", StringComparison.Ordinal);
        }

        return new(package, version, kind, ScriptClass.Residue, "text beyond debhelper's sections", [.. kinds], sha256, residue, effects);
    }

    private static ScriptClassification Triggers(string package, string version, string text, Sha256Digest sha256)
    {
        var effects = new List<DeclaredEffect>();
        var unknown = new List<string>();
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                // What a package waits for is done by its own postinst, which is classified itself.
                case ["interest" or "interest-await" or "interest-noawait", var name]:
                    effects.Add(new TriggerInterest(name));
                    break;
                case ["activate" or "activate-await" or "activate-noawait", var name] when s_knownActivations.Contains(name) || name.StartsWith('/'):
                    effects.Add(new TriggerActivation(name));
                    break;
                default:
                    unknown.Add(line);
                    break;
            }
        }

        return unknown.Count == 0
            ? new(package, version, ScriptKind.Triggers, ScriptClass.Boilerplate, "known triggers", ["triggers"], sha256, "", effects)
            : new(package, version, ScriptKind.Triggers, ScriptClass.Residue, "unknown triggers", [], sha256, string.Join('\n', unknown) + "\n", effects);
    }

    // Runs of blank lines become one, so that a removed section leaves no trace.
    private static string Tidy(List<string> lines)
    {
        var text = new StringBuilder();
        var blank = true;
        foreach (var line in lines)
        {
            if (line.Length == 0)
            {
                if (!blank)
                {
                    text.Append('\n');
                }

                blank = true;
                continue;
            }

            text.Append(line).Append('\n');
            blank = false;
        }

        while (text.Length >= 2 && text[^1] == '\n' && text[^2] == '\n')
        {
            text.Length--;
        }

        return text.ToString();
    }

    [GeneratedRegex(@"^# Automatically added by (dh_[a-z_]+)(?:/[0-9][0-9A-Za-z.~+-]*)?$")]
    private static partial Regex Begin();

    [GeneratedRegex(@"^#! ?/bin/(?:sh|bash)(?: -[efux]+)?$")]
    private static partial Regex ShellLine();

    [GeneratedRegex(@"-([0-9]+\.[0-9][0-9A-Za-z.+~-]*)$")]
    private static partial Regex AbiSuffix();
}
