namespace Ironhull.Formats.Io;

/// <summary>Folder listings in ordinal order, so that no file system's own order leaks into an output.</summary>
public static class SortedDirectory
{
#pragma warning disable RS0030 // the one place that lists folders, and sorts
    /// <summary>The files of a folder whose names match, full paths, ordinal order.</summary>
    public static string[] Files(string folder, string pattern = "*", SearchOption option = SearchOption.TopDirectoryOnly) =>
        Sort(Directory.GetFiles(folder, pattern, option));

    /// <summary>The folders of a folder, full paths, ordinal order.</summary>
    public static string[] Folders(string folder) => Sort(Directory.GetDirectories(folder));
#pragma warning restore RS0030

    private static string[] Sort(string[] paths)
    {
        Array.Sort(paths, StringComparer.Ordinal);
        return paths;
    }
}
