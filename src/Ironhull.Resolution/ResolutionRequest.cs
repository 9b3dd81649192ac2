namespace Ironhull.Resolution;

/// <summary>Takes one dependency of a package away. The image definition says why and until when.</summary>
/// <param name="Package">A package name; <c>*</c> stands for any characters.</param>
/// <param name="Dependency">
/// The alternatives of the dependency in their order, for example <c>initramfs-tools | linux-initramfs-tool</c>.
/// An alternative without a version matches whatever version the package asks for.
/// </param>
public sealed record DependencyWaiver(string Package, string Dependency)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Package}: {Dependency}";
}

/// <summary>What is asked of the resolver.</summary>
public sealed record ResolutionRequest
{
    /// <summary><c>name</c> or <c>name=version</c>, in the order in which they are decided.</summary>
    public IReadOnlyList<string> Install { get; init; } = [];

    /// <summary>Names that are never installed, Essential packages among them.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Dependencies that are taken away.</summary>
    public IReadOnlyList<DependencyWaiver> Waivers { get; init; } = [];

    /// <summary>Asks for every package marked Essential that is not excluded.</summary>
    public bool IncludeEssential { get; init; } = true;

    /// <summary>Installs recommended packages where that is possible.</summary>
    public bool IncludeRecommended { get; init; }
}
