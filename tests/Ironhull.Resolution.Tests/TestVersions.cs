namespace Ironhull.Resolution.Tests;

/// <summary>The order of Debian versions (deb-version(7)), for tests.</summary>
internal static class TestVersions
{
    public static int Compare(string left, string right)
    {
        var (le, lu, lr) = Split(left);
        var (re, ru, rr) = Split(right);
        var order = le.CompareTo(re);
        order = order != 0 ? order : Part(lu, ru);
        return order != 0 ? order : Part(lr, rr);
    }

    private static (int Epoch, string Upstream, string Revision) Split(string version)
    {
        var colon = version.IndexOf(':');
        var epoch = colon < 0 ? 0 : int.Parse(version.AsSpan(0, colon));
        var rest = colon < 0 ? version : version[(colon + 1)..];
        var dash = rest.LastIndexOf('-');
        return dash < 0 ? (epoch, rest, "") : (epoch, rest[..dash], rest[(dash + 1)..]);
    }

    private static int Part(string a, string b)
    {
        int i = 0, j = 0;
        while (i < a.Length || j < b.Length)
        {
            while ((i < a.Length && !char.IsAsciiDigit(a[i])) || (j < b.Length && !char.IsAsciiDigit(b[j])))
            {
                var order = Rank(a, i).CompareTo(Rank(b, j));
                if (order != 0)
                {
                    return order;
                }

                i++;
                j++;
            }

            while (i < a.Length && a[i] == '0')
            {
                i++;
            }

            while (j < b.Length && b[j] == '0')
            {
                j++;
            }

            var first = 0;
            while (i < a.Length && j < b.Length && char.IsAsciiDigit(a[i]) && char.IsAsciiDigit(b[j]))
            {
                first = first != 0 ? first : a[i].CompareTo(b[j]);
                i++;
                j++;
            }

            if (i < a.Length && char.IsAsciiDigit(a[i]))
            {
                return 1;
            }

            if (j < b.Length && char.IsAsciiDigit(b[j]))
            {
                return -1;
            }

            if (first != 0)
            {
                return first;
            }
        }

        return 0;
    }

    private static int Rank(string text, int at)
    {
        if (at >= text.Length || char.IsAsciiDigit(text[at]))
        {
            return 0;
        }

        var c = text[at];
        return c == '~' ? -1 : char.IsAsciiLetter(c) ? c : c + 256;
    }
}
