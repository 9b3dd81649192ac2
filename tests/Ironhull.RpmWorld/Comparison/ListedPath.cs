using System.Globalization;
using System.Text;
using Ironhull.Formats.Io;

namespace Ironhull.RpmWorld.Comparison;

/// <summary>One path of a tree, as far as trees are compared.</summary>
/// <param name="Kind">"file", "directory", "link" or another word for the type.</param>
/// <param name="Mode">12 permission bits; 0 for a link, which has none of its own.</param>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Group.</param>
/// <param name="Modified">Seconds since 1970-01-01 UTC; 0 for directories, whose time is that of the last change inside.</param>
/// <param name="Content">A file's length and SHA-256, or a link's target.</param>
/// <param name="Lines">SHA-256 over the sorted lines of a small file, or empty.</param>
/// <param name="Capabilities">The value of <c>security.capability</c> in hexadecimal, or empty.</param>
internal sealed record ListedPath(string Kind, int Mode, uint Uid, uint Gid, long Modified, string Content, string Lines, string Capabilities)
{
    /// <summary>What differs, in words; empty when nothing does.</summary>
    public string Difference(ListedPath other, bool withTimes)
    {
        var words = new List<string>();
        void Compare(string name, string a, string b)
        {
            if (a != b)
            {
                words.Add($"{name} {a} -> {b}");
            }
        }

        Compare("type", Kind, other.Kind);
        Compare("mode", Octal(Mode), Octal(other.Mode));
        Compare("owner", Owner(this), Owner(other));
        Compare("capabilities", Quote(Capabilities), Quote(other.Capabilities));
        if (Kind == other.Kind && Content != other.Content)
        {
            words.Add(Kind == "link" ? $"target {Content} -> {other.Content}" : Lines.Length > 0 && Lines == other.Lines ? "order of lines" : "content");
        }

        if (withTimes && Kind == other.Kind)
        {
            Compare("time", Modified.ToString(CultureInfo.InvariantCulture), other.Modified.ToString(CultureInfo.InvariantCulture));
        }

        return string.Join(", ", words);
    }

    /// <summary>What <see cref="Lines"/> is for a file.</summary>
    public static string LinesOf(ReadOnlySpan<byte> content)
    {
        var lines = new List<string>();
        foreach (var line in content.Split((byte)'\n'))
        {
            lines.Add(Convert.ToHexString(content[line]));
        }

        lines.Sort(StringComparer.Ordinal);
        return Sha256Digest.Of(Encoding.ASCII.GetBytes(string.Join('\n', lines))).ToString();
    }

    /// <summary>The largest file whose lines are looked at.</summary>
    public const long LargestText = 1 << 16;

    private static string Octal(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0');

    private static string Owner(ListedPath path) => string.Create(CultureInfo.InvariantCulture, $"{path.Uid}:{path.Gid}");

    private static string Quote(string text) => text.Length == 0 ? "none" : text;
}
