namespace Ironhull.Testing;

/// <summary>The checkout that the tests were built from.</summary>
public static class RepositoryRoot
{
    /// <summary>Its absolute path.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Ironhull.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The checkout was not found above the test's folder.");
    }
}
