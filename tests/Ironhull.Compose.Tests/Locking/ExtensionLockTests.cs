using Ironhull.Compose.Definition;
using Ironhull.Compose.Locking;
using Ironhull.Formats.Io;
using Ironhull.Packages.Debian;

namespace Ironhull.Compose.Tests.Locking;

/// <summary>Locks of extensions: what the extension needs beyond the lock of its base.</summary>
public sealed class ExtensionLockTests : IDisposable
{
    private const string Repositories = "repositories: [{id: trixie, archive: debian, suite: trixie, components: [main], keys: [KEYS/k.gpg]}]\n";

    private readonly TemporaryFolder _folder = new();

    public ExtensionLockTests()
    {
        _folder.Write("k.gpg", "x");
        _folder.Write("initrd.yaml", "files: [/usr/bin/app]\n");
        _folder.Write(
            "image.yaml",
            "name: host\nversion: \"1\"\nkind: disk\n" + Repositories.Replace("KEYS", ".", StringComparison.Ordinal) +
            "packages: {install: [kernel, app], exclude: [bad], essential: false}\ninitrd: initrd.yaml\nboot: {commandLine: quiet}\ndisk: {esp: {size: 64MiB}, usr: {level: 1}}\noutputs: [raw]\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Build_WhatTheBaseWouldGetToday_IsNotInTheExtension()
    {
        LockBase([Package("kernel", "1", "kernel-1"), Package("kernel-1", "1"), Package("app", "1", "lib"), Package("lib", "1")]);
        // Since then there is another kernel, and a newer library beside the one that the base has.
        var image = LockExtension("tool",
        [
            Package("kernel", "2", "kernel-2"), Package("kernel-2", "2"), Package("app", "1", "lib"), Package("lib", "1"), Package("lib", "2"), Package("tool", "1", "lib, part"), Package("part", "1"),
        ]);
        Assert.Equal(["part", "tool"], image.Packages.Select(p => p.Name));
    }

    [Fact]
    public void Build_PackageThatTheBaseLeavesOut_CanBeAskedForByTheExtension()
    {
        LockBase([Package("kernel", "1"), Package("app", "1")]);
        Assert.Equal(["bad"], LockExtension("bad", [Package("kernel", "1"), Package("app", "1"), Package("bad", "1")]).Packages.Select(p => p.Name));
    }

    private static DebianPackage Package(string name, string version, string depends = "") => LockBuilderTests.Package(name, version, "trixie", depends);

    private void LockBase(DebianPackage[] packages) => Lock(ImageDefinition.Load(Path.Combine(_folder.Path, "image.yaml")), packages);

    private ImageLock LockExtension(string install, DebianPackage[] packages) => Lock(
        ImageDefinition.Load(_folder.Write("extension/image.yaml", "name: extension\nversion: \"1\"\nkind: sysext\nextension: {base: ..}\n" + Repositories.Replace("KEYS", "..", StringComparison.Ordinal) + $"packages: {{install: [{install}]}}\n")),
        packages);

    private static ImageLock Lock(ImageDefinition definition, DebianPackage[] packages)
    {
        var contents = new DebianRepositoryContents("trixie", Sha256Digest.Of("a"u8), 1_790_000_000, ["A"], packages);
        var image = LockBuilder.BuildAsync(definition, [contents], _ => throw new InvalidOperationException("Debian always states SHA-256.")).GetAwaiter().GetResult().Lock;
        LockFile.Save(image, definition.LockPath);
        return image;
    }
}
