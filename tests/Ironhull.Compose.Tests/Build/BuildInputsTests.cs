using System.Reflection;
using Ironhull.Compose.Build;
using Ironhull.Compose.Definition;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Build;

public sealed class BuildInputsTests
{
    private static readonly Sha256Digest s_certificate = Sha256Digest.Of("a certificate"u8);

    // What is changed, and how.
    private static readonly Dictionary<string, Action<SmallImage>> s_changes = new(StringComparer.Ordinal)
    {
        ["lock: timestamp"] = i => i.WriteLock(l => l with { Timestamp = l.Timestamp + 1 }),
        ["lock: package"] = i => i.WriteLock(l => l with { Packages = [l.Packages[0] with { Sha256 = Sha256Digest.Of("x"u8) }, .. l.Packages.Skip(1)] }),
        ["recipe: content"] = i => i.Write("recipes/tool.yaml", "package: tool\n# changed\n"),
        ["recipe: added"] = i => i.Write("recipes/more.yaml", "package: more\n"),
        ["recipe: removed"] = i => File.Delete(i.PathOf("recipes/tool.yaml")),
        ["accounts"] = i => i.Write("accounts.yaml", "users: {somebody: 998}\n"),
        ["overlay: content"] = i => i.Write("files/etc/issue", "other\n"),
        ["overlay: executable bit"] = i => File.SetUnixFileMode(i.PathOf("files/etc/issue"), (UnixFileMode)0x1ED),
        ["overlay: link target"] = i => Relink(i.PathOf("files/etc/link"), "other"),
        ["overlay: file in place of a link"] = i => Refile(i.PathOf("files/etc/link"), "issue"),
        ["overlay: added file"] = i => i.Write("files/etc/more", ""),
        ["overlay: added folder"] = i => Directory.CreateDirectory(i.PathOf("files/etc/more")),
        ["overlay: removed file"] = i => File.Delete(i.PathOf("files/etc/issue")),
        ["overlay: renamed file"] = i => File.Move(i.PathOf("files/etc/issue"), i.PathOf("files/etc/issue2")),
        ["preset"] = i => i.Write("90-small.preset", "enable *\n"),
        ["initrd.yaml"] = i => i.Write("initrd.yaml", "overlay: initrd-files\nfiles: [/etc/tool.conf]\n"),
        ["initrd overlay: content"] = i => i.Write("initrd-files/etc/extra", "other\n"),
        ["initrd overlay: added"] = i => i.Write("initrd-files/etc/more", ""),
    };

    // Every key of the definition, changed to something else that is valid: text to search, text to put.
    private static readonly (string Old, string New)[] s_keys =
    [
        ("name: small", "name: large"), ("version: \"1\"", "version: \"2\""), ("suite: trixie", "suite: trixie-updates"), ("components: [main]", "components: [main, contrib]"),
        ("install: [tool, boot, data]", "install: [tool, boot]"), ("essential: false", "essential: true"), ("recipes: [recipes]", "recipes: []"),
        ("accounts: accounts.yaml", ""), ("files: [files]", "files: []"), ("preset: 90-small.preset", ""), ("remove: [/usr/share/doc]", "remove: []"),
        ("mode: \"0755\"", "mode: \"0750\""), ("suid: []", "suid: [/usr/bin/tool]"), ("commandLine: quiet", "commandLine: debug"), ("esp: {size: 64MiB}", "esp: {size: 65MiB}"),
        ("level: 1", "level: 2"), ("usr: {", "usr: {compression: none, "), ("usr: {", "usr: {cluster: 4KiB, "), ("usr: {", "usr: {size: 64MiB, "),
        ("boot: {", "boot: {counter: 0, "), ("boot: {", "boot: {loaderTimeout: 1, "), ("boot: {", "boot: {kernel: /boot/x, "), ("outputs: [raw, qcow2]", "outputs: [raw]"),
    ];

    public static TheoryData<string> Changes => [.. s_changes.Keys];

    [Theory]
    [MemberData(nameof(Changes))]
    public void Of_ChangedInput_HasAnotherKey(string change)
    {
        using var image = new SmallImage("keys", withDownloads: false);
        var before = KeyOf(image);
        Assert.Equal(before, KeyOf(image));
        s_changes[change](image);
        Assert.NotEqual(before, KeyOf(image));
    }

    [Fact]
    public void Of_EachChangedKeyOfTheDefinition_HasAnotherKey()
    {
        using var image = new SmallImage("keys", withDownloads: false);
        var text = SmallImage.DefaultText(disk: true);
        var seen = new HashSet<Sha256Digest> { KeyOf(image) };
        foreach (var (old, @new) in s_keys)
        {
            Assert.Contains(old, text, StringComparison.Ordinal);
            image.WriteDefinition(text.Replace(old, @new, StringComparison.Ordinal));
            Assert.True(seen.Add(KeyOf(image)), $"'{old}' to '{@new}' is not part of the key");
        }
    }

    [Fact]
    public void Of_OtherCertificateOrDeferredSigning_HasAnotherKey()
    {
        using var image = new SmallImage("keys", withDownloads: false);
        var definition = ImageDefinition.Load(image.DefinitionPath);
        Sha256Digest[] keys =
        [
            BuildInputs.Of(definition, definition.LockPath, s_certificate, deferSigning: false).Digest,
            BuildInputs.Of(definition, definition.LockPath, s_certificate, deferSigning: true).Digest,
            BuildInputs.Of(definition, definition.LockPath, null, deferSigning: false).Digest,
            BuildInputs.Of(definition, definition.LockPath, Sha256Digest.Of("another"u8), deferSigning: false).Digest,
        ];
        Assert.Equal(4, keys.Distinct().Count());
    }

