using System.Text;

namespace Ironhull.Machines.Qemu;

/// <summary>
/// systemd's system credentials as SMBIOS type 11 strings (systemd.system-credentials(7), systemd.exec "io.systemd.credential"):
/// the way a virtual machine gets its configuration without a change to its disk.
/// </summary>
public static class Credentials
{
    /// <summary>The longest SMBIOS string that QEMU's tables take together with its prefix, in bytes.</summary>
    public const int MaximumLength = 60_000;

    /// <summary>The value of one <c>-smbios</c> option. The content is always sent in base64: a comma or a line break in an option would need escapes.</summary>
    /// <param name="name">Credential name: a valid file name without a colon or comma.</param>
    /// <param name="value">Content, as UTF-8.</param>
    /// <exception cref="ArgumentException">The name is not a credential's name, or the content is too long.</exception>
    public static string ToSmbios(string name, string value)
    {
        if (name.Length is 0 or > 255 || name.AsSpan().ContainsAny("/:,= \n") || name is "." or "..")
        {
            throw new ArgumentException($"'{name}' is not a credential's name.", nameof(name));
        }

        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(value));
        return encoded.Length > MaximumLength
            ? throw new ArgumentException($"The credential '{name}' is too long for an SMBIOS string.", nameof(value))
            : $"type=11,value=io.systemd.credential.binary:{name}={encoded}";
    }
}
