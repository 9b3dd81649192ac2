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

/// <summary>A signature of an RPM repository.</summary>
public enum SignatureCheck
{
    /// <summary>The signature of <c>repomd.xml</c> (<c>repo_gpgcheck</c>).</summary>
    Metadata,

    /// <summary>The signatures of the packages (<c>gpgcheck</c>).</summary>
    Packages,
}

/// <summary>A check of signatures that is switched off for one RPM repository.</summary>
/// <param name="Repository">The repository's id.</param>
/// <param name="Check">Which check.</param>
/// <param name="Why">The reason.</param>
/// <param name="Expires">The last day on which it holds, compared with the lock's time.</param>
/// <param name="Where">Its place in the definition.</param>
public sealed record SignatureWaiver(string Repository, SignatureCheck Check, string Why, DateOnly Expires, Location Where)
{
    /// <summary>The words of <see cref="SignatureCheck"/>.</summary>
    public static Choices<SignatureCheck> Checks { get; } = new(("metadata", SignatureCheck.Metadata), ("packages", SignatureCheck.Packages));

    /// <summary>What a build and a lock say about it.</summary>
    public string Warning => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"SIGNATURES ARE NOT CHECKED: {(Check == SignatureCheck.Metadata ? "the metadata" : "the packages")} of '{Repository}' (waived until {Expires:yyyy-MM-dd}: {Why})");

    internal static SignatureWaiver Read(FieldReader f) => new(
        f.RequiredString("repository", "The id of the RPM repository.", TextForm.Identifier),
        f.RequiredEnum("check", Checks, "The signature of the repository's metadata, or those of its packages."),
        f.RequiredString("why", "Why nothing better can be had."),
        f.RequiredDate("expires", "The last day on which the waiver holds."),
        f.Where);
}

/// <summary>Everything that is knowingly accepted: typed, with a reason and an end.</summary>
/// <param name="Dependencies">Unmet dependencies.</param>
/// <param name="Closure">Findings of closure checks.</param>
/// <param name="Signatures">Signatures that are not checked.</param>
public sealed record Waivers(IReadOnlyList<DependencyWaiver> Dependencies, IReadOnlyList<ClosureWaiver> Closure, IReadOnlyList<SignatureWaiver> Signatures)
{
    /// <summary>No waiver.</summary>
    public static Waivers None { get; } = new([], [], []);

    internal static Waivers Read(FieldReader f) => new(
        f.List("dependencies", DependencyWaiver.Read, description: "Dependencies that may stay unmet."),
        f.List("closure", ClosureWaiver.Read, description: "Findings of closure checks that are accepted."),
        f.List("signatures", SignatureWaiver.Read, description: "Checks of signatures that are switched off for an RPM repository."));

    /// <summary>Whether a check of a repository's signatures is switched off.</summary>
    public bool IsWaived(string repository, SignatureCheck check) => Signatures.Any(w => w.Repository == repository && w.Check == check);

    /// <summary>One diagnostic for every waiver that has expired.</summary>
    /// <param name="today">The day of the lock's time stamp.</param>
    public IReadOnlyList<Diagnostic> Expired(DateOnly today) =>
    [
        .. Dependencies.Where(w => w.Expires < today).Select(w => DefinitionErrors.WaiverExpired.With(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The waiver for '{w.Dependency}' of {w.Package} expired on {w.Expires:yyyy-MM-dd}."), w.Where)),
        .. Closure.Where(w => w.Expires < today).Select(w => DefinitionErrors.WaiverExpired.With(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The waiver for the {w.Check} check of '{w.Subject}' expired on {w.Expires:yyyy-MM-dd}."), w.Where)),
        .. Signatures.Where(w => w.Expires < today).Select(w => DefinitionErrors.WaiverExpired.With(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The waiver for the {SignatureWaiver.Checks.WordOf(w.Check)} signatures of '{w.Repository}' expired on {w.Expires:yyyy-MM-dd}."), w.Where)),
    ];
}
