using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Ironhull.Compose.Store;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Build;

/// <summary>
/// The programs of the locked build tools, unpacked for one stage and removed after it. They run through their own dynamic loader with
/// their own libraries and an empty environment, so that nothing of the host's distribution reaches a result.
/// </summary>
public sealed class ToolRoot : IDisposable
{
    private const int LongestMessage = 4000;
    private static readonly string[] s_folders = ["/usr/bin/", "/usr/sbin/", "/usr/lib/", "/usr/lib64/", "/usr/libexec/"];
    private static readonly string[] s_links = ["/bin/", "/sbin/", "/lib/", "/lib64/"];

    private readonly string _folder;
    private readonly bool _isTemporary;
    private readonly string _loader;
    private readonly string _libraries;

    private ToolRoot(string folder, bool isTemporary)
    {
        _folder = folder;
        _isTemporary = isTemporary;
        _loader = new[] { "usr/lib64", "usr/lib" }.Select(f => new FileInfo(Path.Combine(folder, f, LoaderName))).Where(f => f.Exists)
            .Select(f => f.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? f.FullName).FirstOrDefault()
            ?? throw SelinuxErrors.ToolNotRunnable.Error($"The build tools have no {LoaderName}: they are programs of another architecture.");
        _libraries = Path.GetDirectoryName(_loader)!;
    }

    // The name is part of each architecture's ABI.
    private static string LoaderName => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "ld-linux-aarch64.so.1" : "ld-linux-x86-64.so.2";

    /// <summary>Unpacks packages.</summary>
    /// <param name="packages">The build tools with everything they depend on.</param>
    /// <param name="folder">A folder that does not exist yet; it is removed on <see cref="Dispose"/>.</param>
    /// <exception cref="HullException">HULL5306: the tools cannot run on this machine.</exception>
    public static ToolRoot Unpack(IReadOnlyList<UnpackedPackage> packages, string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            foreach (var (package, entry) in packages.SelectMany(p => p.Entries.Select(e => (p, e))))
            {
                if (PathOf(entry.Path) is { } path)
                {
                    Write(package, entry, Path.Join(folder, path));
                }
            }

            return new ToolRoot(folder, isTemporary: true);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Takes a folder in which the programs are unpacked already; it is left as it is.</summary>
    /// <exception cref="HullException">HULL5306: the tools cannot run on this machine.</exception>
    public static ToolRoot Open(string folder) => new(folder, isTemporary: false);

    /// <summary>Runs a tool that must succeed.</summary>
    /// <param name="tool">Its path inside the packages.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="workingFolder">Where it runs.</param>
    /// <exception cref="HullException">HULL5304: no package has it; HULL5305: it refused its input; HULL5306: it cannot be started.</exception>
    public void Run(string tool, IEnumerable<string> arguments, string workingFolder)
    {
        var program = Path.Join(_folder, tool);
        if (!File.Exists(program))
        {
            throw SelinuxErrors.ToolMissing.Error($"None of the build tools' packages has {tool}.");
        }

        var start = new ProcessStartInfo(_loader, ["--library-path", _libraries, program, .. arguments])
        {
            WorkingDirectory = workingFolder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        start.Environment.Clear();
        start.Environment["LC_ALL"] = "C";
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            var message = process.StandardError.ReadToEnd();
            output.GetAwaiter().GetResult();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw SelinuxErrors.NotCompiled.Error($"{Path.GetFileName(tool)}: {Shorten(message)}");
            }
        }
        catch (Win32Exception e)
        {
            throw SelinuxErrors.ToolNotRunnable.Error($"{tool}: {e.Message}", cause: e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isTemporary)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static string Shorten(string message)
    {
        message = message.Trim();
        return message.Length <= LongestMessage ? message : new StringBuilder("…").Append(message.AsSpan(message.Length - LongestMessage)).ToString();
    }

    // Programs and libraries only; a package may still name /lib where the image has /usr/lib.
    private static string? PathOf(string path)
    {
        if (s_links.Any(l => path.StartsWith(l, StringComparison.Ordinal)))
        {
            path = "/usr" + path;
        }

        return s_folders.Any(f => path.StartsWith(f, StringComparison.Ordinal)) ? path : null;
    }

    private static void Write(UnpackedPackage package, PackageEntry entry, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (entry.Type == InodeType.SymbolicLink && !Path.Exists(path))
        {
            File.CreateSymbolicLink(path, entry.LinkTarget!);
        }
        else if (entry.Type == InodeType.File)
        {
            using (var target = new FileStream(path, FileMode.Create))
            using (var source = package.Content(entry).OpenRead())
            {
                source.CopyTo(target);
            }

            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }
}
