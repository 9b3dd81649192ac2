using Ironhull.Formats.Io;

namespace Ironhull.Compose.Scripts;

/// <summary>A maintainer script that a person has read, pinned to what it said.</summary>
/// <param name="Package">The package's name; "*" stands for any text ("linux-image-*").</param>
/// <param name="Kind">Which script.</param>
/// <param name="ResidueSha256">The <see cref="ScriptClassification.ResidueSha256"/> that was reviewed.</param>
/// <param name="Why">What the script does, and where an image gets that from, or why it is not needed.</param>
/// <param name="ResidueText">The residue as it was reviewed, when it was kept: a change is then shown as a difference.</param>
public sealed record ReviewedScript(string Package, ScriptKind Kind, Sha256Digest ResidueSha256, string Why, string? ResidueText = null);
