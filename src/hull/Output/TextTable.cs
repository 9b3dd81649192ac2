using System.Text;

namespace Ironhull.Cli.Output;

/// <summary>Aligned columns without borders, the same on a terminal and in a file.</summary>
/// <param name="columns">Titles; one that begins with '&gt;' is aligned to the right. No title line when all are empty.</param>
internal sealed class TextTable(params IReadOnlyList<string> columns)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row.</summary>
    public TextTable Add(params string[] cells)
    {
        _rows.Add(cells);
        return this;
    }

    /// <summary>The table's lines.</summary>
    public override string ToString()
    {
        var titles = columns.Select(c => c.TrimStart('>')).ToArray();
        var rows = titles.All(t => t.Length == 0) ? _rows : [titles, .. _rows];
        var widths = columns.Select((_, i) => rows.Count == 0 ? 0 : rows.Max(r => i < r.Length ? r[i].Length : 0)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            var line = new StringBuilder();
            for (var i = 0; i < row.Length; i++)
            {
                var cell = columns[i].StartsWith('>') ? row[i].PadLeft(widths[i]) : row[i].PadRight(widths[i]);
                line.Append(i == 0 ? "" : "  ").Append(cell);
            }

            text.Append(line.ToString().TrimEnd()).Append('\n');
        }

        return text.ToString();
    }
}
