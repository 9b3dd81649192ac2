using System.Text.Json;
using Ironhull.Compose.Inspection;
using Ironhull.Compose.Layout;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Recipes;
using Ironhull.Compose.Store;
using Ironhull.Compose.Tests.Build;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;
using Ironhull.Testing;

namespace Ironhull.Compose.Tests.Rpm;

[Collection(KeysGroup.Name)]
public sealed class RpmImageTests(SharedKeys keys)
{
    private const string Etc = UsrLayout.EtcDefaults;

    [Fact]
    public async Task LockAndBuild_Disk_HoldsWhatThePackagesAndTheDefinitionSay()
    {
        using var image = new SmallRpmImage(keys: keys.Folder);
        var locked = (await image.LockAsync()).Lock;
        Assert.Equal(
            ["boot 1.1-2.azt3 noarch: requested as 'boot'", "data 1.1-2.azt3 x86_64: tool Requires: /usr/share/deep/file", "filesystem 1:1.1-2.azt3 x86_64: requested as 'filesystem'", "tool 2.0~rc1-2.azt3 x86_64: requested as 'tool'"],
            locked.Packages.Select(p => $"{p.Name} {p.Version} {p.Architecture}: {p.Because}"));
        Assert.All(locked.Packages, p => Assert.Equal(("filesystem", "1.1-2.azt3", "test"), (p.Source, p.SourceVersion, p.Repository)));
        Assert.Equal([image.Repository.Fingerprint], locked.Repositories[0].Signers);
        Assert.Equal("1", locked.Repositories[0].Revision);

        var report = await image.BuildAsync();
        using var open = OpenImage.Open(Path.Combine(image.Output, "small.raw"));
        var facts = open.Read(verify: true);
        Assert.Equal("every block is right", facts.Verity!.Checked);
        Assert.Equal((Ironhull.Compose.Definition.PackagingKind.Rpm, 4), (facts.Packaging, facts.Packages.Count));
        var tree = open.ReadTree();
        Assert.Equal("deep\n", tree["/usr/share/deep/file"].Content!.ToText());
        Assert.Equal("lib\n", tree["/usr/lib64/libtool.txt"].Content!.ToText());
        Assert.Contains(report.Notes, n => n.Contains("paths that packages ship through directory links: 1, for example /lib64/libtool.txt of tool is /usr/lib64/libtool.txt", StringComparison.Ordinal));
        Assert.False(tree.Contains("/usr/share/data/weak"), "weak dependencies are off");
        Assert.False(tree.Contains("/usr/share/doc/tool"));
        Assert.DoesNotContain(tree.Entries, e => e.Key.Contains("tool.log", StringComparison.Ordinal)); // a ghost is no content

        // Owners: by sysusers.d with the table's number, by rpm's user() provides, by %pre's literal groupadd.
        var var_ = tree[UsrLayout.VarTmpfiles].Content!.ToText();
        Assert.Contains("C /var/lib/tool/state 0640 777 444 - ", var_, StringComparison.Ordinal);
        Assert.Equal((333u, 333u), (tree["/usr/share/data/text"].Uid, tree["/usr/share/data/text"].Gid));
        var passwd = tree[Etc + "/passwd"].Content!.ToText().Split('\n');
        Assert.Contains("sleeper:x:333:333::/var/lib/sleeper1:/usr/sbin/nologin", passwd);
        Assert.Contains("toolsys:x:777:777:From sysusers.d:/var/lib/tool:/usr/sbin/nologin", passwd);
        Assert.Contains("root:x:0:0:root:/root:/bin/bash", passwd);
        Assert.Contains("oldgroup:x:444:", tree[Etc + "/group"].Content!.ToText().Split('\n'));
        Assert.Contains("bin:x:1:nobody", tree[Etc + "/group"].Content!.ToText().Split('\n'));

        // Capabilities of a file with two names.
        Assert.Equal(FileCapabilities.Encode("cap_net_raw,cap_net_admin+ep", null), tree["/usr/bin/tool"].Xattrs.Single(x => x.Key == FileCapabilities.XattrName).Value);
        Assert.Same(tree["/usr/bin/tool"], tree["/usr/bin/tool-again"]);
        var release = tree["/usr/lib/os-release"].Content!.ToText();
        Assert.Contains("ID=\"azurelinux\"", release, StringComparison.Ordinal);
        Assert.Contains("SUPPORT_END=\"2030-01-01\"", release, StringComparison.Ordinal);
        Assert.Contains("VERSION_ID=\"3.0\"", release, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_PackageList_HasWhatToolsAskFor()
    {
        using var image = new SmallRpmImage();
        await image.LockAsync();
        await image.BuildAsync();
        var text = File.ReadAllText(Path.Combine(image.Output, "small.packages.txt"));
        var rpm = HostTool.Run("rpm", ["-qp", "--qf", "%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\\n", .. image.Repository.Packages.Where(p => !Path.GetFileName(p).StartsWith("perl", StringComparison.Ordinal) && !Path.GetFileName(p).StartsWith("weak", StringComparison.Ordinal))]);
        Assert.Equal(rpm.Split('\n').Order(StringComparer.Ordinal), text.Split('\n').Order(StringComparer.Ordinal));
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(image.Output, "small.packages.json")));
        Assert.Equal("rpm", json.RootElement.GetProperty("packaging").GetString());
        var tool = json.RootElement.GetProperty("packages").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "tool");
        Assert.Equal(
            ("tool-2.0~rc1-2.azt3.x86_64", "2.0~rc1", "2.azt3", "0", "Apache-2.0 AND MIT", "filesystem-1.1-2.azt3.src.rpm"),
            (Text(tool, "nevra"), Text(tool, "upstreamVersion"), Text(tool, "release"), Text(tool, "epoch"), Text(tool, "license"), Text(tool, "sourceRpm")));

