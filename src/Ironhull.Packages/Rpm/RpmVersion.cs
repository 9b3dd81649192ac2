namespace Ironhull.Packages.Rpm;

/// <summary>Orders RPM versions, <c>[epoch:]version[-release]</c> (rpm-version(7); lib/rpmver.c and rpmvercmp.c describe the rules).</summary>
public static class RpmVersion
{
    /// <summary>Compares two whole versions. A missing epoch is 0; a missing release is equal to every release.</summary>
    /// <returns>Negative, zero or positive.</returns>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        Split(left, out var leftEpoch, out var leftVersion, out var leftRelease);
        Split(right, out var rightEpoch, out var rightVersion, out var rightRelease);
        var order = ComparePart(leftEpoch, rightEpoch);
        order = order != 0 ? order : ComparePart(leftVersion, rightVersion);
        return order != 0 || leftRelease.IsEmpty || rightRelease.IsEmpty ? order : ComparePart(leftRelease, rightRelease);
    }

    /// <summary>Takes a version apart. The epoch is "0" when there is none; the release may be empty.</summary>
    public static void Split(ReadOnlySpan<char> text, out ReadOnlySpan<char> epoch, out ReadOnlySpan<char> version, out ReadOnlySpan<char> release)
    {
        epoch = "0";
        var colon = text.IndexOf(':');
        if (colon >= 0 && text[..colon].IndexOfAnyExceptInRange('0', '9') < 0)
        {
            epoch = colon == 0 ? "0" : text[..colon];
            text = text[(colon + 1)..];
        }

        var dash = text.LastIndexOf('-');
        version = dash < 0 ? text : text[..dash];
        release = dash < 0 ? default : text[(dash + 1)..];
    }

    /// <summary>
    /// Compares a version or a release segment by segment: "~" sorts before everything, "^" after the end and before anything else,
    /// digits numerically and after letters, letters by code; everything else only separates.
    /// </summary>
    public static int ComparePart(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (left.SequenceEqual(right))
        {
            return 0;
        }

        while (true)
        {
            left = left[Separators(left)..];
            right = right[Separators(right)..];
            if (Starts(left, '~') || Starts(right, '~'))
            {
                if (!Starts(left, '~'))
                {
                    return 1;
                }

                if (!Starts(right, '~'))
                {
                    return -1;
                }

                left = left[1..];
                right = right[1..];
                continue;
            }

            if (Starts(left, '^') || Starts(right, '^'))
            {
                if (left.IsEmpty)
                {
                    return -1;
                }

                if (right.IsEmpty)
                {
                    return 1;
                }

                if (left[0] != '^')
                {
                    return 1;
                }

                if (right[0] != '^')
                {
                    return -1;
                }

                left = left[1..];
                right = right[1..];
                continue;
            }

            if (left.IsEmpty || right.IsEmpty)
            {
                return left.Length.CompareTo(right.Length);
            }

            var numeric = char.IsAsciiDigit(left[0]);
            var a = Segment(left, numeric);
            var b = Segment(right, numeric);
            if (b.IsEmpty)
            {
                return numeric ? 1 : -1;
            }

            left = left[a.Length..];
            right = right[b.Length..];
            if (numeric)
            {
                a = a.TrimStart('0');
                b = b.TrimStart('0');
                if (a.Length != b.Length)
                {
                    return a.Length < b.Length ? -1 : 1;
                }
            }

            var order = a.SequenceCompareTo(b);
            if (order != 0)
            {
                return Math.Sign(order);
            }
        }
    }

    private static bool Starts(ReadOnlySpan<char> text, char c) => !text.IsEmpty && text[0] == c;

    private static int Separators(ReadOnlySpan<char> text)
    {
        var i = 0;
        while (i < text.Length && !char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('~' or '^'))
        {
            i++;
        }

        return i;
    }

    private static ReadOnlySpan<char> Segment(ReadOnlySpan<char> text, bool numeric)
    {
        var i = 0;
        while (i < text.Length && (numeric ? char.IsAsciiDigit(text[i]) : char.IsAsciiLetter(text[i])))
        {
            i++;
        }

        return text[..i];
    }
}
