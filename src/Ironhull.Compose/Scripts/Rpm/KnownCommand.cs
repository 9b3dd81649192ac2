using System.Text.RegularExpressions;

namespace Ironhull.Compose.Scripts.Rpm;

/// <summary>
/// The commands of scriptlets that an image does without, or gets from data: each is recognised by its words. What an image needs of
/// it becomes an effect; the rest works on a running system, or on something that composing makes by itself (the library cache, the
/// indexes of kernel modules).
/// </summary>
internal static partial class KnownCommand
{
    private static readonly string[] s_programFolders = ["/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/lib/systemd/", "/usr/lib/systemd/"];

    private static readonly string[] s_runtimeVerbs =
    [
        "daemon-reload", "daemon-reexec", "start", "stop", "restart", "try-restart", "condrestart", "reload", "reload-or-restart", "reload-or-try-restart", "try-reload-or-restart",
        "is-active", "is-enabled", "is-failed", "kill", "reset-failed", "show-environment", "is-system-running",
    ];

    /// <summary>Judges a command.</summary>
    /// <param name="words">Its words as written, redirections taken out; not empty.</param>
    /// <param name="documents">The here-documents that the words may name.</param>
    /// <param name="kinds">Receives the kind of boiler-plate.</param>
    /// <param name="effects">Receives what an image must have instead.</param>
    /// <returns>Whether the command is known.</returns>
    public static bool TryRead(IReadOnlyList<string> words, IReadOnlyList<string> documents, ISet<string> kinds, List<DeclaredEffect> effects)
    {
        var program = ProgramOf(words[0]);
        switch (program)
        {
            case ":" or "true":
                return !words.Any(ShellWords.HasSubstitution);
            case "exit" or "return":
                return words.Count == 1 || (words.Count == 2 && words[1].All(char.IsAsciiDigit));
            case "set":
                return words.Count == 2 && SetOption().IsMatch(words[1]);
            case "echo" or "printf" or "ls" or "grep": // where the output goes has been judged
                return !words.Any(ShellWords.HasSubstitution);
            case "[" or "[[" or "test":
                return words.All(w => !ShellWords.HasSubstitution(w) || CommandLookup().IsMatch(w));
            case "update-alternatives" or "alternatives":
                return Alternative(words, kinds, effects);
        }

        return ShellWords.Literals(words.Skip(1)) is { } arguments && program switch
        {
            "command" => arguments is ["-v", _],
            "type" or "which" or "getent" or "id" => true,
            "ldconfig" => Known(arguments.All(a => a is "-X"), "ldconfig", kinds),
            "depmod" => Known(arguments.All(a => a is "-a" or "-A" || char.IsAsciiDigit(a[0])), "depmod", kinds),
            "systemctl" => Known(SystemControl(arguments, effects), "systemd", kinds),
            "systemd-update-helper" => Known(UpdateHelper(arguments, effects), "systemd", kinds),
            "systemd-machine-id-setup" => Known(arguments.Count == 0, "machine-id", kinds), // no two machines may share one: first boot makes it
            "systemd-sysusers" => Known(Sysusers(arguments, documents, effects), "sysusers", kinds),
            "systemd-tmpfiles" => Known(Tmpfiles(arguments, effects), "tmpfiles", kinds),
            "systemd-sysctl" or "sysctl" or "systemd-binfmt" => Known(true, "sysctl", kinds),
            "udevadm" => Known(arguments is ["control" or "trigger" or "settle" or "hwdb", ..], "udev", kinds),
            "systemd-hwdb" => Known(arguments is ["update", ..] || arguments is [.., "update"], "hwdb", kinds),
            "journalctl" => Known(arguments is ["--update-catalog"], "catalog", kinds),
            "install-info" => Known(true, "info", kinds),
            "groupadd" or "useradd" or "usermod" => Known(Accounts(program, arguments, effects), "accounts", kinds),
            _ => false,
        };
    }

    private static bool Known(bool isKnown, string kind, ISet<string> kinds)
    {
        if (isKnown)
        {
            kinds.Add(kind);
        }

        return isKnown;
    }

    // A program's name without its folder, when that is one where programs are.
    private static string ProgramOf(string word)
    {
        var folder = word[..(word.LastIndexOf('/') + 1)];
        return folder.Length == 0 || s_programFolders.Contains(folder, StringComparer.Ordinal) ? word[folder.Length..] : word;
    }

