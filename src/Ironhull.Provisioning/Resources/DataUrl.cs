using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Resources;

/// <summary>Contents inside a URL (RFC 2397): <c>data:[type/subtype][;name=value]*[;base64],contents</c>.</summary>
public static class DataUrl
{
    private const string Reserved = ";/?:@&=+$,-_.!~*'()";

    /// <summary>Whether a URL has the scheme.</summary>
    public static bool Is(string url) => url.StartsWith("data:", StringComparison.Ordinal);

    /// <summary>Finds what is wrong with a URL without taking its contents out.</summary>
    /// <returns>Null when nothing is; otherwise a few words without the contents.</returns>
    public static string? Check(string url) => Parse(url, decode: false, out _);

    /// <summary>Takes the contents out.</summary>
    /// <exception cref="HullException">HULL8012: the URL is malformed; its contents are not shown.</exception>
    public static byte[] Decode(string url) =>
        Parse(url, decode: true, out var contents) is { } wrong ? throw ProvisioningErrors.BadUrl.Error($"The data URL is malformed: {wrong}.") : contents;

    /// <summary>Makes a URL of contents: escaped text, or base64 where that is shorter.</summary>
    public static string Encode(ReadOnlySpan<byte> contents)
    {
        var text = new StringBuilder("data:,");
        foreach (var b in contents)
        {
            if (b < 0x80 && (char.IsAsciiLetterOrDigit((char)b) || Reserved.Contains((char)b, StringComparison.Ordinal)))
            {
                text.Append((char)b);
            }
            else
            {
                text.Append('%').Append(Convert.ToHexString([b]));
            }
        }

        var base64 = "data:;base64," + Convert.ToBase64String(contents);
        return base64.Length < text.Length ? base64 : text.ToString();
    }

    private static string? Parse(string url, bool decode, out byte[] contents)
    {
        contents = [];
        if (!Is(url))
        {
            return "missing data prefix";
        }

        var comma = FindComma(url);
        if (comma < 0)
        {
            return "missing comma before data";
        }

        if (CheckMediaType(url[5..comma], out var isBase64) is { } wrong)
        {
            return wrong;
        }

        var data = url.AsSpan(comma + 1);
        return isBase64 ? FromBase64(data, decode, out contents) : FromPercent(data, decode, out contents);
    }

    // A comma inside a quoted parameter does not end the media type.
    private static int FindComma(string url)
    {
        var quoted = false;
        for (var i = 5; i < url.Length; i++)
        {
            if (url[i] == '"')
            {
                quoted = !quoted;
            }
            else if (quoted && url[i] == '\\')
            {
                i++;
            }
            else if (!quoted && url[i] == ',')
            {
                return i;
            }
        }

        return -1;
    }

    private static string? CheckMediaType(string type, out bool isBase64)
    {
        isBase64 = false;
        var parts = type.Split(';');
        if (parts[0].Length > 0)
        {
            var names = parts[0].Split('/');
            if (names.Length != 2 || !IsToken(names[0]) || !IsToken(names[1]))
            {
                return "invalid media type";
            }
        }

        for (var i = 1; i < parts.Length; i++)
        {
            if (i == parts.Length - 1 && parts[i] == "base64")
            {
                isBase64 = true;
                return null;
            }

            var equals = parts[i].IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                return "a parameter has no value";
            }

            var value = parts[i][(equals + 1)..];
            if (!IsToken(parts[i][..equals]) || (!IsToken(value) && !(value.Length >= 2 && value[0] == '"' && value[^1] == '"')))
            {
                return "invalid media type parameter";
            }
        }

        return null;
    }

    private static bool IsToken(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"!#$&+-^_.".Contains(c, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return text.Length > 0;
    }

    private static string? FromBase64(ReadOnlySpan<char> data, bool decode, out byte[] contents)
    {
        contents = [];
        if (data.Length % 4 != 0)
        {
            return "illegal base64 data";
        }

        foreach (var c in data)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '/' or '='))
            {
                return "invalid data character";
            }
        }

        if (!decode)
        {
            return System.Buffers.Text.Base64.IsValid(data) ? null : "illegal base64 data";
        }

        contents = new byte[data.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(data, contents, out var written))
        {
            contents = [];
            return "illegal base64 data";
        }

        contents = contents[..written];
        return null;
    }

    private static string? FromPercent(ReadOnlySpan<char> data, bool decode, out byte[] contents)
    {
        contents = [];
        var bytes = decode ? new byte[data.Length] : [];
        var count = 0;
        for (var i = 0; i < data.Length; i++, count++)
        {
            var value = (int)data[i];
            if (data[i] == '%')
            {
                if (i + 2 >= data.Length || !char.IsAsciiHexDigit(data[i + 1]) || !char.IsAsciiHexDigit(data[i + 2]))
                {
                    return "invalid escape";
                }

                value = Convert.FromHexString(data.Slice(i + 1, 2))[0];
                i += 2;
            }
            else if (!char.IsAsciiLetterOrDigit(data[i]) && !Reserved.Contains(data[i], StringComparison.Ordinal))
            {
                return "invalid data character";
            }

            if (decode)
            {
                bytes[count] = (byte)value;
            }
        }

        contents = decode ? bytes[..count] : [];
        return null;
    }
}
