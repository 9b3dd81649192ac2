using System.Globalization;

namespace Ironhull.Provisioning.Spec;

/// <summary>A version of the Ignition specification's third generation.</summary>
/// <param name="Minor">The second number: 4 of 3.4.0.</param>
/// <param name="IsExperimental">Whether it is the one that is still being worked on.</param>
public readonly record struct SpecVersion(int Minor, bool IsExperimental = false)
{
    /// <summary>The newest stable version.</summary>
    public static SpecVersion NewestStable { get; } = new(6);

    /// <summary>The newest version that is read.</summary>
    public static SpecVersion Newest { get; } = new(7, IsExperimental: true);

    /// <summary>Every version that is read, oldest first.</summary>
    public static IReadOnlyList<SpecVersion> All { get; } = [new(0), new(1), new(2), new(3), new(4), new(5), NewestStable, Newest];

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"3.{Minor}.0{(IsExperimental ? "-experimental" : "")}");
}
