using Ironhull.Diagnostics;
using Ironhull.Packages.Rpm;

namespace Ironhull.Resolution.Rpm;

/// <summary>Packages of which one must be there, or, for the negative ones, must not: one disjunction of a rich dependency.</summary>
/// <param name="Installed">One of these is installed …</param>
/// <param name="Absent">… or one of these is not.</param>
internal readonly record struct Disjunction(IReadOnlyList<RpmCandidate> Installed, IReadOnlyList<RpmCandidate> Absent);

/// <summary>How a dependency stands with what is installed.</summary>
internal enum RichTruth
{
    /// <summary>It does not hold.</summary>
    Fails,

    /// <summary>It holds, though no installed package is what makes it: "a if b" without b.</summary>
    Holds,

    /// <summary>It holds because of an installed package.</summary>
    HoldsByPackage,
}

/// <summary>
/// Turns a dependency into disjunctions over packages by the distributive law, without variables of its own: every disjunction can
/// then be shown to a reader as it is.
/// </summary>
internal sealed class RichForm(Func<RpmDependency, IReadOnlyList<RpmCandidate>> satisfiers, string owner)
{
    /// <summary>How many literals one dependency may become.</summary>
    private const int MaxLiterals = 200_000;

    private readonly Dictionary<int, RpmCandidate> _candidates = [];

    /// <summary>The disjunctions that hold when the dependency does; none when it always does.</summary>
    /// <exception cref="HullException">HULL3103: there are too many.</exception>
    public IReadOnlyList<Disjunction> WhenTrue(RichNode node) => Finish(Expand(node, true));

    /// <summary>The disjunctions that hold when the dependency does not.</summary>
    /// <exception cref="HullException">HULL3103: there are too many.</exception>
    public IReadOnlyList<Disjunction> WhenFalse(RichNode node) => Finish(Expand(node, false));

    /// <summary>The packages that satisfy a tree without conditions by themselves, in their order.</summary>
    public IReadOnlyList<RpmCandidate> Single(RichNode node) => node switch
    {
        RichNode.Leaf leaf => satisfiers(leaf.Dependency),
        RichNode.Operation { Operator: RichOperator.With } with => Intersect([.. with.Operands.Select(Single)]),
        RichNode.Operation { Operator: RichOperator.Without } without => [.. Single(without.Operands[0]).Except(Single(without.Operands[1]))],
        RichNode.Operation or => [.. or.Operands.SelectMany(Single).Distinct().OrderBy(c => c.Place)],
        _ => [],
    };

    /// <summary>Whether a dependency holds with what is installed, and whether an installed package is what makes it hold.</summary>
    public RichTruth Truth(RichNode node, Func<RpmCandidate, bool> installed)
    {
        return node switch
        {
            RichNode.Operation { Operator: RichOperator.And } and => and.Operands.Select(Of).Aggregate(Both),
            RichNode.Operation { Operator: RichOperator.Or } or => or.Operands.Select(Of).Max(),
            RichNode.Operation { Operator: RichOperator.If, Operands: [var first, var second] } =>
                Of(second) == RichTruth.Fails && Of(first) == RichTruth.Fails ? RichTruth.Holds : Of(first),
            RichNode.Operation { Operator: RichOperator.If, Operands: [var first, var second, var third] } => Of(second) == RichTruth.Fails ? Of(third) : Of(first),
            RichNode.Operation { Operator: RichOperator.Unless, Operands: [var first, var second] } => Of(second) == RichTruth.Fails ? Of(first) : RichTruth.Fails,
            RichNode.Operation { Operator: RichOperator.Unless, Operands: [var first, var second, var third] } => Of(second) == RichTruth.Fails ? Of(first) : Of(third),
            _ => Single(node).Any(installed) ? RichTruth.HoldsByPackage : RichTruth.Fails,
        };

        RichTruth Of(RichNode operand) => Truth(operand, installed);
    }

    /// <summary>Every package that some part of a dependency names, in the order of the parts.</summary>
    public IEnumerable<RpmCandidate> Named(RichNode node) => node is RichNode.Operation operation ? operation.Operands.SelectMany(Named) : Single(node);

    private static RichTruth Both(RichTruth one, RichTruth other) =>
        one == RichTruth.Fails || other == RichTruth.Fails ? RichTruth.Fails : one > other ? one : other;

    private static List<RpmCandidate> Intersect(IReadOnlyList<IReadOnlyList<RpmCandidate>> sets) =>
        [.. sets[0].Where(c => sets.Skip(1).All(s => s.Contains(c)))];

    // Disjunctions of literals; a literal is the place of a package, or its complement.
    private List<int[]> Expand(RichNode node, bool positive) => node switch
    {
        RichNode.Operation { Operator: RichOperator.And } and => Join([.. and.Operands.Select(o => Expand(o, positive))], positive),
        RichNode.Operation { Operator: RichOperator.Or } or => Join([.. or.Operands.Select(o => Expand(o, positive))], !positive),
        RichNode.Operation { Operator: RichOperator.If, Operands: [var first, var second] } =>
            Join([Expand(first, positive), Expand(second, !positive)], !positive),
        RichNode.Operation { Operator: RichOperator.If, Operands: [var first, var second, var third] } => Join(
            [Join([Expand(first, positive), Expand(second, !positive)], !positive), Join([Expand(third, positive), Expand(second, positive)], !positive)], positive),
        RichNode.Operation { Operator: RichOperator.Unless, Operands: [var first, var second] } =>
            Join([Expand(first, positive), Expand(second, !positive)], positive),
        RichNode.Operation { Operator: RichOperator.Unless, Operands: [var first, var second, var third] } => Join(
            [Join([Expand(first, positive), Expand(second, !positive)], positive), Join([Expand(third, positive), Expand(second, positive)], positive)], !positive),
        _ => positive ? [[.. Single(node).Select(Literal)]] : [.. Single(node).Select(c => new[] { ~Literal(c) })],
    };

    private int Literal(RpmCandidate candidate)
    {
        _candidates[candidate.Place] = candidate;
        return candidate.Place;
    }

    private List<int[]> Join(IReadOnlyList<List<int[]>> parts, bool all)
    {
        if (all)
        {
            return [.. parts.SelectMany(p => p)];
        }

        var product = parts[0];
        foreach (var part in parts.Skip(1))
        {
            product = Multiply(product, part);
        }

        return product;
    }

    private List<int[]> Multiply(List<int[]> left, List<int[]> right)
    {
        var size = ((long)right.Count * left.Sum(l => (long)l.Length)) + ((long)left.Count * right.Sum(r => (long)r.Length));
        if (size > MaxLiterals)
        {
            throw ResolutionErrors.RichDependencyTooLarge.Error(
                $"A rich dependency of {owner} stands for more than {MaxLiterals} packages in combination.");
        }

        var product = new List<int[]>(left.Count * right.Count);
        foreach (var a in left)
        {
            foreach (var b in right)
            {
                var both = new HashSet<int>(a);
                both.UnionWith(b);
                if (!b.Any(l => both.Contains(~l)))
                {
                    product.Add([.. both]);
                }
            }
        }

        return product;
    }

    private List<Disjunction> Finish(List<int[]> disjunctions) =>
    [
        .. disjunctions.Select(d => new Disjunction(
            [.. d.Where(l => l >= 0).Order().Select(l => _candidates[l])],
            [.. d.Where(l => l < 0).Select(l => ~l).Order().Select(l => _candidates[l])])),
    ];
}