    private static bool Alternative(IReadOnlyList<string> words, ISet<string> kinds, List<DeclaredEffect> effects)
    {
        if (AlternativeParser.TryParse(words, out var registration))
        {
            effects.Add(registration);
            return Known(true, "alternatives", kinds);
        }

        // Nothing is registered in an image that is composed from nothing, so nothing can be removed.
        return Known(words.Count > 1 && words[1] is "--remove" or "--auto" && ShellWords.Literals(words) is not null, "alternatives", kinds);
    }

    private static bool SystemControl(List<string> arguments, List<DeclaredEffect> effects)
    {
        var isUser = arguments.Any(a => a is "--user" or "--global");
        var operands = arguments.Where(a => !a.StartsWith('-')).ToList();
        if (operands.Count == 0)
        {
            return false;
        }

        if (operands is ["preset-all"])
        {
            return true; // the image's preset decides about every unit
        }

        if (operands[0] is "preset" or "enable")
        {
            effects.AddRange(operands.Skip(1).Select(u => new UnitEnablement(u.Contains('.') ? u : u + ".service", isUser)));
            return operands.Count > 1;
        }

        return s_runtimeVerbs.Contains(operands[0], StringComparer.Ordinal);
    }

    // /usr/lib/systemd/systemd-update-helper of systemd 249 and later.
    private static bool UpdateHelper(List<string> arguments, List<DeclaredEffect> effects)
    {
        switch (arguments)
        {
            case ["install-system-units" or "install-user-units", .. var units]:
                effects.AddRange(units.Select(u => new UnitEnablement(u, arguments[0] == "install-user-units")));
                return true;
            case ["remove-system-units" or "remove-user-units" or "mark-restart-system-units" or "mark-restart-user-units" or "mark-reload-system-units" or "mark-reload-user-units", ..]:
            case ["system-reload-restart" or "system-reload" or "system-restart" or "user-reload-restart" or "user-reload" or "user-restart" or "user-reexec"]:
                return true;
            default:
                return false;
        }
    }

    private static bool Sysusers(List<string> arguments, IReadOnlyList<string> documents, List<DeclaredEffect> effects)
    {
        var isInline = false;
        foreach (var argument in arguments)
        {
            if (DocumentOf(argument, documents) is { } text)
            {
                effects.AddRange(text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] is not ('#' or ';')).Select(l => new AccountDeclaration(l)));
            }
            else if (argument == "-")
            {
                isInline = true;
            }
            else if (argument.StartsWith('-'))
            {
                if (!argument.StartsWith("--replace=", StringComparison.Ordinal))
                {
                    return false;
                }
            }
            else
            {
                effects.Add(new SysusersApplication(argument[(argument.LastIndexOf('/') + 1)..]));
            }
        }

        return !isInline || documents.Count > 0;
    }

    private static bool Tmpfiles(List<string> arguments, List<DeclaredEffect> effects)
    {
        var files = new List<string>();
        foreach (var argument in arguments)
        {
            if (argument.StartsWith("--replace=", StringComparison.Ordinal))
            {
                files.Add(argument["--replace=".Length..]); // the same lines are a file of the package
            }
            else if (!argument.StartsWith('-') && !argument.StartsWith('@'))
            {
                files.Add(argument);
            }
        }

        if (files.Count == 0 && arguments.Contains("-"))
        {
            return false; // lines that no file of the package holds
        }

        effects.AddRange(files.Select(f => new TmpfilesApplication(f[(f.LastIndexOf('/') + 1)..])));
        return arguments.All(a => !a.StartsWith("--", StringComparison.Ordinal) || a is "--create" or "--remove" or "--boot" || a.StartsWith("--prefix=", StringComparison.Ordinal) ||
            a.StartsWith("--replace=", StringComparison.Ordinal) || a.StartsWith("--exclude-prefix=", StringComparison.Ordinal));
    }

    private static bool Accounts(string program, List<string> arguments, List<DeclaredEffect> effects)
    {
        var lines = AccountCommand.Read(program, arguments);
        effects.AddRange((lines ?? []).Select(l => new AccountDeclaration(l)));
        return lines is not null;
    }

    private static string? DocumentOf(string word, IReadOnlyList<string> documents)
    {
        for (var i = 0; i < documents.Count; i++)
        {
            if (word == ShellStatements.Placeholder(i))
            {
                return documents[i];
            }
        }

        return null;
    }

    [GeneratedRegex("^[-+][efux]+$")]
    private static partial Regex SetOption();

    [GeneratedRegex("""^"?\$\(command -v [A-Za-z0-9_./-]+\)"?$""")]
    private static partial Regex CommandLookup();
}
