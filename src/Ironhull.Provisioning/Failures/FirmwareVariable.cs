using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Failures;

/// <summary>Text variables of the firmware by efivarfs: four bytes of attributes, then UTF-16 with a zero at its end.</summary>
internal static class FirmwareVariable
{
    private const int AttributesLength = 4;

    /// <summary>The text of the variable <c>NAME-GUID</c>; null when there is no such variable or it cannot be read.</summary>
    public static string? Read(NodePaths paths, string name)
    {
        try
        {
            return StageFile.ReadVirtual(paths.At($"sys/firmware/efi/efivars/{name}")) is { Length: >= AttributesLength } bytes
                ? Encoding.Unicode.GetString(bytes.AsSpan(AttributesLength, (bytes.Length - AttributesLength) & ~1)).TrimEnd('\0') : null;
        }
        catch (HullException)
        {
            return null;
        }
    }
}
