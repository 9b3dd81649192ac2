using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Ironhull.Packages.Cache;

namespace Ironhull.Resolution.Tests;

/// <summary>
/// An empty trixie root for apt-get below the cache folder, fed from the mirror that this machine's own apt uses.
/// Answers are kept by the index they were given for, so that apt runs once per list and index.
/// </summary>
internal sealed class AptRoot
{
    public static readonly string[] Suites = ["trixie", "trixie-updates", "trixie-security"];
    private readonly string _root;
    private readonly string _answers;
    private readonly Dictionary<string, string> _indexFiles = new(StringComparer.Ordinal);

    private AptRoot(string root)
    {
        _root = root;
        _answers = Path.Combine(root, "answers");
    }

    /// <summary>The uncompressed Packages file of a suite.</summary>
    public string IndexFile(string suite) => _indexFiles[suite];

    public static AptRoot Open()
    {
        var cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "ironhull", "oracles", "apt-trixie");
        var root = new AptRoot(cache);
        root.Prepare();
        return root;
    }

    /// <summary>The names that apt would install into an empty system, ordered, or null when it finds no solution.</summary>
    public IReadOnlyList<string>? Install(IReadOnlyList<string> names, bool recommends = false)
    {
        var memo = Path.Combine(_answers, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_indexKey + (recommends ? "+" : "") + string.Join(' ', names)))));
        if (!File.Exists(memo))
        {
            var (exit, output, _) = Run(["install", "--print-uris", "-qq", recommends ? "--install-recommends" : "--no-install-recommends", .. names]);
            var temporary = memo + ".part";
            File.WriteAllText(temporary, exit != 0 ? "none" : string.Join('\n', output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(l => l.StartsWith('\'')).Select(l => l.Split(' ')[1].Split('_')[0]).Order(StringComparer.Ordinal)));
            File.Move(temporary, memo, overwrite: true);
        }

        var answer = File.ReadAllText(memo);
        return answer == "none" ? null : answer.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private string _indexKey = "";

    private void Prepare()
    {
        foreach (var folder in new[] { "etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/trusted.gpg.d", "var/lib/apt/lists/partial", "var/lib/dpkg", "var/cache/apt/archives/partial", "answers" })
        {
            Directory.CreateDirectory(Path.Combine(_root, folder));
        }

        File.WriteAllText(Path.Combine(_root, "var/lib/dpkg/status"), "");
        var mirrors = MirrorMap.Discover();
        const string Keyring = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]";
        File.WriteAllText(Path.Combine(_root, "etc/apt/sources.list"),
            string.Concat(Suites.Select(s => $"deb {Keyring} {mirrors.Locate(s.EndsWith("-security", StringComparison.Ordinal) ? MirrorMap.DebianSecurity : MirrorMap.Debian, "")} {s} main\n")));
        var (exit, _, error) = Run(["update", "-qq"]);
        foreach (var line in Run(["indextargets", "--format", "$(CODENAME) $(FILENAME)", "Created-By: Packages"]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(' ', 2);
            _indexFiles[parts[0]] = parts[1];
        }

        if (!Suites.All(s => _indexFiles.TryGetValue(s, out var file) && File.Exists(file)))
        {
            throw new InvalidOperationException($"apt-get update (exit {exit}) gave no indices in {_root}: {error}");
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var suite in Suites)
        {
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(_indexFiles[suite])));
        }

        _indexKey = Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private (int Exit, string Output, string Error) Run(IEnumerable<string> arguments) => Start(
    [
        "-o", $"Dir={_root}", "-o", "Dir::Etc=etc/apt", "-o", "Dir::State=var/lib/apt", "-o", $"Dir::State::status={_root}/var/lib/dpkg/status",
        "-o", "Dir::Cache=var/cache/apt", "-o", "APT::Architecture=amd64", "-o", "APT::Architectures=amd64", "-o", "APT::Install-Recommends=false",
        "-o", "Acquire::GzipIndexes=false", "-o", "Acquire::Languages=none", "-o", "Dir::Cache::pkgcache=pkgcache.bin", "-o", "Dir::Cache::srcpkgcache=srcpkgcache.bin", "-o", "Debug::NoLocking=true", .. arguments,
    ]);

    private static (int Exit, string Output, string Error) Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("apt-get", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
