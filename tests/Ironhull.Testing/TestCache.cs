using System.Security.Cryptography;
using System.Text;

namespace Ironhull.Testing;

/// <summary>
/// Folders below <c>~/.cache/ironhull</c> that tests make once and keep: tool roots, and packages that real tools built. A folder is
/// complete or not there, and its name holds the hash of all it was made from, so that worktrees with other contents do not collide.
/// </summary>
public static class TestCache
{
    /// <summary>Where the folders are.</summary>
    public static string Root { get; } = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/ironhull");

    /// <summary>The folder of a kind, a name and what it is made from; made when it is not there.</summary>
    /// <param name="kind">The folder above, for example "toolroot".</param>
    /// <param name="name">What it is.</param>
    /// <param name="from">Everything that its content depends on.</param>
    /// <param name="make">Fills an empty folder.</param>
    public static string Folder(string kind, string name, IEnumerable<string> from, Action<string> make)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', from))).AsSpan(0, 6));
        var parent = Directory.CreateDirectory(Path.Combine(Root, kind)).FullName;
        var folder = Path.Combine(parent, $"{name}-{hash}");
        if (Directory.Exists(folder))
        {
            return folder;
        }

        using var gate = Lock(folder + ".lock");
        if (!Directory.Exists(folder))
        {
            var partial = folder + ".partial";
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }

            Directory.CreateDirectory(partial);
            make(partial);
            Directory.Move(partial, folder);
        }

        return folder;
    }

    // Held by the operating system, so that it ends with the process that holds it.
    private static FileStream Lock(string path)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                Thread.Sleep(200);
            }
        }
    }
}
