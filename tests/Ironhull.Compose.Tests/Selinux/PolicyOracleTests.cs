using System.Text;
using Ironhull.Compose.Selinux;
using Ironhull.Formats.Trees;
using Ironhull.Testing;

namespace Ironhull.Compose.Tests.Selinux;

/// <summary>What the build makes of the image's modules is what the distribution's own installation makes of them.</summary>
public sealed class PolicyOracleTests : IDisposable
{
    private static readonly (InodeType Type, string Word)[] s_types =
    [
        (InodeType.File, "file"), (InodeType.Directory, "dir"), (InodeType.SymbolicLink, "lnk_file"), (InodeType.CharacterDevice, "chr_file"),
        (InodeType.BlockDevice, "blk_file"), (InodeType.Fifo, "pipe"), (InodeType.Socket, "sock_file"),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Compile_ModulesOfTheImage_GivesTheBytesOfSemodule()
    {
        var output = Directory.CreateDirectory(Path.Combine(_folder.Path, "out")).FullName;
        var work = Directory.CreateDirectory(Path.Combine(_folder.Path, "work")).FullName;
        using (var tools = Compose.Build.ToolRoot.Open(InstalledPolicy.Tools.Folder))
        {
            PolicyCompiler.Compile(InstalledPolicy.Packages(), [], new Dictionary<string, bool>(), 33, tools, output, work);
        }

        Assert.Equal(InstalledPolicy.Read("policy/policy.33"), File.ReadAllBytes(Path.Combine(output, PolicyCompiler.PolicyFile)));
        var logins = PolicyCompiler.ReadLogins(output);
        Assert.Equal(Encoding.UTF8.GetString(InstalledPolicy.Read("seusers")), CilStatements.Render(logins));
        var passwd = File.ReadAllText(Path.Combine(InstalledPolicy.Tools.Folder, "etc/passwd"));
        var written = HomeContexts.Write(File.ReadAllText(Path.Combine(output, PolicyCompiler.ContextsFile)), logins, HomeContexts.Accounts(passwd));
        Assert.Equal(Encoding.UTF8.GetString(InstalledPolicy.Read("contexts/files/file_contexts")), written.FileContexts);
        Assert.Equal(Encoding.UTF8.GetString(InstalledPolicy.Read("contexts/files/file_contexts.homedirs")), written.Homes);
    }

    [Fact]
    public void Compile_WithTheImagesOwnModule_AddsItsRulesAndLabels()
    {
        var output = Directory.CreateDirectory(Path.Combine(_folder.Path, "out")).FullName;
        var work = Directory.CreateDirectory(Path.Combine(_folder.Path, "work")).FullName;
        using (var tools = Compose.Build.ToolRoot.Open(InstalledPolicy.Tools.Folder))
        {
            var image = InstalledPolicy.Definition;
            PolicyCompiler.Compile(InstalledPolicy.Packages(), image.Local, image.Booleans, image.Version, tools, output, work);
        }

        Assert.NotEqual(InstalledPolicy.Read("policy/policy.33"), File.ReadAllBytes(Path.Combine(output, PolicyCompiler.PolicyFile)));
        Assert.Contains("/efi\t-d\tsystem_u:object_r:boot_t:s0", File.ReadAllText(Path.Combine(output, PolicyCompiler.ContextsFile)), StringComparison.Ordinal);
    }

    [Fact]
    public void Lookup_EveryPathOfARealSystem_IsThatOfMatchpathconForEveryFileType()
    {
        var paths = Paths().Distinct(StringComparer.Ordinal).ToList();
        Assert.True(paths.Count > 5000, $"only {paths.Count} paths");
        Compare(InstalledPolicy.Contexts(), Path.Combine(InstalledPolicy.Folder, "etc/selinux/default/contexts/files/file_contexts"), paths);
    }

    [Fact]
    public void Lookup_ArbitraryEntriesAndPaths_IsThatOfMatchpathcon()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var contexts = Entries(random, 30);
            var homes = Entries(random, 6);
            var own = "/sub /a\n/x/y  /usr/lib\n#/a /b\n/one\n";
            var distribution = "/usr/lib64 /usr/lib\n/a/b /x\n/q /\n";
            var file = _folder.Write($"{seed}/file_contexts", contexts);
            _folder.Write($"{seed}/file_contexts.homedirs", homes);
            _folder.Write($"{seed}/file_contexts.subs", own);
            _folder.Write($"{seed}/file_contexts.subs_dist", distribution);
            var paths = Enumerable.Range(0, 60).Select(_ => RandomPath(random)).Distinct(StringComparer.Ordinal).ToList();
            Compare(new([("file_contexts", contexts), ("file_contexts.homedirs", homes)], own, distribution), file, paths);
        }
    }

    private static void Compare(FileContexts contexts, string file, List<string> paths)
    {
        foreach (var (type, word) in s_types)
        {
            var answers = paths.Chunk(2000).SelectMany(chunk => Answers(file, word, chunk)).ToList();
            Assert.Equal(paths.Count, answers.Count);
            var different = paths.Zip(answers).Select(p => (Path: p.First, Theirs: p.Second, Ours: contexts.Lookup(p.First, type) ?? FileContexts.NoContext))
                .Where(d => d.Ours != d.Theirs).Select(d => $"{d.Path} {word}: ours {d.Ours}, libselinux {d.Theirs}").ToList();
            Assert.True(different.Count == 0, string.Join('\n', different.Take(10)));
        }
    }

    private static IEnumerable<string> Answers(string file, string type, string[] paths) =>
        InstalledPolicy.Tools.RunByLoader("../sbin/matchpathcon", ["-f", file, "-m", type, .. paths])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l[(l.IndexOf('\t', StringComparison.Ordinal) + 1)..]);

    // What the tools' packages ship, what the entries themselves name, and paths that only a running system has.
    private static IEnumerable<string> Paths()
    {
        var root = InstalledPolicy.Tools.Folder;
        foreach (var path in Directory.EnumerateFileSystemEntries(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }))
        {
            yield return path[root.Length..];
        }

        foreach (var line in Encoding.UTF8.GetString(InstalledPolicy.Read("contexts/files/file_contexts")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var expression = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[0];
            var plain = new string([.. expression.Where(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_')]);
            yield return plain;
            yield return plain + "/below";
            yield return "/root" + plain;
            yield return "/home/somebody" + plain;
        }

        foreach (var path in (string[])["/", "/home", "/home/somebody", "/run/user/0/bus", "/run/user/1000/systemd", "/bin/bash", "/lib64/libc.so.6", "/var/run/x", "/run/lock/x", "/etc/systemd/system/a.service", "/proc", "/proc/1", "/ünïcode/päth"])
        {
            yield return path;
        }
    }

    private static string Entries(Random random, int count)
    {
        string[] pieces = ["/a", "/b", "/x", "/y", "/usr", "/usr/lib", "/q", "/home"];
        string[] tails = ["", "(/.*)?", "/.*", "/[^/]*", "/[a-c]+", "\\.conf", "/(a|b)/x", "/x?", "/b{1,2}", "/[[:alpha:]]+", ".", "/\\d+", "/.+\\.so(\\.[^/]*)*", "/a|/b"];
        string[] types = ["", "\t--", "\t-d", "\t-l", "\t-s"];
        var text = new StringBuilder("# entries\n\n");
        for (var i = 0; i < count; i++)
        {
            var path = string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => pieces[random.Next(pieces.Length)]));
            var context = random.Next(8) == 0 ? "<<none>>" : $"system_u:object_r:t{i}_t:s0";
            text.Append(path).Append(tails[random.Next(tails.Length)]).Append(types[random.Next(types.Length)]).Append('\t').Append(context).Append('\n');
        }

        return text.ToString();
    }

    private static string RandomPath(Random random)
    {
        string[] pieces = ["/a", "/b", "/x", "/y", "/usr", "/lib", "/lib64", "/q", "/home", "/bb", "/12", "/a.conf", "/l.so.1", "/sub", "/", "/ä"];
        return "/" + string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => pieces[random.Next(pieces.Length)])).TrimStart('/');
    }
}
