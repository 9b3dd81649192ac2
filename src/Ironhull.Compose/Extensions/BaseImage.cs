using Ironhull.Compose.Definition;
using Ironhull.Compose.Locking;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Extensions;

/// <summary>The image that an extension extends: what it has by its lock, and how it is composed.</summary>
/// <param name="Definition">The base's definition.</param>
/// <param name="Lock">Its lock.</param>
public sealed record BaseImage(ImageDefinition Definition, ImageLock Lock)
{
    /// <summary>The base of an extension; null for images.</summary>
    /// <exception cref="HullException">HULL5405: it is no disk image of the same architecture and packaging; HULL40xx: its definition or lock is wrong.</exception>
    public static BaseImage? Of(ImageDefinition definition)
    {
        if (definition.Extension is not { } extension)
        {
            return null;
        }

        var image = ImageDefinition.Load(extension.Base);
        if (image.Kind != ImageKind.Disk || image.Architecture != definition.Architecture || (definition.Repositories.Count > 0 && image.Packaging != definition.Packaging))
        {
            throw ExtensionErrors.BadBase.Error($"'{extension.Base}' is not a disk image of {definition.Architecture} made of {definition.Packaging.Word()} packages.", extension.Where);
        }

        return new(image, LockFile.LoadFor(image));
    }

    /// <summary>The lock of an extension: its own, or, when it asks for no packages, one without packages that has the base's time.</summary>
    /// <exception cref="HullException">HULL40xx, HULL5405.</exception>
    public static ImageLock LockOf(ImageDefinition definition) => definition.Packages.Install.Count == 0 && Of(definition) is { } image
        ? image.Lock with { Image = definition.Name, Packages = [] }
        : LockFile.LoadFor(definition);

    /// <summary>The definition by which base and extension are composed together: the base's, with the extension's recipes and waivers.</summary>
    public ImageDefinition With(ImageDefinition extension) => Definition with
    {
        Waivers = new([.. Definition.Waivers.Dependencies, .. extension.Waivers.Dependencies], [.. Definition.Waivers.Closure, .. extension.Waivers.Closure], extension.Waivers.Signatures),
        Recipes = [.. Definition.Recipes, .. extension.Recipes],
        Modes = [.. Definition.Modes, .. extension.Modes],
        Remove = [.. Definition.Remove, .. extension.Remove],
        Suid = [.. Definition.Suid, .. extension.Suid],
    };
}
