using System.Globalization;
using Ironhull.Compose.Locking;
using Ironhull.Formats.Io;
using Ironhull.RpmWorld.Conversion;
using Ironhull.Testing;

namespace Ironhull.RpmWorld.Repository;

/// <summary>
/// Makes a signed RPM-MD repository of a lock's packages: <c>repo/</c> with the packages and <c>repodata/</c>, and beside it the public
/// key as <c>key.asc</c>, <c>tools/</c>, a repository of what only the build's tools need, and <c>waived/</c>, one for dnf alone
/// (<see cref="WaivedPackage"/>). The packages are the same bytes every time before they are signed; the key is new for every repository.
/// </summary>
internal static class RepositoryBuilder
{
    private const string Signer = "rpmworld <rpmworld@example.invalid>";

    /// <summary>Makes the repository, or finds it complete.</summary>
    /// <param name="image">The lock.</param>
    /// <param name="converter">Makes the packages.</param>
    /// <param name="folder">The folder; complete or untouched.</param>
    /// <returns>The folder of <c>repodata</c>.</returns>
    public static string Build(ImageLock image, PackageConverter converter, string folder)
    {
        var repository = Path.Combine(folder, "repo");
        if (File.Exists(Path.Combine(repository, "repodata", "repomd.xml.asc")))
        {
            return repository;
        }

        var controls = image.Packages.Select(converter.Control).ToList();
        var tools = image.AllPackages.Skip(image.Packages.Count).ToList();
        var compared = RelationCheck.Run(controls);
        Console.Error.WriteLine($"{image.Packages.Count} packages, {compared} relations between them: the same verdict before and after the mapping of versions");
        var work = folder + ".part";
        if (Directory.Exists(work))
        {
            Directory.Delete(work, recursive: true);
        }

        var rpms = converter.Convert([.. image.Packages, .. tools]);
        Fill(Path.Combine(work, "repo"), rpms, image.Packages);
        // Apart, because dnf would install what the image excludes.
        Fill(Path.Combine(work, "tools"), rpms, tools);
        WaivedPackage.Build(WaivedPackage.Provides(controls), Directory.CreateDirectory(Path.Combine(work, "waived")).FullName);
        Sign(image, work);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.Move(work, folder);
        return repository;
    }

    private static void Fill(string repository, IReadOnlyDictionary<LockedPackage, string> rpms, IReadOnlyList<LockedPackage> packages)
    {
        Directory.CreateDirectory(repository);
        foreach (var package in packages)
        {
            File.Copy(rpms[package], Path.Combine(repository, FileName(package)));
        }
    }

    private static string FileName(LockedPackage package)
    {
        var evr = VersionMapping.Map(package.Version);
        return $"{package.Name}-{evr.Version}-{evr.Release}.{(package.Architecture == "all" ? "noarch" : "x86_64")}.rpm";
    }

    private static void Sign(ImageLock image, string work)
    {
        // Short, because it holds the agent's socket.
        var home = Directory.CreateTempSubdirectory("rpmkey-").FullName;
        var environment = new Dictionary<string, string> { ["GNUPGHOME"] = home };
        try
        {
            HostTool.Run(environment, "gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", Signer, "rsa2048", "sign", "never");
            HostTool.Run(environment, "gpg", "--batch", "--quiet", "--armor", "--output", Path.Combine(work, "key.asc"), "--export", Signer);
            SignRepository(image, Path.Combine(work, "repo"), environment);
            SignRepository(image, Path.Combine(work, "tools"), environment);
            SignRepository(image, Path.Combine(work, "waived"), environment);
        }
        finally
        {
            HostTool.Run(environment, "gpgconf", "--kill", "gpg-agent");
            Directory.Delete(home, recursive: true);
        }
    }

    private static void SignRepository(ImageLock image, string repository, IReadOnlyDictionary<string, string> environment)
    {
        var rpms = SortedDirectory.Files(repository).ToList();
        HostTool.Run(environment, "rpmsign", ["--define", $"_gpg_name {Signer}", "--define", $"_gpg_path {environment["GNUPGHOME"]}", "--define", "__gpg /usr/bin/gpg", "--addsign", .. rpms]);
        var time = DateTimeOffset.FromUnixTimeSeconds(image.Timestamp).UtcDateTime;
        rpms.ForEach(r => File.SetLastWriteTimeUtc(r, time));
        HostTool.Run("createrepo_c", "--quiet", "--checksum", "sha256", "--no-database", "--compress-type", "gz",
            "--revision", image.Timestamp.ToString(CultureInfo.InvariantCulture), "--set-timestamp-to-revision", repository);
        HostTool.Run(environment, "gpg", "--batch", "--quiet", "--detach-sign", "--armor", "--local-user", Signer, Path.Combine(repository, "repodata", "repomd.xml"));
    }
}
