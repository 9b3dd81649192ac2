using System.Buffers;
using System.Globalization;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.Rpm.Metadata;

/// <summary>The small forms that several metadata files share: numbers, checksums, versions, names, locations.</summary>
internal static class MetadataText
{
    /// <summary>The longest name of a package, its version or release, in characters.</summary>
    public const int MaximumName = 512;

    /// <summary>The longest dependency, path or location, in characters.</summary>
    public const int MaximumPath = 1 << 16;

    private static readonly SearchValues<char> s_notInNames = SearchValues.Create(" \t\r\n/\\\"'<>&");
    private static readonly SearchValues<char> s_notInAnything = SearchValues.Create(" \t\r\n\"'<>&");
    private static readonly SearchValues<char> s_notInVersions = SearchValues.Create(" \t\r\n/\\\"'<>&-:");
    private static readonly SearchValues<char> s_notInLocations = SearchValues.Create("\t\r\n\\?#");
    private static readonly SearchValues<char> s_lowerHex = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789");

    /// <summary>A decimal number of bytes or seconds.</summary>
    public static long Number(MetadataCursor xml, ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw xml.Bad($"'{Shown(text)}' is not a number.");

    /// <summary>A checksum of a type that is strong enough.</summary>
    public static RpmChecksum Checksum(MetadataCursor xml, string type, ReadOnlySpan<char> hex)
    {
        // One string for all packages.
        var (algorithm, digits) = type switch
        {
            "sha256" => ("sha256", 64),
            "sha512" => ("sha512", 128),
            _ => throw xml.Error(RpmRepositoryErrors.WeakChecksum, $"A checksum is of type '{Shown(type)}'; sha256 and sha512 are accepted."),
        };
        return hex.Length == digits && hex.IndexOfAnyExcept(s_lowerHex) < 0
            ? new(algorithm, hex.ToString())
            : throw xml.Bad($"'{Shown(hex)}' is not a {algorithm} in lower-case hexadecimal digits.");
    }

    /// <summary>A package's name or architecture.</summary>
    public static ReadOnlySpan<char> Name(MetadataCursor xml, ReadOnlySpan<char> text)
    {
        Limit(xml, text, MaximumName);
        return !text.IsEmpty && !text.ContainsAny(s_notInNames) ? text : throw xml.Bad($"'{Shown(text)}' is not a package's name.");
    }

    /// <summary>Joins <c>[epoch:]version[-release]</c> from the attributes of a version or a dependency.</summary>
    /// <param name="xml">For errors.</param>
    /// <param name="buffer">At least three times <see cref="MaximumName"/>.</param>
    /// <param name="epoch">Digits; empty and "0" are left out.</param>
    /// <param name="version">The version.</param>
    /// <param name="release">May be empty.</param>
    /// <param name="ofPackage">A package's own version holds no separators; those that dependencies name are as their packagers wrote them.</param>
    /// <returns>The part of the buffer that is filled.</returns>
    public static ReadOnlySpan<char> Version(
        MetadataCursor xml, Span<char> buffer, ReadOnlySpan<char> epoch, ReadOnlySpan<char> version, ReadOnlySpan<char> release, bool ofPackage = true)
    {
        var forbidden = ofPackage ? s_notInVersions : s_notInAnything;
        Limit(xml, version, MaximumName);
        Limit(xml, release, MaximumName);
        // Epochs are 32 bits wide.
        if (epoch.Length > 10 || epoch.IndexOfAnyExcept(s_digits) >= 0 || version.IsEmpty || version.ContainsAny(forbidden) || release.ContainsAny(forbidden))
        {
            throw xml.Bad($"'{Shown(epoch)}:{Shown(version)}-{Shown(release)}' is not a version.");
        }

        var length = 0;
        epoch = epoch.TrimStart('0');
        if (!epoch.IsEmpty)
        {
            epoch.CopyTo(buffer);
            length = epoch.Length;
            buffer[length++] = ':';
        }

        version.CopyTo(buffer[length..]);
        length += version.Length;
        if (!release.IsEmpty)
        {
            buffer[length++] = '-';
            release.CopyTo(buffer[length..]);
            length += release.Length;
        }

        return buffer[..length];
    }

    /// <summary>A path below the repository's folder, without a way out of it.</summary>
    public static string Location(MetadataCursor xml, ReadOnlySpan<char> href)
    {
        Limit(xml, href, MaximumPath);
        var isSafe = !href.IsEmpty && !href.ContainsAny(s_notInLocations);
        for (var rest = href; isSafe;)
        {
            var slash = rest.IndexOf('/');
            var part = slash < 0 ? rest : rest[..slash];
            isSafe = !part.IsEmpty && part is not ("." or "..");
            if (slash < 0)
            {
                break;
            }

            rest = rest[(slash + 1)..];
        }

        return isSafe ? href.ToString() : throw xml.Error(RpmRepositoryErrors.UnsafeLocation, $"'{Shown(href)}' is not a path below the repository's folder.");
    }

    /// <summary>The attribute <c>href</c> of a location element, which has no <c>xml:base</c>.</summary>
    public static string Location(MetadataCursor xml)
    {
        if (xml.Find("xml:base").Length > 0)
        {
            throw xml.Error(RpmRepositoryErrors.UnsafeLocation, "A location has another base (xml:base) than the repository.");
        }

        return Location(xml, xml.Find("href"));
    }

    /// <summary>HULL2215 when a text is too long.</summary>
    public static void Limit(MetadataCursor xml, ReadOnlySpan<char> text, int limit)
    {
        if (text.Length > limit)
        {
            throw xml.Error(RpmRepositoryErrors.LimitExceeded, $"'{Shown(text)}' is longer than {limit} characters.");
        }
    }

    /// <summary>At most 60 characters of a text, for a message.</summary>
    public static string Shown(ReadOnlySpan<char> text) => text.Length <= 60 ? text.ToString() : $"{text[..60]}…";
}
