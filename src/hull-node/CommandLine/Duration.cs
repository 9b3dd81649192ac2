using System.Globalization;
using Ironhull.Diagnostics;

namespace Ironhull.Node.CommandLine;

/// <summary>Reads times as Go's programs take them: <c>2m</c>, <c>1h30m</c>, <c>1.5s</c>, <c>500ms</c>, <c>0</c>.</summary>
internal static class Duration
{
    private static readonly (string Unit, double Seconds)[] s_units = [("ms", 0.001), ("us", 0.000001), ("ns", 0.000000001), ("h", 3600), ("m", 60), ("s", 1)];

    /// <summary>Reads a time.</summary>
    /// <param name="text">The text, or null.</param>
    /// <param name="standard">What null means.</param>
    /// <exception cref="HullException">HULL9010.</exception>
    public static TimeSpan Read(string? text, TimeSpan standard)
    {
        if (text is null or "0")
        {
            return text is null ? standard : TimeSpan.Zero;
        }

        var seconds = 0.0;
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                throw Wrong(text);
            }

            rest = rest[digits..];
            var length = 0;
            foreach (var (unit, each) in s_units)
            {
                if (rest.StartsWith(unit, StringComparison.Ordinal))
                {
                    length = unit.Length;
                    seconds += number * each;
                    break;
                }
            }

            rest = length > 0 ? rest[length..] : throw Wrong(text);
        }

        // Timers take a little less than 50 days.
        return text.Length > 0 && seconds <= 4_000_000 ? TimeSpan.FromSeconds(seconds) : throw Wrong(text);
    }

    private static HullException Wrong(string text) => CommandErrors.NodeUsage.Error($"'{text}' is not a time such as 90s or 2m.");
}
