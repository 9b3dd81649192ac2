namespace Ironhull.Provisioning.Validation;

/// <summary>
/// Reads the text of a unit as far as upstream does before it writes it: sections and options, continued lines and comments. The
/// longest line is systemd's own (LONG_LINE_MAX in src/basic/fileio.h).
/// </summary>
internal sealed class UnitText
{
    private const int LongestLine = 1 << 20;
    private readonly string _text;
    private readonly List<(string Section, string Name, string Value)> _options = [];
    private int _at;

    private UnitText(string text) => _text = text;

    /// <summary>The options in their order.</summary>
    public IReadOnlyList<(string Section, string Name, string Value)> Options => _options;

    /// <summary>What is wrong, or null.</summary>
    public string? Fault { get; private set; }

    /// <summary>Reads a text.</summary>
    public static UnitText Read(string text)
    {
        var unit = new UnitText(text);
        unit.Read();
        return unit;
    }

    private void Read()
    {
        string? section = null;
        while (Fault is null)
        {
            // Before the first section everything but comments is passed over character by character.
            while (_at < _text.Length && (section is null ? _text[_at] is not ('[' or '#' or ';') : char.IsWhiteSpace(_text[_at])))
            {
                _at++;
            }

            if (_at >= _text.Length)
            {
                return;
            }

            switch (_text[_at])
            {
                case '[':
                    section = ReadSection();
                    break;
                case '#' or ';':
                    Line();
                    break;
                default:
                    ReadOption(section!);
                    break;
            }
        }
    }

    private string ReadSection()
    {
        var close = _text.IndexOf(']', _at);
        if (close < 0)
        {
            Fault = "unable to find end of section";
            return "";
        }

        var name = _text[(_at + 1)..close];
        _at = close + 1;
        if (!string.IsNullOrWhiteSpace(Line()))
        {
            Fault ??= "found garbage after section name";
        }

        return name;
    }

    private void ReadOption(string section)
    {
        var end = _text.AsSpan(_at).IndexOfAny("=\r\n");
        if (end < 0 || _text[_at + end] != '=')
        {
            Fault = end < 0 ? "EOF" : "unexpected newline encountered while parsing option name";
            return;
        }

        var name = _text.Substring(_at, end).Trim();
        _at += end + 1;
        var value = new System.Text.StringBuilder();
        while (Fault is null)
        {
            var line = Line().Trim();
            var continues = line.EndsWith('\\');
            value.Append(continues ? line[..^1] : line);
            if (!continues || _at >= _text.Length)
            {
                break;
            }

            value.Append(' ');
        }

        _options.Add((section, name, value.ToString().Trim()));
    }

    private string Line()
    {
        var end = _text.IndexOf('\n', _at);
        var line = end < 0 ? _text[_at..] : _text[_at..end];
        _at = end < 0 ? _text.Length : end + 1;
        if (line.Length > LongestLine)
        {
            Fault = $"line too long (max {LongestLine} bytes)";
        }

        return line;
    }
}
