using System.Runtime.InteropServices;
using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Engine;

/// <summary>
/// Files that are written and get their names together: each file system is waited for once for all of them, and not once for each. Until then
/// nothing of the root has changed but folders.
/// </summary>
internal sealed class PendingFiles : IDisposable
{
    // Each holds two descriptors; a process has 1024 as a rule.
    private const int Most = 128;
    private readonly List<(OpenFolder Folder, OpenFolder.NewFile File)> _files = [];

    /// <summary>Takes a file, and the folder that it is in.</summary>
    public void Add(OpenFolder folder, OpenFolder.NewFile file)
    {
        _files.Add((folder, file));
        if (_files.Count >= Most)
        {
            Publish();
        }
    }

    /// <summary>Gives every file its name, once all of them are on the disk, and waits until the names are there too.</summary>
    public void Publish()
    {
        if (_files.Count == 0)
        {
            return;
        }

        var systems = _files.DistinctBy(f => f.File.Device).Select(f => f.File).ToList();
        Flush(systems);
        foreach (var (_, file) in _files)
        {
            file.Publish();
        }

        Flush(systems);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (folder, file) in _files)
        {
            file.Dispose();
            folder.Dispose();
        }

        _files.Clear();
    }

    private static void Flush(IEnumerable<OpenFolder.NewFile> files)
    {
        foreach (var file in files)
        {
            if (Libc.FlushAll((int)file.Handle.DangerousGetHandle()) < 0)
            {
                throw ProvisioningErrors.RootAccess.Error($"The files cannot be brought to the disk: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
            }
        }
    }
}
