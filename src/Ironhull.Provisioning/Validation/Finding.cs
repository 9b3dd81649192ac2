using System.Globalization;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;

namespace Ironhull.Provisioning.Validation;

/// <summary>How bad a finding is.</summary>
public enum FindingLevel
{
    /// <summary>Worth knowing.</summary>
    Info,

    /// <summary>Probably not what was meant; the config is applied all the same.</summary>
    Warning,

    /// <summary>The config is refused.</summary>
    Error,
}

/// <summary>Something that a config says and should not.</summary>
/// <param name="Level">How bad it is.</param>
/// <param name="Code">The kind.</param>
/// <param name="Path">The value's path: <c>$.storage.files.0.path</c>.</param>
/// <param name="Where">The value's place, or that of what it is missing from.</param>
/// <param name="Message">What is wrong, without full stop.</param>
public sealed record Finding(FindingLevel Level, ErrorCode Code, string Path, Place Where, string Message)
{
    /// <summary>The level in lower case.</summary>
    public string LevelName => Level switch { FindingLevel.Error => "error", FindingLevel.Warning => "warning", _ => "info" };

    /// <summary>The finding as a diagnostic.</summary>
    public Diagnostic ToDiagnostic() => Code.With($"At {Path}: {Message}.", Where.ToLocation());

    /// <summary><c>error at $.storage.files.0.path, line 2 col 30: path not absolute (HULL8011)</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{LevelName} at {Path}, line {Where.Line} col {Where.Column}: {Message} ({Code.Code})");
}
