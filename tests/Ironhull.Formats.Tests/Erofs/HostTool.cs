using System.Diagnostics;

namespace Ironhull.Formats.Tests.Erofs;

/// <summary>Runs a reference tool; a tool that is absent or fails makes the test fail.</summary>
internal static class HostTool
{
    public static string Run(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{tool} did not start.");
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}{error.Result}");
    }
}

/// <summary>A folder that goes when the test ends.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("ironhull-test-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

/// <summary>An image mounted by the kernel, read-only, through a loop device.</summary>
internal sealed class MountedImage : IDisposable
{
    private MountedImage(string folder) => Folder = folder;

    public string Folder { get; }

    public static MountedImage Erofs(string image, string folder)
    {
        Directory.CreateDirectory(folder);
        if (!File.Exists("/dev/loop-control"))
        {
            HostTool.Run("mknod", "/dev/loop-control", "c", "10", "237");
        }

        HostTool.Run("mount", "-t", "erofs", "-o", "loop,ro", image, folder);
        return new(folder);
    }

    public void Dispose() => HostTool.Run("umount", Folder);
}
