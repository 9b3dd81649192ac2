using System.Globalization;

namespace Ironhull.Diagnostics;

/// <summary>Where something is wrong: a line and column of a text file, or an offset into a binary.</summary>
/// <param name="Path">File, device, package or repository-relative path; never a URL with a host.</param>
/// <param name="Line">1-based line, or 0 when it does not apply.</param>
/// <param name="Column">1-based column, or 0 when it does not apply.</param>
/// <param name="Offset">Byte offset, or -1 when it does not apply.</param>
public sealed record Location(string Path, int Line = 0, int Column = 0, long Offset = -1)
{
    /// <summary>A place in a binary.</summary>
    public static Location At(string path, long offset) => new(path, Offset: offset);

    /// <inheritdoc/>
    public override string ToString()
    {
        if (Line > 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{Path}:{Line}:{Math.Max(1, Column)}");
        }

        return Offset >= 0 ? string.Create(CultureInfo.InvariantCulture, $"{Path} @ byte {Offset}") : Path;
    }
}
