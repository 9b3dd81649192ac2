using Ironhull.Compose.Definition;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Packages.Debian;
using Ironhull.Resolution;
using Ironhull.Resolution.Debian;

namespace Ironhull.Compose.Locking;

/// <summary>A verified repository with its packages.</summary>
/// <param name="Id">The id in the definition.</param>
/// <param name="InRelease">SHA-256 of the verified <c>InRelease</c>.</param>
/// <param name="Date">Its Date, seconds since 1970-01-01 UTC.</param>
/// <param name="Signers">Fingerprints of the trusted keys that signed it.</param>
/// <param name="Packages">Its packages; their <see cref="DebianPackage.RepositoryId"/> is <paramref name="Id"/>.</param>
public sealed record RepositoryContents(string Id, Sha256Digest InRelease, long Date, IReadOnlyList<string> Signers, IReadOnlyList<DebianPackage> Packages);

/// <summary>A new lock and what was noticed on the way.</summary>
/// <param name="Lock">The lock.</param>
/// <param name="Warnings">What of the definition had no effect (HULL3002, HULL3003).</param>
/// <param name="Statistics">How much work the resolution was.</param>
public sealed record LockResult(ImageLock Lock, IReadOnlyList<Diagnostic> Warnings, SearchStatistics Statistics);

/// <summary>Resolves a definition against repositories and pins the outcome.</summary>
public static class LockBuilder
{
    /// <summary>What a definition asks of the resolver.</summary>
    public static ResolutionRequest RequestOf(ImageDefinition definition) => new()
    {
        Install = [.. definition.Packages.Install.Select(p => p.Value)],
        Exclude = [.. definition.Packages.Exclude.Select(p => p.Value)],
        Waivers = [.. definition.Waivers.Dependencies.Select(w => new Resolution.DependencyWaiver(w.Package, w.Dependency))],
        IncludeEssential = definition.Packages.Essential,
        IncludeRecommended = definition.Packages.Recommended,
    };

    /// <summary>All packages of the repositories, as the resolver sees them.</summary>
    public static DebianUniverse UniverseOf(ImageDefinition definition, IEnumerable<RepositoryContents> repositories) =>
        new(repositories.SelectMany(r => r.Packages), definition.Architecture, static (left, right) => DebianVersion.Compare(left, right));

    /// <summary>Makes a lock. The same definition and repositories always give the same lock.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="repositories">Every repository of the definition.</param>
    /// <exception cref="HullException">HULL3001: no solution; HULL4010: an expired waiver; HULL2001, HULL3004.</exception>
    public static LockResult Build(ImageDefinition definition, IReadOnlyList<RepositoryContents> repositories)
    {
        var timestamp = repositories.Max(r => r.Date);
        var today = DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(timestamp).UtcDateTime);
        if (definition.Waivers.Expired(today) is { Count: > 0 } expired)
        {
            throw new HullException(expired);
        }

        var result = Resolver.Resolve(UniverseOf(definition, repositories), RequestOf(definition));
        if (result is Failure failure)
        {
            throw failure.Code.Error(failure.Message, PlaceOf(definition, failure), failure.Remedy);
        }

        var solution = result.OrThrow();
        var byId = repositories.ToDictionary(r => r.Id, StringComparer.Ordinal);
        var image = new ImageLock
        {
            Image = definition.Name,
            Architecture = definition.Architecture,
            Definition = DefinitionDigest.Of(definition),
            Timestamp = timestamp,
            Repositories =
            [
                .. definition.Repositories.Select(r => new LockedRepository(
                    r.Id, r.Archive, r.Suite, byId[r.Id].InRelease, byId[r.Id].Date, [.. byId[r.Id].Signers.Order(StringComparer.Ordinal)])),
            ],
            Packages =
            [
                .. solution.Packages.Select(Lock).OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Architecture, StringComparer.Ordinal),
            ],
        };
        return new(image, solution.Warnings, solution.Statistics);
    }

    private static LockedPackage Lock(SolutionPackage chosen)
    {
        var package = ((DebianCandidate)chosen.Candidate).Package;
        var reason = chosen.Reason;
        var (why, by, text) = reason.Kind switch
        {
            ClauseKind.Install => ("requested", "", reason.Text),
            ClauseKind.Essential => ("essential", "", ""),
            _ => (reason.Field, reason.By?.Name ?? "", reason.Text),
        };
        return new(
            package.Name, package.Version, package.Architecture, package.RepositoryId, package.FileName, package.Size, package.Sha256,
            package.Source, package.SourceVersion, why, by, text);
    }

    // The first request of the argument is where the user can change something.
    private static Location PlaceOf(ImageDefinition definition, Failure failure)
    {
        foreach (var clause in failure.Core.Where(c => c.Kind is ClauseKind.Install or ClauseKind.Exclude))
        {
            foreach (var (name, where) in definition.Packages.Install.Concat(definition.Packages.Exclude))
            {
                if (clause.Text.Split(' ', ',').Contains(name, StringComparer.Ordinal))
                {
                    return where;
                }
            }
        }

        return new Location(definition.DisplayName);
    }
}
