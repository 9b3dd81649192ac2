using System.Globalization;
using System.Text;

namespace Ironhull.Compose.Scripts;

/// <summary>Differences of two small texts as lines with "-", "+" and context, like <c>diff -u</c>.</summary>
public static class LineDifference
{
    /// <summary>Longer texts are compared only by what their common start and end leave, up to this many lines each.</summary>
    private const int MaxLines = 2000;

    /// <summary>Renders the difference; empty when the texts are equal.</summary>
    /// <param name="before">The old text.</param>
    /// <param name="after">The new text.</param>
    /// <param name="context">Equal lines shown around a change.</param>
    public static string Render(string before, string after, int context = 3)
    {
        if (before == after)
        {
            return "";
        }

        var old = Lines(before);
        var now = Lines(after);
        var script = Compare(old, now);
        var output = new StringBuilder();
        var lastShown = -2;
        for (var i = 0; i < script.Count; i++)
        {
            var near = false;
            for (var j = Math.Max(0, i - context); j <= Math.Min(script.Count - 1, i + context) && !near; j++)
            {
                near = script[j].Sign != ' ';
            }

            if (!near)
            {
                continue;
            }

            if (lastShown != i - 1)
            {
                output.Append(CultureInfo.InvariantCulture, $"@@ line {script[i].Number} @@\n");
            }

            output.Append(script[i].Sign).Append(script[i].Text).Append('\n');
            lastShown = i;
        }

        return output.ToString();
    }

    private static string[] Lines(string text)
    {
        var lines = text.Split('\n');
        return lines.Length > 0 && lines[^1].Length == 0 ? lines[..^1] : lines;
    }

    private static List<(char Sign, string Text, int Number)> Compare(string[] old, string[] now)
    {
        var start = 0;
        while (start < old.Length && start < now.Length && old[start] == now[start])
        {
            start++;
        }

        var end = 0;
        while (end < old.Length - start && end < now.Length - start && old[^(end + 1)] == now[^(end + 1)])
        {
            end++;
        }

        var script = new List<(char, string, int)>();
        for (var i = 0; i < start; i++)
        {
            script.Add((' ', now[i], i + 1));
        }

        Middle(old.AsSpan(start, old.Length - start - end), now.AsSpan(start, now.Length - start - end), start, script);
        for (var i = now.Length - end; i < now.Length; i++)
        {
            script.Add((' ', now[i], i + 1));
        }

        return script;
    }

    // The longest common subsequence by the textbook table; beyond the limit everything counts as changed.
    private static void Middle(ReadOnlySpan<string> old, ReadOnlySpan<string> now, int start, List<(char, string, int)> script)
    {
        int[,]? table = null;
        if (old.Length <= MaxLines && now.Length <= MaxLines)
        {
            table = new int[old.Length + 1, now.Length + 1];
            for (var a = old.Length - 1; a >= 0; a--)
            {
                for (var b = now.Length - 1; b >= 0; b--)
                {
                    table[a, b] = old[a] == now[b] ? table[a + 1, b + 1] + 1 : Math.Max(table[a + 1, b], table[a, b + 1]);
                }
            }
        }

        var (i, j) = (0, 0);
        while (i < old.Length || j < now.Length)
        {
            if (table is not null && i < old.Length && j < now.Length && old[i] == now[j])
            {
                script.Add((' ', now[j], start + j + 1));
                i++;
                j++;
            }
            else if (i < old.Length && (j == now.Length || table is null || table[i + 1, j] >= table[i, j + 1]))
            {
                script.Add(('-', old[i], start + j + 1));
                i++;
            }
            else
            {
                script.Add(('+', now[j], start + j + 1));
                j++;
            }
        }
    }
}
