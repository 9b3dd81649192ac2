using Ironhull.Packages;
using Ironhull.Packages.Rpm;

namespace Ironhull.Resolution.Rpm;

/// <summary>What dependencies mean in a universe, each looked up once.</summary>
internal sealed class RpmRelations(RpmUniverse universe)
{
    private readonly Dictionary<(string, VersionRelation, string), IReadOnlyList<RpmCandidate>> _satisfiers = [];
    private readonly Dictionary<string, RichNode> _trees = new(StringComparer.Ordinal);

    /// <summary>The packages that satisfy a dependency that is not rich, in order.</summary>
    public IReadOnlyList<RpmCandidate> Satisfiers(RpmDependency dependency)
    {
        var key = (dependency.Name, dependency.Relation, dependency.Version);
        if (!_satisfiers.TryGetValue(key, out var found))
        {
            _satisfiers.Add(key, found = universe.Satisfying(dependency));
        }

        return found;
    }

    /// <summary>The tree of a dependency.</summary>
    /// <exception cref="Diagnostics.HullException">HULL3102: it cannot be read.</exception>
    public RichNode Tree(RpmDependency dependency, string owner)
    {
        if (!dependency.IsRich)
        {
            return new RichNode.Leaf(dependency);
        }

        if (!_trees.TryGetValue(dependency.Name, out var tree))
        {
            _trees.Add(dependency.Name, tree = RichParser.Parse(dependency, owner));
        }

        return tree;
    }

    /// <summary>Turns trees into disjunctions.</summary>
    public RichForm Form(string owner) => new(Satisfiers, owner);

    /// <summary>The disjunctions of a weak rich dependency; none when a part of it that always counts cannot be satisfied.</summary>
    public IReadOnlyList<Disjunction> Wished(RpmDependency dependency, RpmCandidate owner)
    {
        var name = owner.ToString();
        var disjunctions = Form(name).WhenTrue(Tree(dependency, name));
        return disjunctions.Any(d => d.Installed.Count + d.Absent.Count == 0) ? [] : disjunctions;
    }

    /// <summary>Whether a dependency holds with what is installed.</summary>
    public RichTruth Truth(RpmDependency dependency, RpmCandidate owner, Func<RpmCandidate, bool> installed)
    {
        if (dependency.IsRich)
        {
            var name = owner.ToString();
            return Form(name).Truth(Tree(dependency, name), installed);
        }

        foreach (var satisfier in Satisfiers(dependency))
        {
            if (installed(satisfier))
            {
                return RichTruth.HoldsByPackage;
            }
        }

        return RichTruth.Fails;
    }

    /// <summary>Says why nothing satisfies a dependency.</summary>
    public string Missing(RpmDependency dependency)
    {
        if (dependency.IsRich)
        {
            return "the repositories hold no packages that would do";
        }

        if (dependency.Relation != VersionRelation.Any)
        {
            var others = Satisfiers(dependency with { Relation = VersionRelation.Any, Version = "" });
            if (others.Count > 0)
            {
                return $"the repositories have '{dependency.Name}' only from {CoreRenderer.List([.. others.Reverse()])}";
            }
        }

        return dependency.IsPath
            ? $"no package in the repositories owns or provides {dependency.Name}"
            : $"no package in the repositories is named '{dependency.Name}' or provides it";
    }
}
