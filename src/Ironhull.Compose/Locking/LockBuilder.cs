using System.IO.Enumeration;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Extensions;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Packages.Debian;
using Ironhull.Packages.Rpm;
using Ironhull.Resolution;
using Ironhull.Resolution.Debian;
using Ironhull.Resolution.Rpm;

namespace Ironhull.Compose.Locking;

/// <summary>A new lock and what was noticed on the way.</summary>
/// <param name="Lock">The lock.</param>
/// <param name="Warnings">What of the definition had no effect (HULL3002, HULL3003).</param>
/// <param name="Statistics">How much work the resolution was.</param>
public sealed record LockResult(ImageLock Lock, IReadOnlyList<Diagnostic> Warnings, SearchStatistics Statistics);

/// <summary>Resolves a definition against repositories and pins the outcome.</summary>
public static class LockBuilder
{
    /// <summary>What a definition asks of the resolver.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="repositories">Give the names that wildcards of excluded packages stand for.</param>
    public static ResolutionRequest RequestOf(ImageDefinition definition, IReadOnlyList<RepositoryContents> repositories)
    {
        // An extension is resolved together with its base, so that both fit each other. Of the base, the packages are asked for that it has and the
        // repositories still hold: what it would be made of today (a newer kernel, under a name of its own) is none of the extension's.
        var below = BaseImage.Of(definition);
        var image = below?.Definition;
        IEnumerable<ImageDefinition> all = image is null ? [definition] : [image, definition];
        IEnumerable<string> has = below is null ? [] : Held(below.Lock, repositories).Order(StringComparer.Ordinal);
        var asked = definition.Packages.Install.Select(p => p.Value).ToList();
        return new()
        {
            Install = [.. has.Concat(asked).Distinct(StringComparer.Ordinal)],
            Exclude = [.. all.SelectMany(d => Excluded(d, repositories)).Distinct(StringComparer.Ordinal).Where(n => image is null || !asked.Contains(n))],
            Waivers = WaiversOf(all),
            IncludeEssential = (image ?? definition).Packages.Essential,
            IncludeRecommended = definition.Packages.Recommended,
        };
    }

    private static IReadOnlyList<Resolution.DependencyWaiver> WaiversOf(IEnumerable<ImageDefinition> definitions) =>
        [.. definitions.SelectMany(d => d.Waivers.Dependencies).Select(w => new Resolution.DependencyWaiver(w.Package, w.Dependency))];

    /// <summary>All packages of the repositories, as the resolver sees them.</summary>
    public static IUniverse UniverseOf(ImageDefinition definition, IReadOnlyList<RepositoryContents> repositories)
    {
        var image = BaseImage.Of(definition)?.Lock;
        return definition.Packaging switch
        {
            PackagingKind.Rpm => new RpmUniverse(
                AsInBase(image, repositories, repositories.OfType<RpmRepositoryContents>().SelectMany(r => r.Packages), p => p.Name, p => p.Version), MachineArchitecture.ForRpm(definition.Architecture),
                repositories.OfType<RpmRepositoryContents>().Select(r => r.FileLists)),
            _ => new DebianUniverse(
                AsInBase(image, repositories, repositories.OfType<DebianRepositoryContents>().SelectMany(r => r.Packages), p => p.Name, p => p.Version), definition.Architecture, static (left, right) => DebianVersion.Compare(left, right)),
        };
    }

    // Of what the base image has, only the version that it has is there, as long as the repositories still hold it.
    private static IEnumerable<T> AsInBase<T>(ImageLock? image, IReadOnlyList<RepositoryContents> repositories, IEnumerable<T> packages, Func<T, string> name, Func<T, string> version)
    {
        if (image is null)
        {
            return packages;
        }

        var versions = Versions(image);
        var held = Held(image, repositories);
        return packages.Where(p => !held.Contains(name(p)) || versions[name(p)] == version(p));
    }

    // The names of the packages that the repositories hold in the version that an image has.
    private static HashSet<string> Held(ImageLock image, IReadOnlyList<RepositoryContents> repositories)
    {
        var versions = Versions(image);
        return repositories.OfType<DebianRepositoryContents>().SelectMany(r => r.Packages).Select(p => (p.Name, p.Version))
            .Concat(repositories.OfType<RpmRepositoryContents>().SelectMany(r => r.Packages).Select(p => (p.Name, p.Version)))
            .Where(p => versions.GetValueOrDefault(p.Name) == p.Version).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
    }

    private static Dictionary<string, string> Versions(ImageLock image) =>
        image.Packages.GroupBy(p => p.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Version, StringComparer.Ordinal);

