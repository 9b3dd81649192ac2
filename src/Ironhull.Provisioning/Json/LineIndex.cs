using System.Text;

namespace Ironhull.Provisioning.Json;

/// <summary>Turns byte offsets of a UTF-8 text into lines and columns.</summary>
internal sealed class LineIndex
{
    private readonly byte[] _text;
    private readonly string _source;
    private readonly List<int> _starts = [0];

    public LineIndex(byte[] text, string source)
    {
        _text = text;
        _source = source;
        for (var at = Array.IndexOf(text, (byte)'\n'); at >= 0; at = Array.IndexOf(text, (byte)'\n', at + 1))
        {
            _starts.Add(at + 1);
        }
    }

    /// <summary>The place of a byte; one behind the end is the place behind the last character.</summary>
    public Place At(long offset)
    {
        var at = (int)Math.Clamp(offset, 0, _text.Length);
        var line = _starts.BinarySearch(at);
        line = line >= 0 ? line : ~line - 1;
        var start = _starts[line];

        // A long line is counted in bytes beyond this, so that many values on it stay cheap.
        const int Counted = 1 << 16;
        var column = at - start <= Counted ? Encoding.UTF8.GetCharCount(_text, start, at - start) : at - start;
        return new(_source, line + 1, column + 1);
    }
}