    /// <summary>A property that names a file, added to the definition later, must become part of the key.</summary>
    [Fact]
    public void Of_EveryPathThatADefinitionNames_IsPartOfTheKey()
    {
        using var image = new SmallImage("keys", withDownloads: false);
        var definition = ImageDefinition.Load(image.DefinitionPath);
        var paths = PathsOf(definition).Concat(PathsOf(definition.Initrd!)).Where(p => p != definition.Folder && p != definition.ProgramsFolder).Distinct().ToList();
        Assert.Equal(
            ["90-small.preset", "accounts.yaml", "files", "image.lock", "image.yaml", "initrd-files", "initrd.yaml", "recipes"],
            paths.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var path in paths)
        {
            var before = BuildInputs.Of(definition, definition.LockPath, null, false).Digest;
            File.AppendAllText(Directory.Exists(path) ? Path.Combine(path, "added") : path, "\n# more\n");
            Assert.True(before != BuildInputs.Of(definition, definition.LockPath, null, false).Digest, $"{path} is not part of the key");
        }
    }

    [Fact]
    public void Of_ChangedProgram_HasAnotherKey()
    {
        using var image = new SmallImage("keys", withDownloads: false);
        image.Write("programs/hull-node", "machine code");
        var definition = ImageDefinition.Load(image.DefinitionPath) with
        {
            Programs = [new("hull-node", "/usr/bin/hull-node", new("image.yaml"))], ProgramsFolder = image.PathOf("programs"),
        };
        var before = BuildInputs.Of(definition, definition.LockPath, null, false).Digest;
        image.Write("programs/hull-node", "other machine code");
        Assert.NotEqual(before, BuildInputs.Of(definition, definition.LockPath, null, false).Digest);
    }

    [Fact]
    public void Of_SameFolderTwice_IsNoError()
    {
        using var image = new SmallImage("keys", withDownloads: false);
        image.WriteDefinition(SmallImage.DefaultText(disk: true).Replace("files: [files]", "files: [files, files, initrd-files]", StringComparison.Ordinal));
        KeyOf(image);
    }

    /// <summary>Whatever is added to the definition of /usr is part of the key, or is shown here not to reach the bytes.</summary>
    [Fact]
    public void UsrKey_EveryPropertyThatReachesTheBytes_ChangesIt()
    {
        using var image = new SmallImage("keys", withDownloads: false);
        var definition = ImageDefinition.Load(image.DefinitionPath);
        var tree = new FileTree();
        tree.Set("/text", Inode.File(Content.FromText(string.Concat(Enumerable.Range(0, 30_000)))));
        var usr = definition.Disk!.Usr with { Level = 5 };
        var original = definition with { Disk = definition.Disk with { Usr = usr } };
        var key = UsrImage.Key(tree, original, 1).Digest;
        var constructor = typeof(UsrDefinition).GetConstructors().Single(c => c.GetParameters().Length > 1);
        Assert.Equal(constructor.GetParameters().Length, typeof(UsrDefinition).GetProperties(BindingFlags.Public | BindingFlags.Instance).Length);
        foreach (var parameter in constructor.GetParameters())
        {
            var values = constructor.GetParameters().Select(p => typeof(UsrDefinition).GetProperty(p.Name!)!.GetValue(usr)).ToArray();
            values[parameter.Position] = Other(values[parameter.Position]!);
            var changed = original with { Disk = original.Disk! with { Usr = (UsrDefinition)constructor.Invoke(values) } };
            if (UsrImage.Key(tree, changed, 1).Digest == key)
            {
                Assert.True(Bytes(tree, original).SequenceEqual(Bytes(tree, changed)), $"{parameter.Name} changes the bytes and not the key");
            }
        }

        var other = tree.Clone();
        other.Set("/text", Inode.File(Content.FromText("x")));
        Assert.NotEqual(key, UsrImage.Key(other, original, 1).Digest);
        Assert.NotEqual(key, UsrImage.Key(tree, original, 2).Digest);
    }

    private static Sha256Digest KeyOf(SmallImage image)
    {
        var definition = ImageDefinition.Load(image.DefinitionPath);
        return BuildInputs.Of(definition, definition.LockPath, s_certificate, deferSigning: false).Digest;
    }

    private static IEnumerable<string> PathsOf(object value) => value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.GetIndexParameters().Length == 0)
        .SelectMany(p => p.GetValue(value) switch
        {
            string text => [text],
            IEnumerable<string> texts => texts,
            _ => Array.Empty<string>(),
        })
        .Where(p => Path.IsPathRooted(p) && Path.Exists(p));

    private static object Other(object value) => value switch
    {
        Enum => Enum.GetValues(value.GetType()).Cast<object>().Last(v => !v.Equals(value)),
        int number when number >= 4096 => number / 2,
        int number => number + 1,
        long size => size + (64L << 20),
        bool flag => !flag,
        _ => throw new InvalidOperationException($"Say here how a {value.GetType()} is changed."),
    };

    private static byte[] Bytes(FileTree tree, ImageDefinition definition)
    {
        using var folder = new TemporaryFolder();
        UsrImage.Write(folder.Path, tree, definition, 1, null, default);
        return [.. SortedDirectory.Files(folder.Path).SelectMany(File.ReadAllBytes)];
    }

    private static void Relink(string path, string target)
    {
        File.Delete(path);
        File.CreateSymbolicLink(path, target);
    }

    private static void Refile(string path, string text)
    {
        File.Delete(path);
        File.WriteAllText(path, text);
    }
}
