namespace Ironhull.Testing;

/// <summary>
/// Tools of another release of Debian: its packages unpacked into a folder below <c>~/.cache/ironhull/toolroot</c>, once, from the mirror
/// of the host's apt sources (or <c>HULL_MIRROR_DEBIAN</c>). Nothing of it is installed. Tools run inside by chroot, or by the
/// folder's own dynamic loader.
/// </summary>
public sealed class ToolRoot
{
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

    // Binds folders of the host into the root inside a mount name space that ends with the tool.
    private const string Enter =
        """
        set -e
        root=$1; folder=$2; shift 2
        while [ "$1" != -- ]; do
            if [ -d "$1" ]; then mkdir -p "$root$1"; mount --rbind "$1" "$root$1"; fi
            shift
        done
        shift
        exec chroot "$root" /usr/bin/env -C "$folder" "$@"
        """;

    private readonly Lazy<string> _folder;

    private ToolRoot(string name, string suite, string[] packages) => _folder = new(() => TestCache.Folder(
        "toolroot", name, [suite, .. packages], folder => Fill(folder, suite, packages)));

    /// <summary>rpm 4.20 and createrepo_c of Debian 13.</summary>
    public static ToolRoot Rpm4 { get; } = WithShell("rpm-trixie", "trixie", "rpm", "createrepo-c", "gpg", "gpg-agent", "zstd", "bzip2", "xz-utils");

    /// <summary>rpm 6, which writes packages of format 6, and createrepo_c of Debian 14.</summary>
    public static ToolRoot Rpm6 { get; } = WithShell("rpm-forky", "forky", "rpm", "createrepo-c", "gpg", "gpg-agent", "zstd", "bzip2", "xz-utils");

    /// <summary>systemd 257 of Debian 13: its systemd-measure signs without a TPM and knows every section.</summary>
    public static ToolRoot Systemd { get; } = WithShell("systemd-trixie", "trixie", "systemd", "libtss2-esys-3.0.2-0t64", "libtss2-mu-4.0.1-0t64", "libtss2-rc0t64");

    /// <summary>systemd-dissect 257 of Debian 13, which judges images by a policy.</summary>
    public static ToolRoot Dissect { get; } = Of("dissect-trixie", "trixie", "systemd-container");

    /// <summary>Where the tools are; the first use fills it.</summary>
    public string Folder => _folder.Value;

    /// <summary>A root of just these packages and what they depend on.</summary>
    public static ToolRoot Of(string name, string suite, params string[] packages) => new(name, suite, packages);

    /// <summary>A root that also has what scripts run: a shell, coreutils, sed, grep, awk, find, tar and so on.</summary>
    public static ToolRoot WithShell(string name, string suite, params string[] packages) => new(
        name,
        suite,
        [.. packages, "base-files", "base-passwd", "bash", "coreutils", "cpio", "dash", "diffutils", "file", "findutils", "gawk", "grep", "gzip", "sed", "tar", "util-linux"]);

    /// <summary>Runs a tool inside that has to succeed.</summary>
    /// <returns>What it printed to its standard output.</returns>
    public string Run(string tool, params string[] arguments) => Try(tool, arguments).Success();

    /// <summary>
    /// Runs a tool inside. The temporary folder and the caches of the tests are at the same paths inside as outside.
    /// </summary>
    /// <param name="tool">Its name or path inside.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables; HOME is /root, LC_ALL is C.UTF-8 and TZ is UTC.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="share">More folders of the host that it sees at the same paths.</param>
    /// <param name="input">Its standard input.</param>
    public ToolResult Try(
        string tool,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? folder = null,
        IEnumerable<string>? share = null,
        string input = "")
    {
        string[] shared =
        [
            "/proc", "/dev", Path.GetTempPath().TrimEnd('/'), Path.Combine(TestCache.Root, "fixtures"), .. share ?? [],
        ];
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = "/root", ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin", ["LC_ALL"] = "C.UTF-8", ["TZ"] = "UTC",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            variables[name] = value;
        }

