using System.Text;
using System.Text.Json;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Resources;

namespace Ironhull.Provisioning.Platforms;

/// <summary>What a platform says about a machine beside its config: the name it has, and the keys of who may log in.</summary>
/// <param name="Hostname">The name; null when it has none.</param>
/// <param name="SshKeys">OpenSSH public keys, one each.</param>
public sealed record MachineMetadata(string? Hostname, IReadOnlyList<string> SshKeys)
{
    // What Linux takes (HOST_NAME_MAX), and how large an RSA key of 16384 bits with a comment may be.
    private const int LongestHostname = 64;
    private const int LongestKey = 8192;
    private const int MostKeys = 256;

    /// <summary>The user to whom the keys belong, as on other systems that are provisioned by Ignition.</summary>
    public const string User = "core";

    /// <summary>Takes what can be used of what a platform says.</summary>
    /// <param name="hostname">A name, which may be a whole domain name; or null.</param>
    /// <param name="keys">Public keys; Azure's may have line breaks in them.</param>
    /// <param name="log">Told of what cannot be used.</param>
    public static MachineMetadata From(string? hostname, IEnumerable<string> keys, Action<string> log)
    {
        var name = Name(hostname);
        if (name is null && hostname is { Length: > 0 })
        {
            log("the platform's name for this machine is not a host name; it is left out");
        }

        var taken = new List<string>();
        foreach (var key in keys.Select(k => k.Trim().Replace("\r\n", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal)).Where(k => k.Length > 0))
        {
            if (taken.Count == MostKeys || !IsKey(key))
            {
                log("a key that the platform gave is not an SSH public key, or is one too many; it is left out");
            }
            else if (!taken.Contains(key))
            {
                taken.Add(key);
            }
        }

        return new(name, taken);
    }

    /// <summary>The config that gives a machine its name and keys; below every other, so that whatever others say counts.</summary>
    /// <returns>Null when there is nothing to give.</returns>
    public IgnitionConfig? ToConfig()
    {
        if (Hostname is null && SshKeys.Count == 0)
        {
            return null;
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("ignition");
            json.WriteString("version", "3.0.0");
            json.WriteEndObject();
            WriteKeys(json);
            WriteHostname(json);
            json.WriteEndObject();
        }

        return ConfigReader.Read(buffer.ToArray(), "metadata").Require();
    }

    private void WriteKeys(Utf8JsonWriter json)
    {
        if (SshKeys.Count == 0)
        {
            return;
        }

        json.WriteStartObject("passwd");
        json.WriteStartArray("users");
        json.WriteStartObject();
        json.WriteString("name", User);
        json.WriteStartArray("sshAuthorizedKeys");
        foreach (var key in SshKeys)
        {
            json.WriteStringValue(key);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteHostname(Utf8JsonWriter json)
    {
        if (Hostname is null)
        {
            return;
        }

        json.WriteStartObject("storage");
        json.WriteStartArray("files");
        json.WriteStartObject();
        json.WriteString("path", "/etc/hostname");
        json.WriteNumber("mode", 0x1A4);
        json.WriteBoolean("overwrite", true);
        json.WriteStartObject("contents");
        json.WriteString("source", DataUrl.Encode(Encoding.ASCII.GetBytes(Hostname + "\n")));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // RFC 1123; a name that is too long loses its domain.
    private static string? Name(string? text)
    {
        var name = text?.Trim() ?? "";
        name = name.Length > LongestHostname ? name.Split('.')[0] : name;
        return name.Length is > 0 and <= LongestHostname && name.Split('.').All(l => l.Length is > 0 and < 64 && l[0] != '-' && l[^1] != '-' && l.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) ? name : null;
    }

    // sshd(8), AUTHORIZED_KEYS: a type, base64, a comment; options in front are nothing that a platform says.
    private static bool IsKey(string key) =>
        key.Length <= LongestKey && key.All(c => !char.IsControl(c)) && key.Split(' ', 3) is [var kind, var data, ..]
        && (kind.StartsWith("ssh-", StringComparison.Ordinal) || kind.StartsWith("ecdsa-sha2-", StringComparison.Ordinal) || kind.StartsWith("sk-", StringComparison.Ordinal))
        && data.Length > 16 && Convert.TryFromBase64String(data, new byte[data.Length], out _);
}
