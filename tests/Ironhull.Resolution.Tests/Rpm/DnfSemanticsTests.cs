using Ironhull.Packages.Rpm;
using Ironhull.Testing;
using Xunit;
using static Ironhull.Resolution.Tests.Rpm.RpmLines;

namespace Ironhull.Resolution.Tests.Rpm;

/// <summary>One question of dependency resolution after another, answered by dnf5 and by us.</summary>
public sealed class DnfSemanticsTests(ITestOutputHelper output)
{
    /// <summary>What is asked, the packages, the request, with "!" before what is excluded and "+weak" where weak dependencies count.</summary>
    public static TheoryData<string, string, string> Questions { get; } = new()
    {
        { "providers go by name", "a; R: v\nzz; P: v\nbb; P: v\ncc; P: v", "a" },
        { "the package of the name is no better than another provider", "a; R: v\nv\nbb; P: v", "a" },
        { "the later version of what is provided is better", "a; R: v\nbb; P: v = 1\ncc; P: v = 2", "a" },
        { "the release counts in what is provided", "a; R: v\nbb; P: v = 1-1\ncc; P: v = 1-2", "a" },
        { "an unversioned provides satisfies every version", "a; R: v >= 2\nbb; P: v", "a" },
        { "a provides without a release is every release", "a; R: v < 1-5\nbb; P: v = 1", "a" },
        { "what is requested satisfies", "a; R: v\nbb; P: v\ncc; P: v", "a, cc" },
        { "what comes in later satisfies", "a; R: v\nbb; P: v\ncc; P: v\nd; R: cc", "a, d" },
        { "what comes in much later satisfies", "a; R: v, e\nbb; P: v\ncc; P: v\ne; R: f\nf; R: g\ng; R: cc", "a" },
        { "the first of a name at one version", "a; R: b\nb 1-1 noarch\nb 1-1 x86_64", "a" },
        { "a later noarch", "a; R: b\nb 2-1 noarch\nb 1-1 x86_64", "a" },
        { "what is obsoleted is replaced", "old\nnew; O: old", "old" },
        { "a requirement goes to what replaces", "a; R: old\nold\nnew; O: old; P: old", "a" },
        { "a requirement that the replacement does not satisfy", "a; R: old\nold\nnew; O: old", "a" },
        { "a version of what is obsoleted is not replaced", "old\nnew; O: old", "old-1-1" },
        { "a version that is not obsoleted", "old 2\nnew; O: old < 2", "old" },
        { "both sides of an obsoletes", "old\nnew; O: old", "old, new" },
        { "obsoletes match names only", "old; P: v\nnew; O: v", "old, new" },
        { "a dependency may be an older version", "a; R: b\nb 2; R: missing\nb 1", "a" },
        { "a request may not be an older version", "b 2; R: missing\nb 1", "b" },
        { "a conflict with what the package provides itself", "a; P: x; C: x", "a" },
        { "a conflict with the package's own name", "a; C: a < 5", "a" },
        { "a conflict with what another provides", "a; C: x\nb; P: x", "a, b" },
        { "a rich conflict with the package itself by its own condition", "a 1; C: (a if a = 1 else b)\nb", "a, b" },
        { "a rich conflict with another by the package's own condition", "a 2; C: (a if a = 1 else b)\nb", "a, b" },
        { "a rich conflict whose condition is the package's own name", "a 1; C: (b if a)\nb", "a, b" },
        { "a rich conflict with the package itself or another", "a 1; C: (a or b)\nb", "a, b" },
        { "a rich conflict with the package itself and another", "a 1; C: (a and b)\nb", "a, b" },
        { "a versioned conflict with an unversioned provides", "a; C: x < 5\nb; P: x", "a, b" },
        { "an unversioned conflict with a versioned provides", "a; C: x\nb; P: x = 3", "a, b" },
        { "a conflict that spares", "a; C: x < 3\nb; P: x = 3", "a, b" },
        { "a conflict decides on a provider", "a; R: v; C: bb\nbb; P: v\ncc; P: v", "a" },
        { "a conflict decides on a version", "a; R: b; C: b >= 2\nb 1\nb 2", "a" },
        { "a path", "a; F: /usr/bin/env\nb", "/usr/bin/env" },
        { "a path as a requirement", "a; R: /usr/bin/env\nb; F: /usr/bin/env", "a" },
        { "a path that is provided", "a; R: /bin/sh\nb; P: /bin/sh", "a" },
        { "a capability", "a; P: v\nb; P: v", "v" },
        { "a capability at a version", "a; P: v = 1\nb; P: v = 3\nc; P: v = 2", "v <= 2" },
        { "names by a pattern", "ab\nac\nbd", "a*" },
        { "capabilities by a pattern", "a; P: vx\nb; P: vy", "v*" },
        { "paths by a pattern", "a; F: /usr/bin/env\nb; F: /usr/bin/enx", "/usr/bin/en*" },
        { "name-epoch:version-release.arch", "a 1:2-3\na 1:2-4", "a-1:2-3.x86_64" },
        { "name-version-release", "a 1:2-3\na 1:2-4", "a-2-3" },
        { "name-version", "a 1:2-3\na 1:3-4", "a-2" },
        { "name = version", "a 1:2-3\na 1:2-4", "a = 1:2-3" },
        { "name = version without the epoch", "a 1:2-3", "a = 2-3" },
        { "name = version without a release", "a 2-3\na 2-4\na 3-1", "a = 2" },
        { "name < version", "a 2-3\na 2-4", "a < 2-4" },
        { "name.arch", "a 2-3\na 2-4 noarch", "a.noarch" },
        { "name.arch that is not there", "a 1 noarch", "a.x86_64" },
        { "another case of the name", "Abc", "abc" },
        { "an unknown name", "abc", "abd" },
        { "two versions of one name", "a 1\na 2", "a-1, a-2" },
        { "a rich request", "a; P: v\nb", "(a and b)" },
        { "a kernel and an older one", "a; R: kernel\nkernel 1; P: installonlypkg(kernel)\nkernel 2; P: installonlypkg(kernel)", "a, kernel-1" },
        { "two kernels", "kernel 1; P: installonlypkg(kernel)\nkernel 2; P: installonlypkg(kernel)", "kernel-1, kernel-2" },
        { "or", "a; R: (zz or bb)\nzz\nbb", "a" },
        { "and", "a; R: (zz and bb)\nzz\nbb", "a" },
        { "if, without", "a; R: (x if b)\nx\nb", "a" },
        { "if, with", "a; R: (x if b)\nx\nb", "a, b" },
        { "if, that comes in later", "a; R: (x if b), c\nx\nb\nc; R: b", "a" },
        { "if else, without", "a; R: (x if c else y)\nx\nc\ny", "a, y" },
        { "if else, with", "a; R: (x if c else y)\nx\nc\ny", "a, c" },
        { "if else, free", "a; R: (x if b else y)\nx\nb\ny", "a" },
        { "unless, without", "a; R: (x unless b)\nx\nb", "a" },
        { "unless, with", "a; R: (x unless b)\nx\nb", "a, b" },
        { "unless else, with", "a; R: (x unless b else y)\nx\nb\ny", "a, b" },
        { "with", "a; R: (v >= 2 with v < 3)\nv1; P: v = 1\nv2; P: v = 2\nv3; P: v = 3", "a" },
        { "without", "a; R: (v without w)\nv1; P: v, w\nv2; P: v", "a" },
        { "or within with", "a; R: ((v or w) with x)\nv1; P: v\nw1; P: w, x", "a" },
        { "and within or", "a; R: ((x and missing) or (y and z))\nx\ny\nz", "a" },
        { "if within and", "a; R: (x and (y if b) and z)\nx\ny\nz\nb", "a, b" },
        { "a condition on a capability", "a; R: (x if v)\nx\nb; P: v\nc; P: v", "a, c" },
        { "a conflict with two together, one", "a; C: (b and c)\nb\nc", "a, b" },
        { "a conflict unless", "a; C: (b unless c)\nb\nc", "a, b" },
        { "a conflict if, which asks for the condition", "a; C: (b if c)\nb\nc", "a" },
        { "recommended though weak dependencies are off", "a; R: v; W: cc\nbb; P: v\ncc; P: v", "a" },
        { "suggested", "a; R: v; G: cc\nbb; P: v\ncc; P: v", "a" },
        { "supplementing", "a; R: v\nbb; P: v\ncc; P: v; S: a", "a" },
        { "enhancing", "a; R: v\nbb; P: v\ncc; P: v; E: a", "a" },
        { "recommended before suggested", "a; R: v; G: bb; W: cc\nbb; P: v\ncc; P: v", "a" },
        { "an outdated provider", "a; R: v\nbb 1; P: v\nbb 2\ncc; P: v", "a" },
        { "weak dependencies", "a; W: cc\ncc\ndd; S: a\nee; S: (a and cc)\nff; G: a\ngg; E: a", "a, +weak" },
        { "a weak dependency that cannot be", "a; W: cc, dd\ncc; R: missing\ndd; C: a", "a, +weak" },
        { "weak dependencies of weak dependencies", "a; W: b\nb; W: c; R: d\nc\nd; W: e\ne", "a, +weak" },
        { "a choice of weak dependencies", "a; W: v\nbb; P: v\ncc; P: v; S: a", "a, +weak" },
        { "a weak dependency with a condition", "a; W: (x if b), (y if c)\nx\ny\nb\nc", "a, b, +weak" },
        { "an excluded dependency", "a; R: b\nb", "a, !b" },
        { "an excluded provider", "a; R: v\nbb; P: v\ncc; P: v", "a, !bb" },
        { "an excluded version", "a; R: b\nb 1\nb 2", "a, !b-2-1" },
        { "excluded by a pattern", "a; R: v\nbb; P: v\nbc; P: v\ncc; P: v", "a, !b*" },
        { "an excluded version of what is requested", "b 1\nb 2", "b, !b-2-1" },
        { "versions locked to each other", "a; R: b = 1-1\nb 1-1; R: c\nb 2-1; R: c\nc; C: b < 2", "a" },
        { "a cycle", "a; R: b\nb; R: a", "a" },
        { "the tilde and the caret", "a 1.0\na 1.0~rc1\na 1.0^git1", "a" },
        { "an epoch", "a 1:1\na 2", "a" },
        { "the priority of repositories", "a 1; PRIORITY: 600; REPO: first\na 2; REPO: second", "a" },
        { "a dependency from a repository of lower priority", "a; R: b >= 2; PRIORITY: 600; REPO: first\nb 1; PRIORITY: 600; REPO: first\nb 2; REPO: second", "a" },
    };

