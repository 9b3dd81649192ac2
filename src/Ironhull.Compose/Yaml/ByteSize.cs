using System.Globalization;

namespace Ironhull.Compose.Yaml;

/// <summary>Sizes in bytes as people write them: <c>512MiB</c>.</summary>
public static class ByteSize
{
    private static readonly (string Unit, long Factor)[] Units = [("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("B", 1)];

    /// <summary>Reads a whole number with the unit B, KiB, MiB, GiB or TiB.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        foreach (var (unit, factor) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(0, text.Length - unit.Length).TrimEnd(' '), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number <= long.MaxValue / factor)
            {
                bytes = number * factor;
                return true;
            }
        }

        bytes = 0;
        return false;
    }

    /// <summary>Writes a size for people, with one decimal where it is not whole.</summary>
    public static string Format(long bytes)
    {
        foreach (var (unit, factor) in Units)
        {
            if (bytes >= factor && factor > 1)
            {
                return bytes % factor == 0
                    ? string.Create(CultureInfo.InvariantCulture, $"{bytes / factor} {unit}")
                    : string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / factor:0.0} {unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes} B");
    }
}
