using System.Text.RegularExpressions;

namespace Ironhull.Compose.Scripts.Rpm;

/// <summary>
/// Recognises rpm's built-in Lua where it only runs one program: what systemd's and glibc's triggers look like. Everything else that is not
/// empty is not known.
/// </summary>
internal static partial class LuaCommand
{
    private const int LongestText = 1 << 14;

    /// <summary>Judges a Lua text.</summary>
    /// <param name="text">The scriptlet's body.</param>
    /// <param name="kinds">Receives the kind of boiler-plate when the answer is true.</param>
    /// <param name="effects">Receives the effects when the answer is true.</param>
    public static bool TryRecognise(string text, ISet<string> kinds, List<DeclaredEffect> effects)
    {
        if (text.Length > LongestText)
        {
            return false;
        }

        var code = Spaces().Replace(Comment().Replace(text, ""), " ").Trim();
        if (code.Length == 0)
        {
            return true;
        }

        var call = ForkAndRun().Match(code) is { Success: true } forked ? forked : RunOnly().Match(code);
        return call.Success && KnownCommand.TryRead([.. call.Groups["word"].Captures.Select(c => c.Value)], [], kinds, effects);
    }

    [GeneratedRegex(@"(?<=^|[\s;)])--[^\n]*", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex("""^(?<guard>if posix\.(?:access|stat)\("[^"\\]*"(?:, ?"[a-z]+")?\) then )?(?:local )?pid = posix\.fork\(\) if pid == 0 then (?:assert\()?posix\.execp?\("(?<word>[^"\\$`]+)"(?:, ?"(?<word>[^"\\$`]*)")*\)\)? elseif pid > 0 then posix\.wait\(pid\) end(?(guard) end)$""")]
    private static partial Regex ForkAndRun();

    [GeneratedRegex("""^(?:rpm\.execute|posix\.execp?)\("(?<word>[^"\\$`]+)"(?:, ?"(?<word>[^"\\$`]*)")*\)$""")]
    private static partial Regex RunOnly();
}
