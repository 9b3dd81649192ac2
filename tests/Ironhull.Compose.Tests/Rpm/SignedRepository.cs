using Ironhull.Testing;

namespace Ironhull.Compose.Tests.Rpm;

/// <summary>
/// An RPM-MD repository as a distribution makes it: packages of rpmbuild, signed by rpmsign, listed by createrepo_c, its repomd.xml signed by
/// GnuPG. Made once for a spec and kept with its key, so that tests take no longer than reading it.
/// </summary>
/// <param name="folder">The folder of the key, and of the repository below <c>repo</c>.</param>
internal sealed class SignedRepository(string folder)
{
    /// <summary>The folder above the repository: what HULL_MIRROR_… names.</summary>
    public string Mirror => folder;

    /// <summary>The repository's path below the mirror.</summary>
    public const string Path = "repo";

    /// <summary>The public key that signed everything.</summary>
    public string KeyFile => System.IO.Path.Combine(folder, "key.asc");

    /// <summary>Its fingerprint.</summary>
    public string Fingerprint => File.ReadAllText(System.IO.Path.Combine(folder, "fingerprint"));

    /// <summary>The URL of the mirror.</summary>
    public string Url => $"file://{folder}";

    /// <summary>The package files.</summary>
    public IReadOnlyList<string> Packages => [.. Directory.GetFiles(System.IO.Path.Combine(folder, Path), "*.rpm").Order(StringComparer.Ordinal)];

    /// <summary>A repository of the packages of a spec.</summary>
    /// <param name="name">Names the cache's folder.</param>
    /// <param name="spec">The spec.</param>
    /// <param name="checksum">What the metadata names packages by: sha256 or sha512.</param>
    /// <param name="sources">Files that the spec copies, by name.</param>
    public static SignedRepository Of(string name, string spec, string checksum = "sha256", IReadOnlyDictionary<string, byte[]>? sources = null)
    {
        sources ??= new Dictionary<string, byte[]>();
        string[] from = [RpmRelease.V418.Version, spec, checksum, .. sources.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Key + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(s.Value)))];
        return new(TestCache.Folder("fixtures", $"repository-{name}", from, f => Make(f, name, spec, checksum, sources)));
    }

    /// <summary>A copy of the repository that a test may change, signed again by the same key when asked.</summary>
    public SignedRepository CopyTo(string target)
    {
        HostTool.Run("cp", "-a", folder, target);
        return new(target);
    }

    /// <summary>Lists the packages again and signs the list.</summary>
    public void Publish(string checksum = "sha256") => Publish(folder, Fingerprint, checksum);

    private static void Make(string folder, string name, string spec, string checksum, IReadOnlyDictionary<string, byte[]> sources)
    {
        using var work = new TempFolder();
        foreach (var (file, bytes) in sources)
        {
            File.WriteAllBytes(work[file], bytes);
        }

        var repository = Directory.CreateDirectory(System.IO.Path.Combine(folder, Path)).FullName;
        foreach (var package in RpmFixture.Build(RpmRelease.V418, name, spec.Replace("@SOURCES@", work.Root, StringComparison.Ordinal), "_binary_payload w7T0.zstdio"))
        {
            File.Copy(package, System.IO.Path.Combine(repository, System.IO.Path.GetFileName(package)));
        }

        var home = Directory.CreateDirectory(System.IO.Path.Combine(folder, "gnupg"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        Gpg(home, "--quick-gen-key", "Test Repository <repository@example.org>", "rsa2048", "sign", "never");
        var fingerprint = Gpg(home, "--with-colons", "--list-keys").Split('\n').First(l => l.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];
        File.WriteAllText(System.IO.Path.Combine(folder, "fingerprint"), fingerprint);
        File.WriteAllText(System.IO.Path.Combine(folder, "key.asc"), Gpg(home, "--armor", "--export", fingerprint));
        Sign(folder, fingerprint, Directory.GetFiles(repository, "*.rpm"));
        Publish(folder, fingerprint, checksum);
        HostTool.Try("gpgconf", ["--homedir", home, "--kill", "gpg-agent"]);
    }

    private static void Sign(string folder, string fingerprint, string[] packages) => HostTool.Run(
        "rpmsign", ["--define", "__gpg /usr/bin/gpg", "--define", $"_gpg_path {folder}/gnupg", "--define", $"_gpg_name {fingerprint}", "--addsign", .. packages]);

    private static void Publish(string folder, string fingerprint, string checksum)
    {
        var repository = System.IO.Path.Combine(folder, Path);
        HostTool.Run("createrepo_c", "--quiet", "--checksum", checksum, "--revision", "1", repository);
        Gpg(System.IO.Path.Combine(folder, "gnupg"), "--yes", "--local-user", fingerprint, "--armor", "--detach-sign", System.IO.Path.Combine(repository, "repodata/repomd.xml"));
        HostTool.Try("gpgconf", ["--homedir", System.IO.Path.Combine(folder, "gnupg"), "--kill", "gpg-agent"]);
    }

    private static string Gpg(string home, params string[] arguments) => HostTool.Run("gpg", ["--homedir", home, "--batch", "--quiet", "--passphrase", "", .. arguments]);
}
