using System.Text.RegularExpressions;

namespace Ironhull.Compose.Yaml;

/// <summary>A form that a text must have.</summary>
/// <param name="Expects">What a diagnostic says is expected, for example "an absolute path".</param>
/// <param name="Pattern">A regular expression for the whole text that JSON Schema (ECMA 262) understands too.</param>
public sealed record TextForm(string Expects, string Pattern)
{
    private readonly Lazy<Regex> _regex = new(() => new Regex(Pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking));

    /// <summary>An absolute path without "." and ".." segments, empty segments and a final slash.</summary>
    public static TextForm AbsolutePath { get; } = new("an absolute path such as '/usr/bin/su'", "^(/[^/\\s]+)+$");

    /// <summary>Four octal digits.</summary>
    public static TextForm FileMode { get; } = new("a mode of three or four octal digits such as \"0755\"", "^[0-7]?[0-7]{3}$");

    /// <summary>A name of lower-case letters, digits and "-", "+", "." as Debian's policy has it for packages.</summary>
    public static TextForm PackageName { get; } = new("a package name such as 'systemd'", "^[a-z0-9][a-z0-9+.\\-]*$");

    /// <summary>An identifier of lower-case letters, digits and dashes.</summary>
    public static TextForm Identifier { get; } = new("lower-case letters, digits and dashes", "^[a-z0-9][a-z0-9.\\-]*$");

    /// <summary>SHA-256 in hexadecimal.</summary>
    public static TextForm Sha256 { get; } = new("64 hexadecimal digits", "^[0-9a-f]{64}$");

    /// <summary>Whether a text has the form.</summary>
    public bool Matches(string text) =>
        _regex.Value.IsMatch(text) && (!ReferenceEquals(this, AbsolutePath) || !text.Split('/').Any(s => s is "." or ".."));
}