        return HostTool.Try(
            "unshare",
            [
                .. Environment.IsPrivilegedProcess ? Array.Empty<string>() : ["--map-root-user"], "--mount", "sh", "-c", Enter, "sh", Folder, folder ?? "/",
                .. shared.Distinct(StringComparer.Ordinal), "--", "-i", .. variables.Select(v => $"{v.Key}={v.Value}"), tool, .. arguments,
            ],
            input: input);
    }

    /// <summary>Runs a tool of the root in the host's file system, by the root's dynamic loader.</summary>
    /// <returns>What it printed to its standard output.</returns>
    public string RunByLoader(string tool, params string[] arguments)
    {
        var libraries = $"{Folder}/usr/lib/x86_64-linux-gnu";
        return HostTool.Run($"{libraries}/ld-linux-x86-64.so.2", ["--library-path", $"{libraries}:{libraries}/systemd", $"{Folder}/usr/bin/{tool}", .. arguments]);
    }

    // apt-get with a state of its own, so that the host's is neither read nor changed. A suite's Release file may have expired.
    private static void Fill(string root, string suite, string[] packages)
    {
        var state = Directory.CreateDirectory(Path.Combine(root, "apt")).FullName;
        foreach (var name in new[] { "lists/partial", "archives/partial", "etc" })
        {
            Directory.CreateDirectory(Path.Combine(state, name));
        }

        foreach (var (link, target) in new[] { ("bin", "usr/bin"), ("sbin", "usr/sbin"), ("lib", "usr/lib"), ("lib64", "usr/lib64") })
        {
            Directory.CreateDirectory(Path.Combine(root, target));
            File.CreateSymbolicLink(Path.Combine(root, link), target);
        }

        File.WriteAllText(Path.Combine(state, "status"), "");
        File.WriteAllText(Path.Combine(state, "sources.list"), $"deb [signed-by={Keyring}] {DebianMirror.Find()} {suite} main\n");
        string[] options =
        [
            "-o", $"Dir::Etc::sourcelist={state}/sources.list", "-o", $"Dir::Etc::sourceparts={state}/etc", "-o", $"Dir::Etc::preferencesparts={state}/etc",
            "-o", $"Dir::State={state}", "-o", $"Dir::State::status={state}/status", "-o", $"Dir::Cache={state}", "-o", "Acquire::Languages=none",
            "-o", "APT::Architecture=amd64", "-o", "APT::Sandbox::User=root", "-o", "APT::Install-Recommends=false", "-o", "Acquire::Check-Valid-Until=false", "-q",
        ];
        HostTool.Run("apt-get", [.. options, "update"]);
        HostTool.Run("apt-get", [.. options, "-y", "--download-only", "install", .. packages]);
        foreach (var package in Directory.GetFiles(Path.Combine(state, "archives"), "*.deb").Order(StringComparer.Ordinal))
        {
            HostTool.Run("sh", "-c", "dpkg-deb --fsys-tarfile \"$1\" | tar -x -C \"$2\" --keep-directory-symlink --no-same-owner", "sh", package, root);
        }

        Directory.Delete(state, recursive: true);
        Complete(root);
    }

    // What maintainer scripts would have made and tools ask for.
    private static void Complete(string root)
    {
        foreach (var name in new[] { "passwd", "group" })
        {
            var master = Path.Combine(root, $"usr/share/base-passwd/{name}.master");
            if (File.Exists(master))
            {
                File.Copy(master, Path.Combine(Directory.CreateDirectory(Path.Combine(root, "etc")).FullName, name));
            }
        }

        foreach (var (name, target) in new[] { ("awk", "gawk"), ("sh", "dash") })
        {
            var link = new FileInfo(Path.Combine(root, "usr/bin", name));
            if (!link.Exists && link.LinkTarget is null && File.Exists(Path.Combine(root, "usr/bin", target)))
            {
                link.CreateAsSymbolicLink(target);
            }
        }
    }
}
