using System.ComponentModel;
using System.Diagnostics;
using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>Programs of this machine.</summary>
public sealed class HostPrograms : IPrograms
{
    // The last two: an initrd has few programs of its own, and the root that it has mounted has the others.
    private const string Folders = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/sysroot/usr/sbin:/sysroot/usr/bin";

    /// <inheritdoc/>
    public bool Has(string name) => Find(name) is not null;

    /// <inheritdoc/>
    public (int ExitCode, string Output, string Errors) Run(string name, params IReadOnlyList<string> arguments)
    {
        var path = Find(name) ?? throw ProvisioningErrors.ProgramMissing.Error($"There is no program {name} on this machine.");
        var start = new ProcessStartInfo(path, (IEnumerable<string>)arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["LC_ALL"] = "C";
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, errors.Result);
        }
        catch (Win32Exception e)
        {
            throw ProvisioningErrors.ProgramFailed.Error($"{path} cannot be started: {e.Message}.", cause: e);
        }
    }

    private static string? Find(string name) => Folders.Split(':').Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);
}