    /// <summary>Makes a lock. The same definition and repositories always give the same lock.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="repositories">Every repository of the definition.</param>
    /// <param name="sha256Of">
    /// Fetches packages whose repository states another digest than SHA-256, checks that digest, and gives the SHA-256 of each.
    /// </param>
    /// <exception cref="HullException">HULL3001: no solution; HULL4010: an expired waiver; HULL2001, HULL3004.</exception>
    public static async Task<LockResult> BuildAsync(
        ImageDefinition definition, IReadOnlyList<RepositoryContents> repositories, Func<IReadOnlyList<RpmPackage>, Task<IReadOnlyList<Sha256Digest>>> sha256Of)
    {
        var timestamp = repositories.Max(r => r.Date);
        var solution = Solve(definition, repositories, timestamp);
        var had = BaseImage.Of(definition)?.Lock.Packages.Select(p => p.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        var chosen = solution.Packages.Where(p => !had.Contains(p.Candidate.Name)).ToList();
        var tools = SolveTools(definition, repositories);
        var unnamed = chosen.Concat(tools).Select(p => p.Candidate).OfType<RpmCandidate>().Select(c => c.Package).Where(p => p.Checksum.Sha256 is null).Distinct().ToList();
        var fetched = unnamed.Count == 0 ? [] : await sha256Of(unnamed).ConfigureAwait(false);
        var digests = unnamed.Zip(fetched).ToDictionary(p => p.First, p => p.Second);
        var byId = repositories.ToDictionary(r => r.Id, StringComparer.Ordinal);
        var image = new ImageLock
        {
            Image = definition.Name,
            Architecture = definition.Architecture,
            Packaging = definition.Packaging,
            Definition = DefinitionDigest.Of(definition),
            Timestamp = timestamp,
            Repositories = [.. definition.Repositories.Select(r => Lock(r, byId[r.Id], definition.Waivers))],
            Packages = Lock(chosen, definition, digests),
            Tools = Lock(tools, definition, digests),
        };
        return new(image, solution.Warnings, solution.Statistics);
    }

    private static Solution Solve(ImageDefinition definition, IReadOnlyList<RepositoryContents> repositories, long timestamp)
    {
        var today = DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(timestamp).UtcDateTime);
        if (definition.Waivers.Expired(today) is { Count: > 0 } expired)
        {
            throw new HullException(expired);
        }

        var result = Resolver.Resolve(UniverseOf(definition, repositories), RequestOf(definition, repositories));
        return result is Failure failure
            ? throw failure.Code.Error(failure.Message, PlaceOf(definition, failure), failure.Remedy)
            : result.OrThrow();
    }

    // What is left out of the image says nothing about programs that only the build runs; what is waived is needed by scripts, and none runs here either.
    private static IReadOnlyList<SolutionPackage> SolveTools(ImageDefinition definition, IReadOnlyList<RepositoryContents> repositories)
    {
        if (definition.Tools.Count == 0)
        {
            return [];
        }

        var request = new ResolutionRequest { Install = [.. definition.Tools.Select(p => p.Value)], Waivers = WaiversOf([definition]), IncludeEssential = false };
        var result = Resolver.Resolve(UniverseOf(definition, repositories), request);
        return result is Failure failure
            ? throw failure.Code.Error(failure.Message, definition.Tools[0].Where, failure.Remedy)
            : result.OrThrow().Packages;
    }

    private static IReadOnlyList<LockedPackage> Lock(IEnumerable<SolutionPackage> packages, ImageDefinition definition, Dictionary<RpmPackage, Sha256Digest> digests) =>
        [.. packages.Select(p => Lock(p, definition, digests)).OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Architecture, StringComparer.Ordinal)];

    // A Debian name with wildcards stands for every package it matches; one that matches none stays, so that the resolver can say so. RPM's
    // resolver knows wildcards itself.
    private static List<string> Excluded(ImageDefinition definition, IReadOnlyList<RepositoryContents> repositories)
    {
        var names = new Lazy<string[]>(() =>
            [.. repositories.OfType<DebianRepositoryContents>().SelectMany(r => r.Packages).Select(p => p.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
        var excluded = new List<string>();
        foreach (var name in definition.Packages.Exclude.Select(p => p.Value))
        {
            var matching = definition.Packaging == PackagingKind.Debian && name.Contains('*')
                ? Array.FindAll(names.Value, n => FileSystemName.MatchesSimpleExpression(name, n, ignoreCase: false))
                : [];
            excluded.AddRange(matching.Length == 0 ? [name] : matching);
        }

        return [.. excluded.Distinct(StringComparer.Ordinal)];
    }

    private static LockedRepository Lock(RepositoryDefinition definition, RepositoryContents contents, Waivers waivers)
    {
        var place = definition is RpmRepositoryDefinition rpm ? rpm.Path : ((DebianRepositoryDefinition)definition).Suite;
        return new(definition.Id, definition.Archive, place, contents.Metadata, contents.Date, [.. contents.Signers.Order(StringComparer.Ordinal)])
        {
            Revision = contents is RpmRepositoryContents { Revision: var revision } ? revision : "",
            Unchecked = [.. waivers.Signatures.Where(w => w.Repository == definition.Id).Select(w => w.Check).Distinct().Order()],
        };
    }

    private static LockedPackage Lock(SolutionPackage chosen, ImageDefinition definition, Dictionary<RpmPackage, Sha256Digest> digests)
    {
        var reason = chosen.Reason;
        var (why, by, text) = reason.Kind switch
        {
            ClauseKind.Install => ("requested", "", reason.Text),
            ClauseKind.Essential => ("essential", "", ""),
            _ => (reason.Field, reason.By?.Name ?? "", reason.Text),
        };
        if (chosen.Candidate is RpmCandidate { Package: var rpm })
        {
            var (source, sourceVersion) = RpmSource.Parse(rpm.SourceRpm, rpm.Name, rpm.Version);
            var folder = definition.Repositories.OfType<RpmRepositoryDefinition>().First(r => r.Id == rpm.RepositoryId).Path;
            return new(
                rpm.Name, rpm.Version, rpm.Architecture, rpm.RepositoryId, $"{folder}/{rpm.Location}", rpm.Size, rpm.Checksum.Sha256 ?? digests[rpm],
                source, sourceVersion, why, by, text);
        }

        var package = ((DebianCandidate)chosen.Candidate).Package;
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
