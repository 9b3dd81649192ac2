namespace Ironhull.RpmWorld.Conversion;

/// <summary>A scriptlet or a trigger of a spec file.</summary>
/// <param name="Section">"pre", "post", "posttrans", "transfiletriggerin" …</param>
/// <param name="Body">The script; empty when the interpreter is all.</param>
/// <param name="Interpreter">After <c>-p</c>; empty is the shell.</param>
/// <param name="Priority">After <c>-P</c>, for file triggers.</param>
/// <param name="Paths">What a file trigger waits for.</param>
internal sealed record Scriptlet(string Section, string Body, string Interpreter = "", int? Priority = null, params IReadOnlyList<string> Paths)
{
    /// <summary>The section of a subpackage.</summary>
    public string Render(string package)
    {
        var interpreter = Interpreter.Length == 0 ? "" : $" -p {Interpreter}";
        var priority = Priority is null ? "" : $" -P {Priority}";
        var paths = Paths.Count == 0 ? "" : $" -- {string.Join(' ', Paths)}";
        var body = Body.Length == 0 ? "" : Body.TrimEnd('\n').Replace("%", "%%", StringComparison.Ordinal) + "\n";
        return $"%{Section} -n {package}{interpreter}{priority}{paths}\n{body}\n";
    }
}
