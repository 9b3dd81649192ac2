using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.Rpm.Metadata;

/// <summary>The small forms that several metadata files share: numbers, checksums, versions, names, locations.</summary>
internal static class MetadataText
{
    /// <summary>The longest name of a package, its version or release, in bytes.</summary>
    public const int MaximumName = 512;

    /// <summary>The longest dependency, path or location, in bytes.</summary>
    public const int MaximumPath = 1 << 16;

    private static readonly SearchValues<byte> s_notInNames = SearchValues.Create(" \t\r\n/\\\"'<>&"u8);
    private static readonly SearchValues<byte> s_notInAnything = SearchValues.Create(" \t\r\n\"'<>&"u8);
    private static readonly SearchValues<byte> s_notInVersions = SearchValues.Create(" \t\r\n/\\\"'<>&-:"u8);
    private static readonly SearchValues<byte> s_notInLocations = SearchValues.Create("\t\r\n\\?#"u8);
    private static readonly SearchValues<byte> s_lowerHex = SearchValues.Create("0123456789abcdef"u8);
    private static readonly SearchValues<byte> s_digits = SearchValues.Create("0123456789"u8);

    /// <summary>A decimal number of bytes or seconds.</summary>
    public static long Number(MetadataXmlReader xml, ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out long number, out var used) && used == text.Length && number >= 0 ? number : throw xml.Bad($"'{Shown(text)}' is not a number.");

    /// <summary>A checksum of a type that is strong enough.</summary>
    public static RpmChecksum Checksum(MetadataXmlReader xml, ReadOnlySpan<byte> type, ReadOnlySpan<byte> hex)
    {
        var (algorithm, digits) = Algorithm(xml, type);
        return hex.Length == digits && hex.IndexOfAnyExcept(s_lowerHex) < 0
            ? new(algorithm, Encoding.ASCII.GetString(hex))
            : throw xml.Bad($"'{Shown(hex)}' is not a {algorithm} in lower-case hexadecimal digits.");
    }

    /// <summary>The name of an accepted algorithm and the length of its digests in hexadecimal digits.</summary>
    public static (string Name, int Digits) Algorithm(MetadataXmlReader xml, ReadOnlySpan<byte> type) =>
        type.SequenceEqual("sha256"u8) ? ("sha256", 64)
        : type.SequenceEqual("sha512"u8) ? ("sha512", 128)
        : throw xml.Error(RpmRepositoryErrors.WeakChecksum, $"A checksum is of type '{Shown(type)}'; sha256 and sha512 are accepted.");

    /// <summary>A package's name or architecture.</summary>
    public static ReadOnlySpan<byte> Name(MetadataXmlReader xml, ReadOnlySpan<byte> text)
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
    public static ReadOnlySpan<byte> Version(
        MetadataXmlReader xml, Span<byte> buffer, ReadOnlySpan<byte> epoch, ReadOnlySpan<byte> version, ReadOnlySpan<byte> release, bool ofPackage = true)
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
        epoch = epoch.TrimStart((byte)'0');
        if (!epoch.IsEmpty)
        {
            epoch.CopyTo(buffer);
            length = epoch.Length;
            buffer[length++] = (byte)':';
        }

        version.CopyTo(buffer[length..]);
        length += version.Length;
        if (!release.IsEmpty)
        {
            buffer[length++] = (byte)'-';
            release.CopyTo(buffer[length..]);
            length += release.Length;
        }

        return buffer[..length];
    }

    /// <summary>A path below the repository's folder, without a way out of it.</summary>
    public static string Location(MetadataXmlReader xml, ReadOnlySpan<byte> href)
    {
        Limit(xml, href, MaximumPath);
        var isSafe = !href.IsEmpty && !href.ContainsAny(s_notInLocations);
        for (var rest = href; isSafe;)
        {
            var slash = rest.IndexOf((byte)'/');
            var part = slash < 0 ? rest : rest[..slash];
            isSafe = !part.IsEmpty && !part.SequenceEqual("."u8) && !part.SequenceEqual(".."u8);
            if (slash < 0)
            {
                break;
            }

            rest = rest[(slash + 1)..];
        }

        return isSafe ? Encoding.UTF8.GetString(href) : throw xml.Error(RpmRepositoryErrors.UnsafeLocation, $"'{Shown(href)}' is not a path below the repository's folder.");
    }

    /// <summary>The attribute <c>href</c> of a location element, which has no <c>xml:base</c>.</summary>
    public static string Location(MetadataXmlReader xml)
    {
        if (!xml.Find("xml:base"u8).IsEmpty)
        {
            throw xml.Error(RpmRepositoryErrors.UnsafeLocation, "A location has another base (xml:base) than the repository.");
        }

        return Location(xml, xml.Find("href"u8));
    }

    /// <summary>HULL2215 when a text is too long.</summary>
    public static void Limit(MetadataXmlReader xml, ReadOnlySpan<byte> text, int limit)
    {
        if (text.Length > limit)
        {
            throw xml.Error(RpmRepositoryErrors.LimitExceeded, $"'{Shown(text)}' is longer than {limit} bytes.");
        }
    }

    /// <summary>At most 60 bytes of a text, for a message.</summary>
    public static string Shown(ReadOnlySpan<byte> text) => text.Length <= 60 ? Encoding.UTF8.GetString(text) : Encoding.UTF8.GetString(text[..60]) + "…";
}