        static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
    }

    [Fact]
    public async Task Build_AgainElsewhereAndOffline_GivesTheSameBytes()
    {
        using var image = new SmallRpmImage();
        await image.LockAsync();
        await image.BuildAsync();
        var again = Path.Combine(image.Output, "again");
        await image.BuildAsync(again, offline: true);
        Assert.Equal(File.ReadAllBytes(Path.Combine(image.Output, "small.oci.tar")), File.ReadAllBytes(Path.Combine(again, "small.oci.tar")));
        var before = File.ReadAllText(image.PathOf("image.lock"));
        await image.LockAsync(offline: true);
        Assert.Equal(before, File.ReadAllText(image.PathOf("image.lock")));
    }

    [Fact]
    public async Task Lock_RepositoryWithSha512Only_FetchesThePackagesAndRecordsSha256()
    {
        using var image = new SmallRpmImage(checksum: "sha512");
        var locked = (await image.LockAsync()).Lock;
        var actual = image.Repository.Packages.Select(p => Sha256Digest.Of(File.ReadAllBytes(p))).ToHashSet();
        Assert.All(locked.Packages, p => Assert.Contains(p.Sha256, actual));
        Assert.True((await image.BuildAsync(offline: true)).Packages == 4, "everything is in the cache already");
    }

    [Fact]
    public async Task Lock_RecommendedPackages_CanBeAskedFor()
    {
        using var image = new SmallRpmImage();
        image.WriteDefinition(image.DefaultText(disk: false).Replace("exclude:", "recommended: true, exclude:", StringComparison.Ordinal));
        Assert.Contains("weak", (await image.LockAsync()).Lock.Packages.Select(p => p.Name));
    }

    [Fact]
    public async Task Lock_ExcludedPackageThatIsNeeded_ExplainsAndCanBeWaived()
    {
        using var image = new SmallRpmImage();
        var text = image.DefaultText(disk: false).Replace("exclude: [", "exclude: [data, ", StringComparison.Ordinal);
        image.WriteDefinition(text);
        Assert.Equal("HULL3001", (await Assert.ThrowsAsync<HullException>(() => image.LockAsync())).Code.Code);
        image.WriteDefinition(text + "\nwaivers: {dependencies: [{package: tool, dependency: /usr/share/deep/file, why: test, expires: 2099-01-01}, {package: tool, dependency: data, why: test, expires: 2099-01-01}]}\n");
        Assert.DoesNotContain("data", (await image.LockAsync()).Lock.Packages.Select(p => p.Name));
    }

    [Fact]
    public async Task Lock_Snapshot_HidesWhatCameLaterAndDatesTheImage()
    {
        using var image = new SmallRpmImage();
        image.WriteDefinition(image.DefaultText(disk: false) + "\nsnapshot: 2001-01-01T00:00:00Z\n");
        Assert.Equal("HULL3001", (await Assert.ThrowsAsync<HullException>(() => image.LockAsync())).Code.Code);
        image.WriteDefinition(image.DefaultText(disk: false) + "\nsnapshot: 2099-01-01T00:00:00Z\n");
        Assert.InRange((await image.LockAsync()).Lock.Timestamp, 1_700_000_000, 4_070_908_799);
    }

    [Fact]
    public async Task Build_UnsignedPackage_IsRefusedUnlessAWaiverSaysSo()
    {
        using var folder = new TemporaryFolder();
        var repository = SmallRpmImage.Stored().CopyTo(Path.Combine(folder.Path, "mirror"));
        HostTool.Run("rpmsign", "--delsign", repository.Packages.Single(p => Path.GetFileName(p).StartsWith("tool", StringComparison.Ordinal)));
        repository.Publish();
        using var image = new SmallRpmImage(repository);
        await image.LockAsync();
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync());
        Assert.Equal(("HULL2140", "tool-2.0~rc1-2.azt3.x86_64 (test)"), (error.Code.Code, error.Diagnostics[0].Where!.Path));
        Assert.Empty(Directory.GetFiles(image.Output, "small*"));
        Assert.False(ContentStore.OpenRpm(Path.Combine(image.Cache, "store")).Contains(LockFile.Load(image.PathOf("image.lock")).Find("tool")!.Sha256), "it was not unpacked");

        image.WriteDefinition(image.DefaultText(disk: false) + "\nwaivers: {signatures: [{repository: test, check: packages, why: built here, expires: 2099-01-01}]}\n");
        var locked = (await image.LockAsync()).Lock;
        Assert.Contains("\"unchecked\": [\"packages\"]", LockFile.Render(locked), StringComparison.Ordinal);
        Assert.Contains((await image.BuildAsync()).Notes, n => n.StartsWith("SIGNATURES ARE NOT CHECKED: the packages of 'test'", StringComparison.Ordinal));

        Assert.Contains((await image.BuildAsync()).Notes, n => n.StartsWith("SIGNATURES ARE NOT CHECKED", StringComparison.Ordinal)); // also when nothing changed

        // What one image accepted, another does not get out of the same store.
        image.WriteDefinition(image.DefaultText(disk: false));
        await image.LockAsync();
        Assert.Equal("HULL2140", (await Assert.ThrowsAsync<HullException>(() => image.BuildAsync(Path.Combine(image.Output, "other")))).Code.Code);
    }

    [Fact]
    public async Task Build_SignedPackageInThePlaceOfAnother_ReportsHULL2160()
    {
        using var image = new SmallRpmImage();
        image.WriteDefinition(image.DefaultText(disk: false));
        await image.LockAsync();
        var path = image.PathOf("image.lock");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"2.0~rc1-2.azt3\"", "\"2.0~rc1-3.azt3\"", StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync());
        Assert.Equal(("HULL2160", "tool-2.0~rc1-3.azt3.x86_64 (test)"), (error.Code.Code, error.Diagnostics[0].Where!.Path));
    }

    [Fact]
    public async Task Lock_UnsignedMetadata_IsRefusedUnlessAWaiverSaysSo()
    {
        using var folder = new TemporaryFolder();
        var repository = SmallRpmImage.Stored().CopyTo(Path.Combine(folder.Path, "mirror"));
        File.Delete(Path.Combine(repository.Mirror, SignedRepository.Path, "repodata/repomd.xml.asc"));
        using var image = new SmallRpmImage(repository);
        Assert.Equal("HULL2201", (await Assert.ThrowsAsync<HullException>(() => image.LockAsync())).Code.Code);
        Assert.False(File.Exists(image.PathOf("image.lock")));
        image.WriteDefinition(image.DefaultText(disk: false) + "\nwaivers: {signatures: [{repository: test, check: metadata, why: built here, expires: 2099-01-01}]}\n");
        var locked = (await image.LockAsync()).Lock;
        Assert.Empty(locked.Repositories[0].Signers);
        Assert.Equal(4, (await image.BuildAsync()).Packages);
    }

    [Fact]
    public async Task Lock_ExpiredSignatureWaiver_ReportsHULL4010()
    {
        using var image = new SmallRpmImage();
        image.WriteDefinition(image.DefaultText(disk: false) + "\nwaivers: {signatures: [{repository: test, check: packages, why: built here, expires: 2020-01-01}]}\n");
        Assert.Equal("HULL4010", (await Assert.ThrowsAsync<HullException>(() => image.LockAsync())).Code.Code);
    }

    [Fact]
    public async Task Build_UnreviewedScriptlet_FailsWithItsTextAndARemedy()
    {
        using var image = new SmallRpmImage();
        image.Write("recipes/data.yaml", "package: data\n");
        await image.LockAsync();
        var error = await Assert.ThrowsAsync<HullException>(() => image.BuildAsync());
        var diagnostic = Assert.Single(error.Diagnostics);
        Assert.Equal(("HULL5110", "data:postin"), (diagnostic.Code.Code, diagnostic.Where!.Path));
        Assert.Contains("data-was-here", diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains($"package data, script postin, sha256 {Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes(SmallRpmImage.Residue))}", diagnostic.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_ChangedScriptlet_ShowsTheDifferenceToWhatWasReviewed()
    {
        using var image = new SmallRpmImage();
        var reviewed = SmallRpmImage.Residue.Replace("reviewed", "as it was", StringComparison.Ordinal);
        var block = string.Concat(reviewed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => $"      {l}\n"));
        image.Write("recipes/data.yaml", $"package: data\nscripts:\n  - script: postin\n    sha256: {Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes(reviewed))}\n    why: not needed\n    text: |\n{block}");
        await image.LockAsync();
        var message = (await Assert.ThrowsAsync<HullException>(() => image.BuildAsync())).Diagnostics[0].Message;
        Assert.Contains("-  echo \"as it was\"", message, StringComparison.Ordinal);
        Assert.Contains("+  echo \"reviewed\"", message, StringComparison.Ordinal);
    }
}
