using System.Text;

namespace Ironhull.Machines;

/// <summary>A serial console's log as plain text.</summary>
public static class ConsoleLog
{
    /// <summary>Most bytes that are read of a log: its end.</summary>
    public const int MaximumLength = 16 << 20;

    /// <summary>Reads a log that may still be written to; a missing one is empty.</summary>
    public static string Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > MaximumLength)
            {
                stream.Position = stream.Length - MaximumLength;
            }

            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            return Plain(Encoding.UTF8.GetString(memory.GetBuffer().AsSpan(0, (int)memory.Length)));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
    }

    /// <summary>Takes escape sequences (ECMA-48 CSI, OSC and two-byte ones) and carriage returns out; other control characters become nothing.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\x1b')
            {
                i = SkipEscape(text, i);
            }
            else if (c is '\n' or '\t' || c >= ' ')
            {
                plain.Append(c);
            }
        }

        return plain.ToString();
    }

    /// <summary>The last lines that say something: systemd's progress animation is left out.</summary>
    public static string Tail(string text, int lines = 20)
    {
        var kept = text.Split('\n')
            .Where(l => l.Trim().Length > 0 && !l.Contains("start running (", StringComparison.Ordinal))
            .TakeLast(lines);
        return string.Join('\n', kept);
    }

    // The index of the sequence's last character.
    private static int SkipEscape(string text, int at)
    {
        var next = at + 1;
        if (next >= text.Length)
        {
            return next;
        }

        if (text[next] == '[')
        {
            next++;
            while (next < text.Length && text[next] is < '@' or > '~')
            {
                next++;
            }

            return next;
        }

        if (text[next] is ']' or 'P')
        {
            while (next < text.Length && text[next] != '\a' && !(text[next] == '\\' && text[next - 1] == '\x1b'))
            {
                next++;
            }

            return next;
        }

        return next;
    }
}
