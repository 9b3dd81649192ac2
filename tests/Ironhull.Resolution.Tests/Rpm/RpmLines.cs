using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Ironhull.Packages;
using Ironhull.Packages.Rpm;
using Ironhull.Resolution.Rpm;

namespace Ironhull.Resolution.Tests.Rpm;

/// <summary>
/// Small universes from text, a package per line: "name [version-release [arch]]; R: b, c >= 2; P: v = 1". The fields are R equires,
/// P rovides, C onflicts, O bsoletes, W (recommends), S upplements, G (suggests), E nhances, F iles, REPO and PRIORITY.
/// </summary>
internal static partial class RpmLines
{
    public static List<RpmPackage> Packages(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Package)];

    public static RpmUniverse Universe(string text) => new(Packages(text), "x86_64");

    public static ResolutionRequest Install(params string[] names) => new() { Install = names };

    /// <summary>"a b=2-1 c": names, with the version when it is not 1-1; or the failure's message.</summary>
    public static string Names(ResolutionResult result) => result is Solution solution
        ? string.Join(' ', solution.Packages.Select(p => p.Candidate.Version == "1-1" ? p.Candidate.Name : $"{p.Candidate.Name}={p.Candidate.Version}"))
        : ((Failure)result).Message;

    public static string Nevra(Candidate candidate) => $"{candidate.Name}-{candidate.Version}.{candidate.Architecture}";

    /// <summary>"b", "b >= 2" or a rich dependency.</summary>
    public static RpmDependency Dependency(string text)
    {
        var match = Versioned().Match(text);
        return text.StartsWith('(') || !match.Success
            ? new RpmDependency(text, VersionRelation.Any, "")
            : new RpmDependency(match.Groups[1].Value, match.Groups[2].Value switch
            {
                "<" => VersionRelation.Earlier,
                "<=" => VersionRelation.EarlierOrEqual,
                "=" => VersionRelation.Equal,
                ">=" => VersionRelation.LaterOrEqual,
                _ => VersionRelation.Later,
            }, match.Groups[3].Value);
    }

    public static RpmPackage Package(string line)
    {
        var parts = line.Split(';', StringSplitOptions.TrimEntries);
        var head = parts[0].Split(' ');
        var name = head[0];
        var version = head.Length > 1 ? head[1] : "1";
        version = version.Contains('-', StringComparison.Ordinal) ? version : version + "-1";
        var architecture = head.Length > 2 ? head[2] : "x86_64";
        var fields = parts.Skip(1).Select(p => p.Split(':', 2)).ToDictionary(f => f[0].Trim(), f => f[1].Trim(), StringComparer.Ordinal);
        var repository = fields.GetValueOrDefault("REPO", "base");
        return new RpmPackage
        {
            Name = name,
            Version = version,
            Architecture = architecture,
            Provides = [new RpmDependency(name, VersionRelation.Equal, version), .. List("P")],
            Requires = List("R"),
            Conflicts = List("C"),
            Obsoletes = List("O"),
            Recommends = List("W"),
            Supplements = List("S"),
            Suggests = List("G"),
            Enhances = List("E"),
            Files = [.. fields.GetValueOrDefault("F", "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
            SourceRpm = $"{name}-{version}.src.rpm",
            Location = $"{name}-{version[(version.IndexOf(':', StringComparison.Ordinal) + 1)..]}.{architecture}.rpm",
            Size = 1,
            Checksum = new RpmChecksum("sha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(line)))),
            RepositoryId = repository,
            RepositoryPriority = int.Parse(fields.GetValueOrDefault("PRIORITY", "500")),
        };

        List<RpmDependency> List(string field) =>
            [.. fields.GetValueOrDefault(field, "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Dependency)];
    }

    [GeneratedRegex(@"^(\S+)\s+(<=|>=|<|>|=)\s+(\S+)$")]
    private static partial Regex Versioned();
}
