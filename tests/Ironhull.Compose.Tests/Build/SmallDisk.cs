using System.Diagnostics;

namespace Ironhull.Compose.Tests.Build;

/// <summary>A file system in memory that is soon full, or read-only. Needs root, as the acceptance machine's tests do.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private SmallDisk()
    {
    }

    public string Path => _folder.Path;

    public static SmallDisk Mount(string options)
    {
        var disk = new SmallDisk();
        var (code, text) = Run("mount", "-t", "tmpfs", "-o", options, "ironhull-test", disk.Path);
        Assert.True(code == 0, $"This test mounts a small tmpfs and needs root (sudo ./test …): {text}");
        return disk;
    }

    // Lazily: a build holds its cached modules open until they are collected.
    public void Dispose()
    {
        var (code, text) = Run("umount", "--lazy", Path);
        Assert.True(code == 0, text);
        _folder.Dispose();
    }

    private static (int Code, string Text) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var text = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, text);
    }
}
