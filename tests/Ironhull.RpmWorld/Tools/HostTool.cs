using System.Diagnostics;

namespace Ironhull.RpmWorld.Tools;

/// <summary>Runs a tool of the host.</summary>
internal static class HostTool
{
    /// <summary>Runs a tool to its end, in the C locale and UTC.</summary>
    /// <param name="environment">Variables beyond the process's own.</param>
    /// <param name="tool">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>What it wrote to standard output.</returns>
    /// <exception cref="InvalidOperationException">It did not end with 0; both outputs are in the message.</exception>
    public static string Run(IReadOnlyDictionary<string, string> environment, string tool, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TZ"] = "UTC";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{tool} did not start.");
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{tool} {string.Join(' ', start.ArgumentList.Take(12))}{(start.ArgumentList.Count > 12 ? " …" : "")} ended with {process.ExitCode}:\n{error.Result}{output}");
    }

    /// <inheritdoc cref="Run(IReadOnlyDictionary{string, string}, string, IEnumerable{string})"/>
    public static string Run(string tool, params IEnumerable<string> arguments) => Run(new Dictionary<string, string>(), tool, arguments);
}
