using System.Security.Cryptography;
using System.Text;
using Ironhull.Formats.Io;
using Ironhull.Packages.Debian;
using Ironhull.Resolution.Debian;

namespace Ironhull.Resolution.Tests;

/// <summary>Builds universes from stanza text for tests.</summary>
internal static class SmallUniverse
{
    public static DebianPackage Package(
        string name, string version = "1", string depends = "", string preDepends = "", string recommends = "", string conflicts = "", string breaks = "",
        string provides = "", bool essential = false, string multiArch = "", string architecture = "amd64", int priority = 500,
        string archivePriority = "optional", string repository = "main", bool isProtected = false) => new()
        {
            Name = name,
            Version = version,
            Architecture = architecture,
            Depends = depends,
            PreDepends = preDepends,
            Recommends = recommends,
            Conflicts = conflicts,
            Breaks = breaks,
            Provides = provides,
            Essential = essential,
            Protected = isProtected,
            MultiArch = multiArch,
            Source = name,
            SourceVersion = version,
            FileName = $"pool/{name}_{version}.deb",
            Size = 1,
            Sha256 = Sha256Digest.Parse(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{name} {version} {architecture} {repository}")))),
            RepositoryId = repository,
            RepositoryPriority = priority,
            ArchivePriority = archivePriority,
        };

    public static DebianUniverse Of(params DebianPackage[] packages) => new(packages, "amd64");

    public static ResolutionRequest Install(params string[] names) => new() { Install = names };

    /// <summary>"a b=2 c": names, with the version when it is not 1.</summary>
    public static string Names(ResolutionResult result) => result is Solution solution
        ? string.Join(' ', solution.Packages.Select(p => p.Candidate.Version == "1" ? p.Candidate.Name : $"{p.Candidate.Name}={p.Candidate.Version}"))
        : ((Failure)result).Message;
}
