using Ironhull.Compose.Definition;
using Ironhull.Diagnostics;
using Ironhull.Formats.Pe;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Build;

/// <summary>An addon, not signed.</summary>
/// <param name="FileName"><c>NAME.addon.efi</c>.</param>
/// <param name="Place">Where it goes.</param>
/// <param name="Image">The PE image.</param>
public sealed record AddonImage(string FileName, AddonPlace Place, byte[] Image)
{
    /// <summary>How an addon's file name ends; systemd-stub looks for it.</summary>
    public const string Suffix = ".addon.efi";

    /// <summary>Makes an image's addons. They fit its kernel only, so that none is taken over by a later version.</summary>
    /// <param name="definition">What they say.</param>
    /// <param name="tree">Has the stub.</param>
    /// <param name="kernelVersion">The kernel's release.</param>
    /// <exception cref="HullException">HULL5502: the tree has no stub; HULL10xx: it is none.</exception>
    public static IReadOnlyList<AddonImage> Build(ImageDefinition definition, FileTree tree, string kernelVersion)
    {
        if (definition.Addons.Count == 0)
        {
            return [];
        }

        var path = definition.Boot!.AddonStub;
        if (tree.Resolve(path) is not { } real || !tree.TryGet(real, out var inode) || inode.Type != InodeType.File)
        {
            throw EnforcementErrors.AddonStubMissing.Error($"{path} is not in the tree.", definition.Addons[0].Where);
        }

        var stub = inode.Content!.ToArray();
        return
        [
            .. definition.Addons.OrderBy(a => a.Name, StringComparer.Ordinal).Select(a => new AddonImage(
                a.Name + Suffix, a.Place,
                UkiBuilder.BuildAddon(stub, a.CommandLine, new AddonIdentity(a.Name, a.Description, a.Group).ToOsRelease(), kernelVersion))),
        ];
    }
}
