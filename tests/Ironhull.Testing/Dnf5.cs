using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ironhull.Testing;

/// <summary>
/// dnf5 of Debian 14, asked what it would install from some repositories into an empty system. Answers are kept by what the
/// repositories hold and what was asked, so that dnf5 runs once for each.
/// </summary>
public sealed class Dnf5
{
    private static readonly ToolRoot Root = ToolRoot.Of("dnf5-forky", "forky", "dnf5", "createrepo-c", "rpm");
    private readonly string _key;
    private readonly string _configuration;
    private readonly Lazy<string> _cache;

    /// <param name="repositories">Folders of repositories by id, with their priorities as dnf has them: the lower wins.</param>
    /// <param name="cache">A folder for dnf5's caches.</param>
    public Dnf5(IReadOnlyList<(string Id, string Folder, int Priority)> repositories, string cache)
    {
        var configuration = new StringBuilder();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (id, folder, priority) in repositories)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{id} {priority}\n"));
            hash.AppendData(File.ReadAllBytes(Path.Combine(folder, "repodata", "repomd.xml")));
            configuration.Append($"[{id}]\nname={id}\nbaseurl=file://{folder}\ngpgcheck=0\nrepo_gpgcheck=0\npriority={priority}\n");
        }

        _key = Convert.ToHexStringLower(hash.GetHashAndReset());
        _configuration = configuration.ToString();
        _cache = new(() => Prepare(cache));
    }

    /// <summary>createrepo_c on a folder of packages.</summary>
    public static void CreateRepository(string folder) => Root.RunByLoader("createrepo_c", "--quiet", "--general-compress-type=gz", folder);

    /// <summary>
    /// What dnf5 would install, with <c>best</c>, so that no request is answered with an older version.
    /// </summary>
    public DnfAnswer Install(IReadOnlyList<string> requests, bool weak = false, IReadOnlyList<string>? exclude = null)
    {
        var question = $"{_key} {weak} {string.Join('\n', requests)} - {string.Join('\n', exclude ?? [])}";
        var answers = Directory.CreateDirectory(Path.Combine(TestCache.Root, "oracles", "dnf5-answers", _key[..16])).FullName;
        var memo = Path.Combine(answers, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(question))));
        if (!File.Exists(memo))
        {
            var temporary = $"{memo}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}";
            File.WriteAllText(temporary, Ask(requests, weak, exclude ?? []).ToString());
            File.Move(temporary, memo, overwrite: true);
        }

        return DnfAnswer.Parse(File.ReadAllText(memo));
    }

    private DnfAnswer Ask(IReadOnlyList<string> requests, bool weak, IReadOnlyList<string> exclude)
    {
        using var run = new TempFolder();
        var result = Run(_cache.Value, run.Root,
            [$"--setopt=install_weak_deps={(weak ? 1 : 0)}", .. exclude.Select(e => $"--exclude={e}"), "install", $"--store={run.Root}/transaction", .. requests]);
        var file = Path.Combine(run.Root, "transaction", "transaction.json");
        if (!File.Exists(file))
        {
            var text = result.Output + result.Error;
            return text.Contains("Failed to resolve the transaction", StringComparison.Ordinal) ? new(null)
                : result.ExitCode == 139 && text.TrimEnd().EndsWith("Repositories loaded.", StringComparison.Ordinal) ? new(null, Crashed: true)
                : throw new InvalidOperationException($"dnf5 ended with {result.ExitCode}:\n{result.Output}{result.Error}");
        }

        using var json = JsonDocument.Parse(File.ReadAllText(file));
        return new(json.RootElement.TryGetProperty("rpms", out var rpms)
            ? [.. rpms.EnumerateArray().Select(r => r.GetProperty("nevra").GetString()!).Order(StringComparer.Ordinal)]
            : []);
    }

    private static ToolResult Run(string cache, string folder, IEnumerable<string> arguments)
    {
        var libraries = $"{Root.Folder}/usr/lib/x86_64-linux-gnu";
        string[] settings =
        [
            $"reposdir={cache}/repos", $"cachedir={cache}/cache", $"system_cachedir={cache}/cache", $"logdir={folder}/log", "plugins=0", "pluginpath=/nonexistent",
            "varsdir=/nonexistent", "best=1", "metadata_expire=-1", "keepcache=0", "optional_metadata_types=filelists",
        ];
        return HostTool.Try($"{libraries}/ld-linux-x86-64.so.2",
        [
            "--library-path", libraries, $"{Root.Folder}/usr/bin/dnf5", "--use-host-config", $"--installroot={folder}/root", $"--config={cache}/dnf.conf",
            "--releasever=1", "--forcearch=x86_64", "-y", .. settings.Select(s => $"--setopt={s}"), .. arguments,
        ]);
    }

    // Filled here, once: several dnf5 that fill one cache at the same time take files from under each other.
    private string Prepare(string cache)
    {
        Directory.CreateDirectory(Path.Combine(cache, "repos"));
        File.WriteAllText(Path.Combine(cache, "repos", "all.repo"), _configuration);
        File.WriteAllText(Path.Combine(cache, "dnf.conf"), "[main]\n");
        using var run = new TempFolder();
        Run(cache, run.Root, ["makecache"]).Success();
        return cache;
    }
}
