using System.Diagnostics;
using Ironhull.Diagnostics;

namespace Ironhull.Machines.Host;

/// <summary>Programs of the host: found on <c>PATH</c>, run to their end.</summary>
public static class HostTool
{
    /// <summary>Finds a program.</summary>
    /// <param name="name">File name, for example "swtpm".</param>
    /// <returns>Its absolute path, or null.</returns>
    public static string? TryFind(string name)
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (var folder in path.Split(':').Concat(["/usr/bin", "/usr/sbin", "/usr/local/bin"]))
        {
            var candidate = folder.Length == 0 ? "" : Path.Combine(folder, name);
            if (candidate.Length > 0 && File.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>Finds a program that must be there.</summary>
    /// <param name="name">File name.</param>
    /// <param name="purpose">What it is needed for, for the message.</param>
    /// <exception cref="HullException">HULL7001.</exception>
    public static string Find(string name, string purpose) =>
        TryFind(name) ?? throw MachineErrors.ToolMissing.Error($"'{name}' is not on PATH; it is needed to {purpose}.");

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Path or name.</param>
    /// <param name="arguments">Arguments.</param>
    /// <param name="input">Bytes for its standard input, or null for an empty one.</param>
    /// <param name="cancel">Kills the program.</param>
    public static async Task<ToolResult> RunAsync(string program, IEnumerable<string> arguments, Stream? input = null, CancellationToken cancel = default)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        using var kill = cancel.Register(() => Kill(process));
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            if (input is not null)
            {
                await input.CopyToAsync(process.StandardInput.BaseStream, cancel).ConfigureAwait(false);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading all of its input: its exit code and output say why.
        }

        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        var result = new ToolResult(process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
        cancel.ThrowIfCancellationRequested();
        return result;
    }

    /// <summary>Kills a process and its children; a process that has ended is left alone.</summary>
    internal static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }
}

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
public sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <summary>Exit code 0.</summary>
    public bool Succeeded => ExitCode == 0;
}
