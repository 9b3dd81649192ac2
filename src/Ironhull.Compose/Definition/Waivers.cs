using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Definition;

/// <summary>A dependency that may stay unmet.</summary>
/// <param name="Package">The depending package; may hold <c>*</c>.</param>
/// <param name="Dependency">The dependency group as the package writes it, for example "initramfs-tools | linux-initramfs-tool".</param>
/// <param name="Why">The reason.</param>
/// <param name="Expires">The last day on which it holds, compared with the lock's time.</param>
/// <param name="Where">Its place in the definition.</param>
public sealed record DependencyWaiver(string Package, string Dependency, string Why, DateOnly Expires, Location Where)
{
    internal static DependencyWaiver Read(FieldReader f) => new(
        f.RequiredString("package", "The package whose dependency may stay unmet; may hold *."),
        f.RequiredString("dependency", "The dependency as the package writes it, alternatives included."),
        f.RequiredString("why", "Why the image works without it."),
        f.RequiredDate("expires", "The last day on which the waiver holds."),
        f.Where);
}

/// <summary>A finding of a closure check that is accepted.</summary>
/// <param name="Check">The check's name, for example "needed".</param>
/// <param name="Subject">What the finding is about; may hold <c>*</c>.</param>
/// <param name="Why">The reason.</param>
/// <param name="Expires">The last day on which it holds, compared with the lock's time.</param>
/// <param name="Where">Its place in the definition.</param>
public sealed record ClosureWaiver(string Check, string Subject, string Why, DateOnly Expires, Location Where)
{
    internal static ClosureWaiver Read(FieldReader f) => new(
        f.RequiredString("check", "The closure check, for example needed, shebang, exec, pam or link.", TextForm.Identifier),
        f.RequiredString("subject", "What the finding is about; may hold *."),
        f.RequiredString("why", "Why the finding does no harm."),
        f.RequiredDate("expires", "The last day on which the waiver holds."),
        f.Where);
}

/// <summary>Everything that is knowingly accepted: typed, with a reason and an end.</summary>
/// <param name="Dependencies">Unmet dependencies.</param>
/// <param name="Closure">Findings of closure checks.</param>
public sealed record Waivers(IReadOnlyList<DependencyWaiver> Dependencies, IReadOnlyList<ClosureWaiver> Closure)
{
    /// <summary>No waiver.</summary>
    public static Waivers None { get; } = new([], []);

    internal static Waivers Read(FieldReader f) => new(
        f.List("dependencies", DependencyWaiver.Read, description: "Dependencies that may stay unmet."),
        f.List("closure", ClosureWaiver.Read, description: "Findings of closure checks that are accepted."));

    /// <summary>One diagnostic for every waiver that has expired.</summary>
    /// <param name="today">The day of the lock's time stamp.</param>
    public IReadOnlyList<Diagnostic> Expired(DateOnly today) =>
    [
        .. Dependencies.Where(w => w.Expires < today).Select(w => DefinitionErrors.WaiverExpired.With(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The waiver for '{w.Dependency}' of {w.Package} expired on {w.Expires:yyyy-MM-dd}."), w.Where)),
        .. Closure.Where(w => w.Expires < today).Select(w => DefinitionErrors.WaiverExpired.With(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The waiver for the {w.Check} check of '{w.Subject}' expired on {w.Expires:yyyy-MM-dd}."), w.Where)),
    ];
}
