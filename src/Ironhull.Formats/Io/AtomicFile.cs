namespace Ironhull.Formats.Io;

/// <summary>
/// A file that appears under its final name only when it is complete: written under a temporary name in the same
/// folder, flushed to the disk, then renamed. Disposing without <see cref="Commit"/> removes what was written.
/// </summary>
public sealed class AtomicFile : IDisposable
{
    private readonly string _path;
    private readonly string _temporary;
    private bool _committed;

    /// <summary>Starts a file. The folder is created when it is missing.</summary>
    /// <param name="path">The final path; replaced if it exists.</param>
    public AtomicFile(string path)
    {
        _path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        _temporary = $"{_path}.partial-{Environment.ProcessId}-{Interlocked.Increment(ref s_counter)}";
        Stream = new FileStream(_temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
    }

    private static int s_counter;

    /// <summary>Where to write; seekable.</summary>
    public FileStream Stream { get; }

    /// <summary>The temporary path, for writers that need one.</summary>
    public string TemporaryPath => _temporary;

    /// <summary>Writes a whole file atomically.</summary>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> content)
    {
        using var file = new AtomicFile(path);
        file.Stream.Write(content);
        file.Commit();
    }

    /// <summary>Writes a whole UTF-8 text file (no byte-order mark) atomically.</summary>
    public static void WriteAllText(string path, string content) => WriteAllBytes(path, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>Flushes to the disk and renames to the final name.</summary>
    /// <param name="durable">False skips the flush to the disk: for caches whose entries are verified on reading.</param>
    public void Commit(bool durable = true)
    {
        Stream.Flush(flushToDisk: durable);
        Stream.Dispose();
        File.Move(_temporary, _path, overwrite: true);
        _committed = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Stream.Dispose();
        }
        finally
        {
            // Also when the last bytes did not fit onto the disk.
            if (!_committed)
            {
                File.Delete(_temporary);
            }
        }
    }
}
