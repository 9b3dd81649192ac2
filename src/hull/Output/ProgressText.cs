using System.Globalization;
using Ironhull.Compose.Progress;
using Ironhull.Compose.Yaml;

namespace Ironhull.Cli.Output;

/// <summary>Amounts, rates and times for people.</summary>
internal static class ProgressText
{
    /// <summary>"12.0 MiB of 20.0 MiB", "3 of 8", or empty.</summary>
    public static string Amount(ProgressUnit unit, long done, long total)
    {
        string One(long value) => unit == ProgressUnit.Bytes ? ByteSize.Format(value) : value.ToString(CultureInfo.InvariantCulture);
        return unit == ProgressUnit.None || (done == 0 && total == 0) ? "" : total > 0 && done != total ? $"{One(done)} of {One(total)}" : One(done);
    }

    /// <summary>"4.5 MiB/s", or empty where a rate means nothing.</summary>
    public static string Rate(ProgressUnit unit, long done, TimeSpan elapsed) =>
        unit == ProgressUnit.Bytes && done > 0 && elapsed.TotalSeconds >= 0.1
            ? string.Create(CultureInfo.InvariantCulture, $"{done / elapsed.TotalSeconds / (1 << 20):0.0} MiB/s")
            : "";

    /// <summary>"0.3 s", "2 min 05 s".</summary>
    public static string Time(TimeSpan time) => time.TotalMinutes >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds:00} s")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");

    /// <summary>The non-empty parts with commas between.</summary>
    public static string Join(params IEnumerable<string> parts) => string.Join(", ", parts.Where(p => p.Length > 0));
}
