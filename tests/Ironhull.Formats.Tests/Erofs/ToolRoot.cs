namespace Ironhull.Formats.Tests.Erofs;

/// <summary>
/// The erofs tools of trixie, which know Zstandard (bookworm's do not): packages unpacked into a folder and run by their own
/// dynamic loader. <c>HULL_TOOLROOT</c> names a folder that is used as it is; otherwise
/// <c>~/.cache/ironhull/toolroot/erofs-trixie</c> is filled once from the mirror of the host's apt sources.
/// </summary>
internal static class ToolRoot
{
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    private static readonly Lazy<string> s_root = new(Prepare);

    public static string Run(string tool, params string[] arguments)
    {
        var libraries = $"{s_root.Value}/usr/lib/x86_64-linux-gnu";
        return HostTool.Run($"{libraries}/ld-linux-x86-64.so.2", ["--library-path", libraries, $"{s_root.Value}/usr/bin/{tool}", .. arguments]);
    }

    private static string Prepare()
    {
        if (Environment.GetEnvironmentVariable("HULL_TOOLROOT") is { Length: > 0 } given)
        {
            return given;
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var parent = Directory.CreateDirectory(Path.Combine(home, ".cache/ironhull/toolroot")).FullName;
        var root = Path.Combine(parent, "erofs-trixie");
        using var gate = WaitForLock(Path.Combine(parent, "erofs-trixie.lock"));
        if (!Directory.Exists(root))
        {
            Fetch(root + ".partial");
            Directory.Move(root + ".partial", root);
        }

        return root;
    }

    private static FileStream WaitForLock(string path)
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

    // apt-get with a state of its own, so that the host's is neither read nor changed.
    private static void Fetch(string root)
    {
        if (Directory.Exists(root))
        {
            Directory.Delete(root, recursive: true);
        }

        var state = Directory.CreateDirectory(Path.Combine(root, "apt")).FullName;
        foreach (var folder in new[] { "lists/partial", "archives/partial", "etc" })
        {
            Directory.CreateDirectory(Path.Combine(state, folder));
        }

        File.WriteAllText(Path.Combine(state, "status"), "");
        File.WriteAllText(Path.Combine(state, "sources.list"), $"deb [signed-by={Keyring}] {Mirror()} trixie main\n");
        string[] options =
        [
            "-o", $"Dir::Etc::sourcelist={state}/sources.list", "-o", $"Dir::Etc::sourceparts={state}/etc", "-o", $"Dir::Etc::preferencesparts={state}/etc",
            "-o", $"Dir::State={state}", "-o", $"Dir::State::status={state}/status", "-o", $"Dir::Cache={state}",
            "-o", "APT::Architecture=amd64", "-o", "APT::Sandbox::User=root", "-o", "APT::Install-Recommends=false", "-q",
        ];
        HostTool.Run("apt-get", [.. options, "update"]);
        HostTool.Run("apt-get", [.. options, "-y", "--download-only", "install", "erofs-utils"]);
        foreach (var package in Directory.GetFiles(Path.Combine(state, "archives"), "*.deb"))
        {
            HostTool.Run("dpkg-deb", "-x", package, root);
        }

        Directory.Delete(state, recursive: true);
    }

    private static string Mirror()
    {
        if (Environment.GetEnvironmentVariable("HULL_MIRROR_DEBIAN") is { Length: > 0 } given)
        {
            return given;
        }

        var files = new List<string> { "/etc/apt/sources.list" };
        if (Directory.Exists("/etc/apt/sources.list.d"))
        {
            files.AddRange(Directory.GetFiles("/etc/apt/sources.list.d").Order(StringComparer.Ordinal));
        }

        foreach (var line in files.Where(File.Exists).SelectMany(File.ReadLines))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var address = words.FirstOrDefault(w => w.StartsWith("http", StringComparison.Ordinal) && w.TrimEnd('/').EndsWith("/debian", StringComparison.Ordinal));
            if (address is not null && words[0] is "deb" or "URIs:")
            {
                return address!;
            }
        }

        throw new InvalidOperationException("The host's apt sources name no Debian mirror: set HULL_MIRROR_DEBIAN.");
    }
}
