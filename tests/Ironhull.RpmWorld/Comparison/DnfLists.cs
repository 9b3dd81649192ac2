using System.Security.Cryptography;
using System.Text;
using Ironhull.Formats.Xz;
using Ironhull.Packages.Rpm;
using Ironhull.Packages.Rpm.Metadata;
using Ironhull.Resolution;
using Ironhull.Resolution.Rpm;
using Ironhull.Testing;

namespace Ironhull.RpmWorld.Comparison;

/// <summary>
/// Lists of packages drawn from a world's repositories, resolved by us and by dnf5. A list asks for names and, now and then, for a
/// version, a path, a capability or a pattern; some exclude packages, some take weak dependencies.
/// </summary>
internal sealed class DnfLists : IDisposable
{
    private const int Lists = 120;
    private const int LongestList = 8;
    private static readonly string[] s_repositories = ["repo", "waived"];

    private readonly TempFolder _cache = new();
    private readonly Dnf5 _dnf;
    private readonly RpmPackage[] _packages;
    private readonly RpmUniverse _universe;

    /// <param name="world">The folder of <c>repo</c> and <c>waived</c>.</param>
    public DnfLists(string world)
    {
        var folders = s_repositories.Select(r => (r, Path.Combine(world, r), 99)).ToList();
        _dnf = new(folders, _cache.Root);
        var contents = folders.Select(f => Read(f.Item2, f.r)).ToList();
        _packages = [.. contents.SelectMany(c => c.Packages).OrderBy(p => p.Name, StringComparer.Ordinal)];
        _universe = new(_packages, "x86_64", contents.Select(c => c.Files));
    }

    private enum Outcome
    {
        Equal,
        NeitherSolves,
        Different,
    }

    /// <summary>Resolves all lists.</summary>
    /// <param name="output">Is told of every difference, and of the counts.</param>
    /// <returns>How many lists have another answer than dnf5's.</returns>
    public int Compare(TextWriter output)
    {
        var outcomes = new (Outcome Outcome, string Text)[Lists];
        Parallel.For(0, Lists, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, list => outcomes[list] = Compare(list));
        foreach (var (_, text) in outcomes.Where(o => o.Outcome == Outcome.Different))
        {
            output.WriteLine(text);
        }

        var counts = outcomes.CountBy(o => o.Outcome).ToDictionary();
        var (equal, unsolvable, different) = (counts.GetValueOrDefault(Outcome.Equal), counts.GetValueOrDefault(Outcome.NeitherSolves), counts.GetValueOrDefault(Outcome.Different));
        output.WriteLine($"{_packages.Length} packages, {Lists} lists: {equal} transactions equal dnf5's, {unsolvable} have no solution for either, {different} differ");
        if (equal < Lists / 2 || unsolvable == 0)
        {
            output.WriteLine("The lists no longer try both what can be installed and what cannot.");
            return Lists;
        }

        return different;
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    private (Outcome Outcome, string Text) Compare(int list)
    {
        var drawn = _packages.OrderBy(p => Hash(list, p.Name)).Take(1 + (list % LongestList)).ToList();
        string[] excluded = list % 6 == 5 ? [.. _packages.OrderBy(p => Hash(1000 + list, p.Name)).Take(4).Select(p => p.Name).Except(drawn.Select(p => p.Name))] : [];
        string[] install = [.. drawn.Select((p, i) => i == 0 ? Spelling(p, list) : p.Name)];
        var weak = list % 4 == 3;
        var theirs = _dnf.Install(install, weak, excluded);
        var result = Resolver.Resolve(_universe, new ResolutionRequest { Install = install, Exclude = excluded, IncludeRecommended = weak });
        var ours = result is Solution solution
            ? new DnfAnswer([.. solution.Packages.Select(p => $"{p.Candidate.Name}-{p.Candidate.Version}.{p.Candidate.Architecture}").Order(StringComparer.Ordinal)])
            : new DnfAnswer((IReadOnlyList<string>?)null);
        return ours.Packages is null && theirs.Packages is null ? (Outcome.NeitherSolves, "")
            : ours.ToString() == theirs.ToString() ? (Outcome.Equal, "")
            : (Outcome.Different, $"{string.Join(' ', install)} without ({string.Join(' ', excluded)}), weak {weak}:\n  only ours: {Only(ours, theirs)}\n  only dnf5: {Only(theirs, ours)}");
    }

    private static string Only(DnfAnswer one, DnfAnswer other) => one.Packages is null ? "no solution" : string.Join(' ', one.Packages.Except(other.Packages ?? []));

    private static string Spelling(RpmPackage package, int list) => (list % 10) switch
    {
        1 => package.ToString(),
        3 => $"{package.Name} = {package.Version}",
        5 => package.Files.FirstOrDefault() ?? package.Name,
        7 => package.Provides[^1].Name,
        9 => $"{package.Name[..(1 + (package.Name.Length / 2))]}*",
        _ => package.Name,
    };

    // A new package changes few lists.
    private static ulong Hash(int list, string name) => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{list} {name}")));

    private static (IReadOnlyList<RpmPackage> Packages, IRpmFileLists Files) Read(string folder, string id)
    {
        var primary = Read(folder, "primary", (text, name) => PrimaryReader.Read(text, new RpmPackageFilter(id), name));
        return (primary.Packages, new Owners(Read(folder, "filelists", (text, name) => FileListsIndex.Read(text, primary, name))));
    }

    private static T Read<T>(string folder, string kind, Func<Stream, string, T> read)
    {
        var path = Directory.GetFiles(Path.Combine(folder, "repodata"), $"*-{kind}.xml.*").Single();
        using var file = File.OpenRead(path);
        using var text = Decompression.OpenByExtension(file, path, path);
        return read(text, path);
    }

    private sealed class Owners(FileListsIndex index) : IRpmFileLists
    {
        public IReadOnlyList<RpmPackage> OwnersOf(string path) => index.OwnersOf(path);
    }
}
