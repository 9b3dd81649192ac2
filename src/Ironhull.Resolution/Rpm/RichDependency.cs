using Ironhull.Packages.Rpm;

namespace Ironhull.Resolution.Rpm;

/// <summary>The operators of rich dependencies (rpm-dependencies(7), "Boolean Dependencies").</summary>
internal enum RichOperator
{
    /// <summary>All operands.</summary>
    And,

    /// <summary>Any operand.</summary>
    Or,

    /// <summary>The first if the second; else the third, where there is one.</summary>
    If,

    /// <summary>The first and not the second; with the second the third, where there is one.</summary>
    Unless,

    /// <summary>One package that satisfies every operand.</summary>
    With,

    /// <summary>One package that satisfies the first operand and not the second.</summary>
    Without,
}

/// <summary>A dependency as a tree.</summary>
internal abstract record RichNode
{
    /// <summary>A dependency that is not rich.</summary>
    internal sealed record Leaf(RpmDependency Dependency) : RichNode;

    /// <summary>An operator with its operands in their order.</summary>
    internal sealed record Operation(RichOperator Operator, IReadOnlyList<RichNode> Operands) : RichNode;
}
