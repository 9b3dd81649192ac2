using Ironhull.Diagnostics;

namespace Ironhull.Packages.Debian;

/// <summary>
/// A version <c>[epoch:]upstream[-revision]</c>, ordered as Debian Policy 5.6.12 says. Equality is that of the order:
/// "1.0", "0:1.0" and "1.0-0" are equal.
/// </summary>
/// <param name="text">The version's text.</param>
public readonly struct DebianVersion(string text) : IComparable<DebianVersion>, IEquatable<DebianVersion>
{
    private readonly string? _text = text;

    /// <summary>The text it was made from.</summary>
    public string Text => _text ?? "";

    /// <summary>The epoch's digits; "0" when there is none.</summary>
    public ReadOnlySpan<char> Epoch => Split(Text).Epoch;

    /// <summary>The upstream part.</summary>
    public ReadOnlySpan<char> Upstream => Split(Text).Upstream;

    /// <summary>The revision; empty when there is none.</summary>
    public ReadOnlySpan<char> Revision => Split(Text).Revision;

    /// <summary>Checks the syntax and makes a version.</summary>
    /// <exception cref="HullException">HULL2004: not a version.</exception>
    public static DebianVersion Parse(string text) =>
        IsValid(text) ? new(text) : throw PackageErrors.MalformedVersion.Error($"'{text}' is not a version.");

    /// <summary>Whether a text is a version: numeric epoch, upstream of [A-Za-z0-9.+-~:] that begins with a digit, revision of [A-Za-z0-9.+~].</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        var (epoch, upstream, revision) = Split(text);
        var hasRevision = text.LastIndexOf('-') >= 0;
        return epoch.Length is > 0 and <= 9 && !epoch.ContainsAnyExceptInRange('0', '9')
            && !upstream.IsEmpty && char.IsAsciiDigit(upstream[0]) && AllIn(upstream, ".+-~:")
            && (!hasRevision || (!revision.IsEmpty && AllIn(revision, ".+~")));
    }

    /// <summary>Compares two versions' texts; never fails, whatever they hold.</summary>
    /// <returns>Less than, equal to or greater than zero.</returns>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (left.SequenceEqual(right))
        {
            return 0;
        }

        var (leftEpoch, leftUpstream, leftRevision) = Split(left);
        var (rightEpoch, rightUpstream, rightRevision) = Split(right);
        var order = ComparePart(leftEpoch, rightEpoch);
        order = order != 0 ? order : ComparePart(leftUpstream, rightUpstream);
        return order != 0 ? order : ComparePart(leftRevision, rightRevision);
    }

    /// <summary>Whether <paramref name="version"/> satisfies a relation with <paramref name="wanted"/>.</summary>
    public static bool Satisfies(ReadOnlySpan<char> version, VersionRelation relation, ReadOnlySpan<char> wanted) =>
        relation == VersionRelation.Any || relation.Holds(Compare(version, wanted));

    /// <inheritdoc/>
    public int CompareTo(DebianVersion other) => Compare(Text, other.Text);

    /// <inheritdoc/>
    public bool Equals(DebianVersion other) => CompareTo(other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DebianVersion other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        // Equal versions may differ in leading zeros, a zero epoch and a zero revision: hash what cannot differ.
        var hash = new HashCode();
        foreach (var c in Upstream)
        {
            if (!char.IsAsciiDigit(c))
            {
                hash.Add(c);
            }
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Equal in the order of versions.</summary>
    public static bool operator ==(DebianVersion left, DebianVersion right) => left.Equals(right);

    /// <summary>Unequal in the order of versions.</summary>
    public static bool operator !=(DebianVersion left, DebianVersion right) => !left.Equals(right);

    /// <summary>Earlier.</summary>
    public static bool operator <(DebianVersion left, DebianVersion right) => left.CompareTo(right) < 0;

    /// <summary>Later.</summary>
    public static bool operator >(DebianVersion left, DebianVersion right) => left.CompareTo(right) > 0;

    /// <summary>Earlier or equal.</summary>
    public static bool operator <=(DebianVersion left, DebianVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Later or equal.</summary>
    public static bool operator >=(DebianVersion left, DebianVersion right) => left.CompareTo(right) >= 0;

    // The epoch ends at the first colon, the revision begins after the last hyphen.
    private static Parts Split(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> epoch = "0";
        var colon = text.IndexOf(':');
        if (colon >= 0)
        {
            epoch = text[..colon];
            text = text[(colon + 1)..];
        }

        var hyphen = text.LastIndexOf('-');
        return hyphen < 0 ? new(epoch, text, default) : new(epoch, text[..hyphen], text[(hyphen + 1)..]);
    }

    // Alternating runs of non-digits, compared by Weight, and of digits, compared as numbers of any length.
    private static int ComparePart(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        int i = 0, j = 0;
        while (i < left.Length || j < right.Length)
        {
            while ((i < left.Length && !char.IsAsciiDigit(left[i])) || (j < right.Length && !char.IsAsciiDigit(right[j])))
            {
                var order = Weight(left, i).CompareTo(Weight(right, j));
                if (order != 0)
                {
                    return order;
                }

                i++;
                j++;
            }

            var leftDigits = Digits(left, ref i);
            var rightDigits = Digits(right, ref j);
            var difference = leftDigits.Length != rightDigits.Length ? leftDigits.Length.CompareTo(rightDigits.Length) : leftDigits.SequenceCompareTo(rightDigits);
            if (difference != 0)
            {
                return difference;
            }
        }

        return 0;
    }

    // A tilde sorts before the end, the end (and a digit, which ends the run) before letters, letters before the rest.
    private static int Weight(ReadOnlySpan<char> part, int at)
    {
        if (at >= part.Length)
        {
            return 0;
        }

        var c = part[at];
        return c == '~' ? -1 : char.IsAsciiDigit(c) ? 0 : char.IsAsciiLetter(c) ? c : c + 65536;
    }

    private static ReadOnlySpan<char> Digits(ReadOnlySpan<char> part, ref int at)
    {
        if (at >= part.Length)
        {
            return default;
        }

        var rest = part[at..];
        var end = rest.IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? rest : rest[..end];
        at += digits.Length;
        return digits.TrimStart('0');
    }

    private static bool AllIn(ReadOnlySpan<char> text, string others)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !others.Contains(c, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private readonly ref struct Parts(ReadOnlySpan<char> epoch, ReadOnlySpan<char> upstream, ReadOnlySpan<char> revision)
    {
        public readonly ReadOnlySpan<char> Epoch = epoch;
        public readonly ReadOnlySpan<char> Upstream = upstream;
        public readonly ReadOnlySpan<char> Revision = revision;

        public void Deconstruct(out ReadOnlySpan<char> epoch, out ReadOnlySpan<char> upstream, out ReadOnlySpan<char> revision)
        {
            epoch = Epoch;
            upstream = Upstream;
            revision = Revision;
        }
    }
}
