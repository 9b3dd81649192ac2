using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>What a device holds, as blkid tells it.</summary>
/// <param name="Type">"ext4", "crypto_LUKS" and so on; empty for nothing that is known.</param>
/// <param name="Label">The label; empty for none.</param>
/// <param name="Uuid">The identifier; empty for none.</param>
internal sealed record DeviceContents(string Type, string Label, string Uuid)
{
    private const int NothingFound = 2;
    private const int Ambivalent = 8;

    /// <summary>Looks at a device itself, past all caches.</summary>
    /// <exception cref="HullException">HULL8072: blkid fails, or finds the marks of several kinds of contents.</exception>
    public static DeviceContents Of(IPrograms programs, string device)
    {
        var (code, output, errors) = programs.Run("blkid", "--probe", "--usages", "filesystem,raid,crypto,other", "--output", "export", device);
        if (code is not (0 or NothingFound))
        {
            throw ProvisioningErrors.ProgramFailed.Error(
                code == Ambivalent ? "The device has the marks of several kinds of contents." : $"blkid ended with {code}: {errors.Trim()}", new Location(device));
        }

        var values = output.Split('\n').Select(l => l.Split('=', 2)).Where(p => p.Length == 2).ToLookup(p => p[0], p => Unescape(p[1]), StringComparer.Ordinal);
        return new(values["TYPE"].FirstOrDefault(""), values["LABEL"].FirstOrDefault(""), values["UUID"].FirstOrDefault(""));
    }

    // The format is that of a shell's assignments: a backslash before what a shell would read otherwise.
    private static string Unescape(string text)
    {
        var plain = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            plain.Append(text[i] == '\\' && i + 1 < text.Length ? text[++i] : text[i]);
        }

        return plain.ToString();
    }
}
