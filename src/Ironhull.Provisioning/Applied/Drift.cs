using Ironhull.Diagnostics;
using Ironhull.Provisioning.Engine;

namespace Ironhull.Provisioning.Applied;

/// <summary>A path that is not as it was provisioned.</summary>
/// <param name="Path">The path.</param>
/// <param name="Differences">What differs.</param>
public sealed record DriftedNode(string Path, IReadOnlyList<string> Differences);

/// <summary>What has changed since a root was provisioned.</summary>
/// <param name="Checked">How many paths were looked at.</param>
/// <param name="Nodes">Those that differ, by path.</param>
public sealed record Drift(int Checked, IReadOnlyList<DriftedNode> Nodes)
{
    /// <summary>Compares a root with its record.</summary>
    /// <exception cref="HullException">HULL8088: it has none; HULL8061: the root cannot be read.</exception>
    public static Drift Of(RootFolder root)
    {
        var manifest = AppliedManifest.Read(root) ?? throw ProvisioningErrors.NoManifest.Error($"There is no {AppliedManifest.FilePath}.", new Location(AppliedManifest.FilePath));
        var nodes = manifest.Nodes.Select(n => new DriftedNode(n.Path, n.Differences(Now(root, n.Path)))).Where(n => n.Differences.Count > 0);
        return new(manifest.Nodes.Count, [.. nodes]);
    }

    // Something else than a folder on the way to a path is another way of being gone.
    private static AppliedNode? Now(RootFolder root, string path)
    {
        try
        {
            return AppliedNode.Read(root, path);
        }
        catch (HullException e) when (e.Code == ProvisioningErrors.NodeExists)
        {
            return null;
        }
    }
}
