using System.Diagnostics;
using Ironhull.Machines.Acceptance;

namespace Ironhull.Machines.Tests;

#pragma warning disable CA1416 // file modes: the tests run on Linux

public sealed class ProbeProgramTests
{
    [Theory]
    [InlineData]
    [InlineData("anonymous")]
    public void Create_WhereNothingIsEnforced_RunsWhatItTries(params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("hull-probe-");
        try
        {
            var path = Path.Combine(folder.FullName, "probe");
            File.WriteAllBytes(path, ProbeProgram.Create());
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using var probe = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true })!;
            Assert.Equal(ProbeProgram.Greeting + "\n", probe.StandardOutput.ReadToEnd());
            probe.WaitForExit();
            Assert.Equal(0, probe.ExitCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
