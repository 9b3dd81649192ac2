using System.Diagnostics;

namespace Ironhull.Testing;

/// <summary>Runs a reference tool of this machine; a tool that is absent or fails makes the test fail.</summary>
public static class HostTool
{
    /// <summary>Runs a tool that has to succeed.</summary>
    /// <returns>What it printed to its standard output.</returns>
    public static string Run(string tool, params string[] arguments) => Try(tool, arguments).Success();

    /// <summary>Runs a tool that has to succeed, with variables beside those of this process.</summary>
    /// <returns>What it printed to its standard output.</returns>
    public static string Run(IReadOnlyDictionary<string, string> environment, string tool, params string[] arguments) => Try(tool, arguments, environment).Success();

    /// <summary>Runs a tool that may fail.</summary>
    /// <param name="tool">Its name or path; the sbin folders are searched too.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables beside those of this process; LC_ALL is C.UTF-8 and TZ is UTC.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="input">Its standard input.</param>
    public static ToolResult Try(
        string tool, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null, string input = "")
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder ?? "",
        };
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TZ"] = "UTC";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{tool} did not start.");
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It did not read to the end; its exit code says what that means.
        }

        process.WaitForExit();
        return new($"{tool} {string.Join(' ', start.ArgumentList)}", process.ExitCode, output.Result, error.Result);
    }
}

/// <summary>How a tool ended and what it printed.</summary>
/// <param name="Command">The command line, for messages.</param>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record ToolResult(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>The output of a tool that had to succeed.</summary>
    public string Success() => ExitCode == 0 ? Output : throw new InvalidOperationException($"{Command} ended with {ExitCode}:\n{Output}{Error}");
}
