using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Build;

/// <summary>Keeps other builds out of an output folder, and removes what an interrupted build left there.</summary>
public sealed class OutputLock : IDisposable
{
    private const string FileName = ".building";
    private readonly FileStream _file;

    private OutputLock(FileStream file) => _file = file;

    /// <summary>Takes the folder.</summary>
    /// <exception cref="HullException">HULL5006: another build has it.</exception>
    public static OutputLock Take(string folder)
    {
        FileStream file;
        try
        {
            file = new FileStream(Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (File.Exists(Path.Combine(folder, FileName)))
        {
            throw ComposeErrors.OutputBusy.Error($"'{folder}' is in use.", new(folder), cause: e);
        }

        foreach (var stale in SortedDirectory.Files(folder, "*.partial-*"))
        {
            File.Delete(stale);
        }

        return new(file);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
