using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.OpenPgp;

/// <summary>ASCII armor (RFC 9580, section 6) and the cleartext signature framework (section 7).</summary>
internal static class Armor
{
    private const string SignedMessage = "-----BEGIN PGP SIGNED MESSAGE-----";
    private const string Signature = "PGP SIGNATURE";

    /// <summary>Whether bytes are armored rather than binary: a binary packet's first byte has its top bit set.</summary>
    public static bool IsArmored(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && bytes[0] < 0x80;

    /// <summary>Decodes one armored block that fills the input.</summary>
    /// <exception cref="HullException">HULL2010.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> bytes, string kind, string name)
    {
        var lines = Lines(bytes);
        var at = 0;
        var block = Block(lines, ref at, kind, name);
        RequireEnd(lines, at, name);
        return block;
    }

    /// <summary>Decodes every armored block of a kind, one after the other; what stands around them is a comment.</summary>
    /// <exception cref="HullException">HULL2010: a block is malformed, or there is none.</exception>
    public static byte[] DecodeAll(ReadOnlySpan<byte> bytes, string kind, string name)
    {
        var lines = Lines(bytes);
        var blocks = new List<byte>();
        var at = 0;
        while ((at = lines.IndexOf($"-----BEGIN {kind}-----", at)) >= 0)
        {
            blocks.AddRange(Block(lines, ref at, kind, name));
        }

        return blocks.Count > 0 ? [.. blocks] : throw Bad($"There is no block '{kind}'.", name);
    }

    /// <summary>Takes a clear-signed message apart.</summary>
    /// <param name="bytes">The whole file; nothing may come before or after the message.</param>
    /// <param name="name">Named in errors.</param>
    /// <returns>The text without dash escapes, lines ended by LF; the text as it is hashed, lines separated by CR LF; the signature packets.</returns>
    /// <exception cref="HullException">HULL2010.</exception>
    public static (byte[] Text, byte[] Hashed, byte[] Signatures) SplitClearSigned(ReadOnlySpan<byte> bytes, string name)
    {
        var lines = Lines(bytes);
        if (lines.Count == 0 || lines[0] != SignedMessage)
        {
            throw Bad("It is not a clear-signed message.", name);
        }

        var at = 1;
        for (; at < lines.Count && lines[at].Length > 0; at++)
        {
            // Anything but Hash could make two readers see two texts.
            if (!lines[at].StartsWith("Hash: ", StringComparison.Ordinal))
            {
                throw Bad("The message has a header other than Hash.", name);
            }
        }

        var text = new StringBuilder(bytes.Length);
        var hashed = new StringBuilder(bytes.Length + 4096);
        for (at++; ; at++)
        {
            if (at >= lines.Count)
            {
                throw Bad("The message has no signature.", name);
            }

            var line = lines[at];
            if (line.StartsWith('-'))
            {
                if (line == $"-----BEGIN {Signature}-----")
                {
                    break;
                }

                line = line.StartsWith("- ", StringComparison.Ordinal) ? line[2..] : throw Bad("A line begins with a dash that is not escaped.", name);
            }

            text.Append(line).Append('\n');
            hashed.Append(hashed.Length == 0 && text.Length == line.Length + 1 ? "" : "\r\n").Append(line);
        }

        var signatures = Block(lines, ref at, Signature, name);
        RequireEnd(lines, at, name);
        return (Encoding.Latin1.GetBytes(text.ToString()), Encoding.Latin1.GetBytes(hashed.ToString()), signatures);
    }

    // Latin-1 keeps every byte. Trailing white space is not signed (section 7.2), so nobody may see it.
    private static List<string> Lines(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<string>();
        foreach (var range in bytes.Split((byte)'\n'))
        {
            lines.Add(Encoding.Latin1.GetString(bytes[range].TrimEnd(" \t\r"u8)));
        }

        return lines;
    }

    private static byte[] Block(List<string> lines, ref int at, string kind, string name)
    {
        if (at >= lines.Count || lines[at] != $"-----BEGIN {kind}-----")
        {
            throw Bad($"There is no block '{kind}'.", name);
        }

        for (at++; at < lines.Count && lines[at].Contains(':', StringComparison.Ordinal); at++)
        {
        }

        var base64 = new StringBuilder();
        string? sum = null;
        for (; at < lines.Count && lines[at] != $"-----END {kind}-----"; at++)
        {
            if (sum is not null || lines[at].StartsWith('-'))
            {
                throw Bad($"The block '{kind}' is malformed.", name);
            }

            if (lines[at].StartsWith('='))
            {
                sum = lines[at][1..];
            }
            else
            {
                base64.Append(lines[at]);
            }
        }

        if (at++ >= lines.Count)
        {
            throw Bad($"The block '{kind}' does not end.", name);
        }

        var bytes = FromBase64(base64.ToString(), name);
        if (sum is not null && !FromBase64(sum, name).AsSpan().SequenceEqual(Crc24(bytes)))
        {
            throw Bad($"The check sum of the block '{kind}' is wrong.", name);
        }

        return bytes;
    }

    private static void RequireEnd(List<string> lines, int at, string name)
    {
        if (lines.Skip(at).Any(l => l.Length > 0))
        {
            throw Bad("There is something behind the end of the signature.", name);
        }
    }

    private static byte[] FromBase64(string text, string name)
    {
        var bytes = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : throw Bad("The armor is not base64.", name);
    }

    // RFC 9580 section 6.1.1.
    private static byte[] Crc24(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xB704CEu;
        foreach (var b in bytes)
        {
            crc ^= (uint)b << 16;
            for (var i = 0; i < 8; i++)
            {
                crc <<= 1;
                if ((crc & 0x1000000) != 0)
                {
                    crc ^= 0x1864CFB;
                }
            }
        }

        return [(byte)(crc >> 16), (byte)(crc >> 8), (byte)crc];
    }

    private static HullException Bad(string message, string name) => PackageErrors.MalformedOpenPgp.Error(message, new(name));
}
