using System.Globalization;
using System.Text;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Extensions;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Locking;

/// <summary>Names the parts of a definition that decide which packages are locked.</summary>
public static class DefinitionDigest
{
    /// <summary>
    /// SHA-256 over architecture, repositories (without key files' contents), packages and dependency waivers. A change of
    /// anything else in the definition leaves the lock valid.
    /// </summary>
    public static Sha256Digest Of(ImageDefinition definition)
    {
        var text = new StringBuilder();
        void Line(params ReadOnlySpan<string> fields)
        {
            foreach (var field in fields)
            {
                text.Append(CultureInfo.InvariantCulture, $"{field.Length}:{field} ");
            }

            text.Append('\n');
        }

        Line("definition", "1", definition.Architecture);
        foreach (var r in definition.Repositories)
        {
            switch (r)
            {
                case DebianRepositoryDefinition debian:
                    Line("repository", r.Id, r.Archive, debian.Suite, r.Priority.ToString(CultureInfo.InvariantCulture));
                    Line(["components", .. debian.Components]);
                    break;
                case RpmRepositoryDefinition rpm:
                    Line("rpm", r.Id, r.Archive, rpm.Path, r.Priority.ToString(CultureInfo.InvariantCulture));
                    Line(["hidden", .. rpm.Exclude]);
                    Line("snapshot", rpm.SnapshotSeconds?.ToString(CultureInfo.InvariantCulture) ?? "");
                    break;
            }

            Line(["fingerprints", .. r.Fingerprints]);
        }

        Line("essential", definition.Packages.Essential ? "true" : "false");
        Line("recommended", definition.Packages.Recommended ? "true" : "false");
        Line(["install", .. definition.Packages.Install.Select(p => p.Value)]);
        Line(["exclude", .. definition.Packages.Exclude.Select(p => p.Value)]);
        if (definition.Tools.Count > 0)
        {
            Line(["tools", .. definition.Tools.Select(p => p.Value)]);
        }

        foreach (var w in definition.Waivers.Dependencies)
        {
            Line("waiver", w.Package, w.Dependency);
        }

        foreach (var w in definition.Waivers.Signatures)
        {
            Line("unchecked", w.Repository, SignatureWaiver.Checks.WordOf(w.Check));
        }

        if (BaseImage.Of(definition) is { } image)
        {
            Line("base", Of(image.Definition).ToString());
            Line(["has", .. image.Lock.Packages.Select(p => $"{p.Name} {p.Version}")]);
        }

        return Sha256Digest.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
