using Ironhull.Diagnostics;
using Ironhull.Formats.Rpm;

namespace Ironhull.Packages.Rpm;

/// <summary>Reads the scriptlets, triggers and file triggers of a header.</summary>
internal static class RpmScriptletReader
{
    private const uint DefaultPriority = 1_000_000;

    private static readonly (string Kind, int Body, int Program, int Flags)[] s_scriptlets =
    [
        ("pretrans", RpmTag.PreTrans, RpmTag.PreTransProg, RpmTag.PreTransFlags),
        ("prein", RpmTag.PreIn, RpmTag.PreInProg, RpmTag.PreInFlags),
        ("postin", RpmTag.PostIn, RpmTag.PostInProg, RpmTag.PostInFlags),
        ("preun", RpmTag.PreUn, RpmTag.PreUnProg, RpmTag.PreUnFlags),
        ("postun", RpmTag.PostUn, RpmTag.PostUnProg, RpmTag.PostUnFlags),
        ("posttrans", RpmTag.PostTrans, RpmTag.PostTransProg, RpmTag.PostTransFlags),
        ("preuntrans", RpmTag.PreUnTrans, RpmTag.PreUnTransProg, RpmTag.PreUnTransFlags),
        ("postuntrans", RpmTag.PostUnTrans, RpmTag.PostUnTransProg, RpmTag.PostUnTransFlags),
        ("verify", RpmTag.VerifyScript, RpmTag.VerifyScriptProg, RpmTag.VerifyScriptFlags),
    ];

    private static readonly TriggerTags[] s_triggers =
    [
        new("trigger", RpmTag.TriggerScripts, RpmTag.TriggerScriptProg, RpmTag.TriggerScriptFlags, RpmTag.TriggerName, RpmTag.TriggerVersion, RpmTag.TriggerFlags, RpmTag.TriggerIndex, null),
        new(
            "filetrigger", RpmTag.FileTriggerScripts, RpmTag.FileTriggerScriptProg, RpmTag.FileTriggerScriptFlags, RpmTag.FileTriggerName, RpmTag.FileTriggerVersion,
            RpmTag.FileTriggerFlags, RpmTag.FileTriggerIndex, RpmTag.FileTriggerPriorities),
        new(
            "transfiletrigger", RpmTag.TransFileTriggerScripts, RpmTag.TransFileTriggerScriptProg, RpmTag.TransFileTriggerScriptFlags, RpmTag.TransFileTriggerName,
            RpmTag.TransFileTriggerVersion, RpmTag.TransFileTriggerFlags, RpmTag.TransFileTriggerIndex, RpmTag.TransFileTriggerPriorities),
    ];

    /// <summary>The scriptlets in the order of a transaction, then the triggers in the header's order.</summary>
    /// <exception cref="HullException">HULL2116, HULL2117, HULL2119, HULL2120: damaged.</exception>
    public static List<RpmScriptlet> Read(RpmHeader header)
    {
        var all = new List<RpmScriptlet>();
        foreach (var (kind, body, program, flags) in s_scriptlets)
        {
            if (header.Has(body) || header.Has(program))
            {
                var interpreter = header.GetStrings(program);
                all.Add(new()
                {
                    Kind = kind,
                    Interpreter = interpreter.Length > 0 ? interpreter : ["/bin/sh"],
                    Body = header.GetString(body) ?? "",
                    Flags = (RpmScriptletFlags)(header.GetNumber(flags) ?? 0),
                });
            }
        }

        foreach (var tags in s_triggers)
        {
            AddTriggers(all, header, tags);
        }

        return all;
    }

    private static void AddTriggers(List<RpmScriptlet> all, RpmHeader header, TriggerTags tags)
    {
        var bodies = header.GetStrings(tags.Scripts);
        var programs = header.GetStrings(tags.Programs);
        var flags = header.GetUInt32s(tags.ScriptFlags);
        var priorities = tags.Priorities is { } tag ? header.GetUInt32s(tag) : [];
        if (programs.Length != bodies.Length || (flags.Length != 0 && flags.Length != bodies.Length) || (priorities.Length != 0 && priorities.Length != bodies.Length))
        {
            throw RpmErrors.Scriptlets.Error(
                $"There are {bodies.Length} bodies of {tags.Kind}s, but {programs.Length} interpreters, {flags.Length} flags and {priorities.Length} priorities.",
                header.Place(tags.Scripts));
        }

        var conditions = Conditions(header, tags, bodies.Length);
        for (var i = 0; i < bodies.Length; i++)
        {
            all.Add(new()
            {
                Kind = conditions[i].Kind ?? throw RpmErrors.Scriptlets.Error($"Body {i} of the {tags.Kind}s has no condition.", header.Place(tags.Scripts)),
                Interpreter = [programs[i]],
                Body = bodies[i],
                Conditions = conditions[i].List,
                Flags = flags.Length == 0 ? RpmScriptletFlags.None : (RpmScriptletFlags)flags[i],
                Priority = priorities.Length > 0 ? priorities[i] : tags.Priorities is null ? 0 : DefaultPriority,
            });
        }
    }

    // Each condition names the body that it belongs to; a body's conditions are all of one kind.
    private static (string? Kind, List<RpmDependency> List)[] Conditions(RpmHeader header, TriggerTags tags, int bodies)
    {
        var result = new (string? Kind, List<RpmDependency> List)[bodies];
        var names = RpmRelationReader.Read(header, tags.Names, tags.Versions, tags.Flags);
        var flags = header.GetUInt32s(tags.Flags);
        var indexes = header.GetUInt32s(tags.Indexes);
        if (indexes.Length != names.Length)
        {
            throw RpmErrors.Scriptlets.Error($"The {tags.Kind}s have {names.Length} conditions, but {indexes.Length} indexes.", header.Place(tags.Indexes));
        }

        for (var i = 0; i < names.Length; i++)
        {
            var kind = tags.Kind + Suffix(flags[i]);
            if (indexes[i] >= bodies || kind.Length == tags.Kind.Length || (result[indexes[i]].Kind ?? kind) != kind)
            {
                throw RpmErrors.Scriptlets.Error($"The condition '{names[i]}' has the flags {flags[i]:x} and body {indexes[i]} of {bodies}.", header.Place(tags.Names));
            }

            result[indexes[i]].Kind = kind;
            (result[indexes[i]].List ??= []).Add(names[i]);
        }

        return result;
    }

    private static string Suffix(uint flags) => (flags & (RpmSense.TriggerIn | RpmSense.TriggerUn | RpmSense.TriggerPostUn | RpmSense.TriggerPreIn)) switch
    {
        RpmSense.TriggerIn => "in",
        RpmSense.TriggerUn => "un",
        RpmSense.TriggerPostUn => "postun",
        RpmSense.TriggerPreIn => "prein",
        _ => "",
    };

    private sealed record TriggerTags(string Kind, int Scripts, int Programs, int ScriptFlags, int Names, int Versions, int Flags, int Indexes, int? Priorities);
}
