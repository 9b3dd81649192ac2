using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>The programs of a machine that make file systems, arrays and encrypted volumes.</summary>
public interface IPrograms
{
    /// <summary>Whether this machine has a program.</summary>
    /// <param name="name">Its name.</param>
    bool Has(string name);

    /// <summary>Runs a program and waits for its end.</summary>
    /// <param name="name">Its name; the folders of system programs are searched.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>Its exit code, what it printed, and what it said of errors.</returns>
    /// <exception cref="HullException">HULL8077: there is no such program.</exception>
    (int ExitCode, string Output, string Errors) Run(string name, params IReadOnlyList<string> arguments);
}

/// <summary>What is common to all calls of programs.</summary>
internal static class ProgramCalls
{
    /// <summary>Runs a program that has to succeed.</summary>
    /// <param name="programs">The programs.</param>
    /// <param name="device">What it works on, for the message.</param>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>What it printed.</returns>
    /// <exception cref="HullException">HULL8072: it fails.</exception>
    public static string Call(this IPrograms programs, string device, string name, params IReadOnlyList<string> arguments)
    {
        var (code, output, errors) = programs.Run(name, arguments);
        return code == 0
            ? output
            : throw ProvisioningErrors.ProgramFailed.Error($"{name} ended with {code}: {Last(errors.Length > 0 ? errors : output)}", new Location(device));
    }

    // The last line that says something: what came before is progress.
    private static string Last(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault("nothing said");
}
