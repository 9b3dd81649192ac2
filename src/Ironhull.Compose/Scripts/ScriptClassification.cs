using Ironhull.Formats.Io;

namespace Ironhull.Compose.Scripts;

/// <summary>What a maintainer script is, seen from an image that is composed from nothing.</summary>
public enum ScriptClass
{
    /// <summary>Never acts on a first installation (removal scripts, debconf questions).</summary>
    NotApplicable,

    /// <summary>Nothing but debhelper's generated sections and empty shell scaffolding; its effects are data.</summary>
    Boilerplate,

    /// <summary>Something remains that a person must review.</summary>
    Residue,
}

/// <summary>One maintainer script, classified.</summary>
/// <param name="Package">The package's name.</param>
/// <param name="Version">The package's version.</param>
/// <param name="Kind">Which script.</param>
/// <param name="Class">What it is.</param>
/// <param name="Reason">Why it does not apply, or which kinds of boiler-plate were recognised.</param>
/// <param name="BoilerplateKinds">The recognised kinds ("dh_installsystemd", "update-alternatives" …), ordinal order, without repetition.</param>
/// <param name="ScriptSha256">Digest of the script as the package ships it.</param>
/// <param name="Residue">
/// What remains after boiler-plate is taken out, with the package's own ABI name replaced by "@ABI@"; empty unless the class is
/// <see cref="ScriptClass.Residue"/>. A rebuild with another debhelper does not change it.
/// </param>
/// <param name="Effects">What the script would have done, as far as it is literal: also those found in a residue.</param>
public sealed record ScriptClassification(
    string Package,
    string Version,
    ScriptKind Kind,
    ScriptClass Class,
    string Reason,
    IReadOnlyList<string> BoilerplateKinds,
    Sha256Digest ScriptSha256,
    string Residue,
    IReadOnlyList<DeclaredEffect> Effects)
{
    /// <summary>SHA-256 of <see cref="Residue"/>: what a review is pinned to.</summary>
    public Sha256Digest ResidueSha256 { get; } = Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes(Residue));
}
