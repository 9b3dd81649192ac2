using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Butane;

/// <summary>A kind of config in YAML: for which system, in which version, and the Ignition spec it becomes.</summary>
/// <param name="Variant">"fcos" or "flatcar".</param>
/// <param name="Minor">The second number of its version: 5 of 1.5.0.</param>
/// <param name="Target">The Ignition spec.</param>
public sealed record ButaneVersion(string Variant, int Minor, SpecVersion Target)
{
    /// <summary>Every kind that is converted. Source: the pages "config-fcos-v1_0" to "config-flatcar-v1_1" of Butane.</summary>
    public static IReadOnlyList<ButaneVersion> All { get; } =
    [
        new("fcos", 0, new(0)), new("fcos", 1, new(1)), new("fcos", 2, new(2)), new("fcos", 3, new(2)), new("fcos", 4, new(3)), new("fcos", 5, new(4)), new("fcos", 6, new(5)),
        new("flatcar", 0, new(3)), new("flatcar", 1, new(4)),
    ];

    /// <summary>Whether <c>boot_device</c> is known.</summary>
    public bool HasBootDevice => Variant == "fcos" && Minor >= 3;

    /// <summary>Whether <c>grub</c> is known.</summary>
    public bool HasGrub => Variant == "fcos" && Minor >= 5;

    /// <inheritdoc/>
    public override string ToString() => $"{Variant} 1.{Minor}.0";
}
