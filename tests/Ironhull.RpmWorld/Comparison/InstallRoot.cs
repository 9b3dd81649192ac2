using Ironhull.Formats.Trees;
using Ironhull.RpmWorld.Repository;
using Ironhull.Testing;

namespace Ironhull.RpmWorld.Comparison;

/// <summary>Lets dnf install packages into an empty root, without scriptlets and triggers.</summary>
internal static class InstallRoot
{
    /// <summary>Installs.</summary>
    /// <param name="world">The folder of <c>repo</c>, <c>waived</c> and <c>key.asc</c>.</param>
    /// <param name="packages">What is asked for; dnf resolves the rest by itself.</param>
    /// <param name="merged">A tree with the account files that a package ships: rpm looks owners up in them, and that package may come late.</param>
    /// <param name="work">A folder for the root, the cache and the logs.</param>
    /// <returns>The root.</returns>
    public static string Make(string world, IEnumerable<string> packages, FileTree merged, string work)
    {
        var root = Path.Combine(work, "root");
        foreach (var folder in new[] { Path.Combine(root, "etc"), Path.Combine(root, ".dnf", "log"), Path.Combine(work, "repos") })
        {
            Directory.CreateDirectory(folder);
        }

        foreach (var name in new[] { "passwd", "group" })
        {
            File.WriteAllBytes(Path.Combine(root, "etc", name), merged[$"/etc/{name}"].Content!.ToArray());
        }

        var configuration = Path.Combine(work, "dnf.conf");
        File.WriteAllText(configuration, $"""
            [main]
            gpgcheck=1
            reposdir={work}/repos
            cachedir=/.dnf/cache
            logdir=/.dnf/log
            persistdir=/.dnf/persist
            install_weak_deps=False
            tsflags=noscripts,notriggers

            """ + Section("repo", world) + Section("waived", world));
        // Debian's rpm keeps its database in the home folder of the root that it installs into.
        HostTool.Run(new Dictionary<string, string> { ["HOME"] = "/root" }, "dnf", ["-y", "-q", "--config", configuration, "--installroot", root, "--releasever", "3.0", "--forcearch", "x86_64", "install", WaivedPackage.Name, .. packages]);
        return root;
    }

    private static string Section(string name, string world) => $"""
        [{name}]
        name={name}
        baseurl=file://{world}/{name}
        gpgcheck=1
        repo_gpgcheck=1
        gpgkey=file://{world}/key.asc

        """;
}
