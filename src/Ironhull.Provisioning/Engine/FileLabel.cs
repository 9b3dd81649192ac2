using System.Globalization;

namespace Ironhull.Provisioning.Engine;

/// <summary>
/// SELinux labels of what is made before the policy is loaded, when no kernel gives any: what takes the place of something has its label, and
/// what is new has that of the folder it is in. Where the root has no labels, or may not be given any, nothing is labelled.
/// </summary>
internal static class FileLabel
{
    private const string Name = "security.selinux";
    private const int LongestLabel = 4096;

    /// <summary>Labels a new node.</summary>
    /// <param name="folder">The folder that it is in.</param>
    /// <param name="replaced">The name that it has or gets.</param>
    /// <param name="made">The name that it has now.</param>
    public static void Inherit(OpenFolder folder, string replaced, string made)
    {
        Span<byte> label = stackalloc byte[LongestLabel];

        // Descriptors of paths alone have no attributes; their names below /proc do.
        var path = $"/proc/self/fd/{folder.Descriptor.ToString(CultureInfo.InvariantCulture)}";
        var length = made == replaced ? -1 : Libc.GetAttributeOf($"{path}/{replaced}", Name, label, LongestLabel);
        length = length > 0 ? length : Libc.GetAttributeOf($"{path}/.", Name, label, LongestLabel);
        if (length > 0)
        {
            _ = Libc.SetAttributeOf($"{path}/{made}", Name, label, (nuint)length, 0);
        }
    }

    /// <summary>Does something that covers a folder with a file system, and gives that one's root the folder's label when it has none.</summary>
    /// <param name="path">The folder, without links.</param>
    /// <param name="cover">What covers it.</param>
    public static void Keep(string path, Action cover)
    {
        Span<byte> label = stackalloc byte[LongestLabel];
        var length = Libc.GetAttributeOf(path, Name, label, LongestLabel);
        cover();
        if (length > 0 && Libc.GetAttributeOf(path, Name, new byte[LongestLabel], LongestLabel) <= 0)
        {
            _ = Libc.SetAttributeOf(path, Name, label, (nuint)length, 0);
        }
    }
}
