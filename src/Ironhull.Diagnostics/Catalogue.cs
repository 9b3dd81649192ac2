using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Ironhull.Diagnostics;

/// <summary>
/// The whole error catalogue, gathered from the area classes below <c>Codes/</c>. Each area owns a range:
/// 1xxx formats, 2xxx packages and repositories, 3xxx resolution, 4xxx image definition and lock,
/// 5xxx composition, 6xxx keys and signing, 7xxx machines and acceptance, 8xxx provisioning, 9xxx command line and environment.
/// </summary>
public static class Catalogue
{
    /// <summary>Every code, ordered by number.</summary>
    public static IReadOnlyList<ErrorCode> All { get; } = [.. Areas().SelectMany(Fields).OrderBy(c => c.Code, StringComparer.Ordinal)];

    private static IEnumerable<ErrorCode> Fields([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields)] Type area)
    {
        foreach (var field in area.GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            if (field.GetValue(null) is ErrorCode code)
            {
                yield return code;
            }
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "Each area is named by typeof, so its fields are kept.")]
    private static IEnumerable<ErrorCode> Fields(Area area) => Fields(area.Type);

    private static Area[] Areas() =>
    [
        new(typeof(FormatErrors)), new(typeof(PackageErrors)), new(typeof(RpmErrors)), new(typeof(RpmRepositoryErrors)), new(typeof(ResolutionErrors)), new(typeof(DefinitionErrors)),
        new(typeof(ComposeErrors)), new(typeof(RecipeErrors)), new(typeof(SelinuxErrors)), new(typeof(TreeErrors)), new(typeof(SigningErrors)), new(typeof(AttestationErrors)), new(typeof(ExtensionErrors)), new(typeof(EnforcementErrors)), new(typeof(MachineErrors)), new(typeof(CrashKernelErrors)), new(typeof(ProvisioningErrors)), new(typeof(CommandErrors)),
    ];

    private readonly record struct Area([property: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields)] Type Type);
}
