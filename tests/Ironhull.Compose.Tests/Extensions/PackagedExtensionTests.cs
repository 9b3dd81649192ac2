using Ironhull.Compose.Build;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Inspection;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Progress;
using Ironhull.Compose.Tests.Build;
using Ironhull.Diagnostics;
using Ironhull.Packages.Cache;
using Ironhull.Testing;

namespace Ironhull.Compose.Tests.Extensions;

/// <summary>Extensions whose files come out of packages, over a base image of packages.</summary>
[Collection(KeysGroup.Name)]
public sealed class PackagedExtensionTests(SharedKeys keys)
{
    private static readonly byte[] s_script = "#!/usr/bin/tool\n"u8.ToArray();

    [Fact]
    public async Task Build_PackagesBeyondTheBase_AreTheExtension_ReproducibleAndJudgedByTheRealTools()
    {
        using var image = Image();
        var path = Extension(image, "", image.AddPackage("extra", "", ("usr/bin/extra", s_script), ("etc/extra.conf", "x"u8.ToArray()), ("usr/share/doc/extra/copyright", "c"u8.ToArray())), image.AddPackage("more", "", ("usr/lib/more/part", "part"u8.ToArray())));
        var (first, second) = (image.PathOf("out-a"), image.PathOf("out-b"));
        var request = image.Request(first) with { DefinitionPath = path };
        var report = await image.BuildAsync(request);
        await image.BuildAsync(request with { OutputFolder = second });
        Assert.Equal(image.Outputs(first), image.Outputs(second));
        Assert.Equal("left out, because they lie outside /usr: 1 files of its packages, for example /etc/extra.conf", Assert.Single(report.Notes));
        var file = Path.Combine(first, "extra.raw");
        ExtensionJudges.Judge(file);

        using var extension = OpenImage.Open(file);
        var tree = extension.ReadTree();
        // Nothing of the base, and nothing that the base's rules remove.
        Assert.Equal(
            ["/usr/bin/extra", "/usr/lib/extension-release.d/extension-release.extra", "/usr/lib/more/part", "/usr/share/ironhull/extensions/extra.json"],
            tree.Entries.Where(e => e.Value.Content is not null).Select(e => e.Key));
        var list = tree["/usr/share/ironhull/extensions/extra.json"].Content!.ToText();
        Assert.Contains("\"name\": \"more\"", list, StringComparison.Ordinal);
        Assert.DoesNotContain("\"name\": \"tool\"", list, StringComparison.Ordinal);
        var sbom = await File.ReadAllTextAsync(Path.Combine(first, "extra.spdx.json"));
        Assert.Contains("\"name\": \"extra\"", sbom, StringComparison.Ordinal);
        Assert.Contains("\"name\": \"more\"", sbom, StringComparison.Ordinal);
        Assert.DoesNotContain("\"name\": \"tool\"", sbom, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_ExtensionWithoutItsSignature_IsRefusedByTheNodesPolicy()
    {
        using var image = Image();
        var path = Extension(image, "", image.AddPackage("extra", "", ("usr/bin/extra", s_script)));
        await image.BuildAsync(image.Request() with { DefinitionPath = path });
        var file = Path.Combine(image.Output, "extra.raw");
        Assert.Equal("OK", ExtensionJudges.Validate(file).Trim());
        HostTool.Run("sgdisk", "--delete=3", file);
        Assert.Contains("policy", Assert.Throws<InvalidOperationException>(() => ExtensionJudges.Validate(file)).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Build_ProgramWhoseLibraryIsNowhere_ReportsHULL5120ThatNamesWhoNeedsIt()
    {
        using var image = Image();
        // The small base has no C library.
        var path = Extension(image, "", image.AddPackage("extra", "", ("usr/bin/extra", await File.ReadAllBytesAsync("/usr/bin/true"))));
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(image.Request() with { DefinitionPath = path }));
        Assert.Contains(error.Diagnostics, d => d.Code.Code == "HULL5120" && d.Message.Contains("/usr/bin/extra needs libc.so.6", StringComparison.Ordinal) && d.Message.Contains("from extra", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Build_LinkToAFileThatIsLeftOut_IsRefused()
    {
        using var image = Image();
        var deb = image.AddPackage("extra", "", ("usr/bin/extra", s_script), ("opt/extra/run", s_script));
        var path = Extension(image, "files: [files]\n", deb);
        Directory.CreateDirectory(image.PathOf("extra/files/usr/bin"));
        File.CreateSymbolicLink(image.PathOf("extra/files/usr/bin/run"), "../../opt/extra/run");
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(image.Request() with { DefinitionPath = path }));
        Assert.Contains("/usr/bin/run", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_FileThatThePackageAndTheBaseHave_ReportsHULL5101ThatNamesBoth()
    {
        using var image = Image();
        var path = Extension(image, "", image.AddPackage("extra", "", ("usr/bin/tool", "another"u8.ToArray())));
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(image.Request() with { DefinitionPath = path }));
        Assert.Equal("HULL5101", error.Code.Code);
        Assert.Matches("/usr/bin/tool is in (extra.* and in tool|tool.* and in extra)", error.Message);
    }

    [Fact]
    public async Task Build_PackageThatReplacesAFileOfTheBase_ReportsHULL5402ThatNamesBoth()
    {
        using var image = Image();
        var path = Extension(image, "", image.AddPackage("extra", "Replaces: tool\n", ("usr/bin/tool", "another"u8.ToArray())));
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(image.Request() with { DefinitionPath = path }));
        Assert.Equal("HULL5402", error.Code.Code);
        Assert.Contains("/usr/bin/tool of extra replaces that of tool 1.0-1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_SampleOfTheRepository_FromTheDebianMirror_IsJudgedByTheRealTools()
    {
        using var folder = new TemporaryFolder();
        var images = Path.Combine(folder.Path, "images");
        HostTool.Run("cp", "-r", Path.Combine(RepositoryRoot.Path, "images"), images);
        var definition = Path.Combine(images, "debug/image.yaml");
        // An extension's lock belongs to one lock of its base, which others change.
        await LockAsync(definition);
        BuildReport report;
        try
        {
            report = await BuildAsync(definition, folder.Path);
        }
        catch (HullException e) when (e.Code == DefinitionErrors.LockedPackageGone)
        {
            await LockAsync(Path.Combine(images, "container-host/image.yaml"));
            await LockAsync(definition);
            report = await BuildAsync(definition, folder.Path);
        }

        var file = Path.Combine(folder.Path, "debug.raw");
        ExtensionJudges.Judge(file);
        using var extension = OpenImage.Open(file);
        var tree = extension.ReadTree();
        Assert.Equal(LockFile.LoadFor(ImageDefinition.Load(definition)).Packages.Count, report.Packages);
        Assert.True(tree.Contains("/usr/bin/strace") && tree.Contains("/usr/lib/x86_64-linux-gnu/libonig.so.5"), "a program and a library of its own are missing");
        // The C library, which everything needs, is the base's.
        Assert.False(tree.Contains("/usr/lib/x86_64-linux-gnu/libc.so.6"));
    }

    private static readonly string s_cache = Path.GetDirectoryName(DownloadCache.DefaultFolder)!;

    private static async Task LockAsync(string path)
    {
        var definition = ImageDefinition.Load(path);
        using var session = new RepositorySession(s_cache, MirrorMap.Discover(), TimeProvider.System);
        var repositories = await session.RefreshAsync(definition, NoProgress.Instance, CancellationToken.None);
        var result = await LockBuilder.BuildAsync(definition, repositories, packages => session.Sha256OfAsync(definition, packages, NoProgress.Instance, CancellationToken.None));
        LockFile.Save(result.Lock, definition.LockPath);
    }

    private Task<BuildReport> BuildAsync(string definition, string output) => ImageBuilder.BuildAsync(
        new BuildRequest { DefinitionPath = definition, OutputFolder = output, CacheFolder = s_cache, KeysFolder = keys.Folder, Mirrors = MirrorMap.Discover() },
        NoProgress.Instance, TimeProvider.System, CancellationToken.None);

    private SmallImage Image()
    {
        var image = new SmallImage(keys.Folder);
        image.WriteDefinition(SmallImage.DefaultText(disk: true).Replace("[raw, qcow2]", "[raw]", StringComparison.Ordinal));
        image.WriteLock();
        return image;
    }

    private static string Extension(SmallImage image, string more, params LockedPackage[] packages)
    {
        image.Write(
            "extra/image.yaml",
            "name: extra\nversion: \"1\"\nkind: sysext\nextension: {base: ..}\n" +
            "repositories: [{id: trixie, archive: debian, suite: trixie, components: [main], keys: [../keys/k.gpg]}]\n" +
            $"packages: {{install: [{string.Join(", ", packages.Select(p => p.Name))}]}}\n{more}");
        Directory.CreateDirectory(image.PathOf("extra/files"));
        var definition = ImageDefinition.Load(image.PathOf("extra/image.yaml"));
        var below = LockFile.LoadFor(ImageDefinition.Load(image.DefinitionPath));
        LockFile.Save(below with { Image = "extra", Definition = DefinitionDigest.Of(definition), Packages = [.. packages.OrderBy(p => p.Name, StringComparer.Ordinal)] }, definition.LockPath);
        return definition.FilePath;
    }
}