    [Theory]
    [MemberData(nameof(Questions))]
    public void Resolve_Question_IsAnsweredAsByDnf5(string question, string packages, string request)
    {
        using var folder = new TempFolder();
        var theirs = Ask(folder, RpmLines.Packages(packages), request);
        var result = Resolver.Resolve(Universe(packages), Request(request));
        var ours = result is Solution solution ? string.Join(' ', solution.Packages.Select(p => Nevra(p.Candidate)).Order(StringComparer.Ordinal)) : "none";
        output.WriteLine($"{question}: {theirs}{(result is Failure failure ? "\n" + failure.Message : "")}");
        Assert.Equal(theirs, ours);
    }

    internal static ResolutionRequest Request(string text)
    {
        var entries = text.Split(", ");
        return new ResolutionRequest
        {
            Install = [.. entries.Where(e => e[0] is not ('!' or '+'))],
            Exclude = [.. entries.Where(e => e[0] == '!').Select(e => e[1..])],
            IncludeRecommended = entries.Contains("+weak"),
        };
    }

    internal static string Ask(TempFolder folder, IReadOnlyList<RpmPackage> packages, string text)
    {
        var repositories = new List<(string, string, int)>();
        foreach (var group in packages.GroupBy(p => p.RepositoryId, StringComparer.Ordinal))
        {
            RpmMetadata.Write(folder[group.Key], [.. group]);
            repositories.Add((group.Key, folder[group.Key], 1000 - group.First().RepositoryPriority));
        }

        var request = Request(text);
        return new Dnf5(repositories, folder["cache"]).Install(request.Install, request.IncludeRecommended, request.Exclude).ToString();
    }
}
