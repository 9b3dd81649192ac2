using Ironhull.Diagnostics;
using Ironhull.Formats.Rpm;

namespace Ironhull.Packages.Rpm;

/// <summary>One entry of a package's changelog.</summary>
/// <param name="Seconds">When, seconds since 1970-01-01 UTC.</param>
/// <param name="Author">Who, usually with the version behind it.</param>
/// <param name="Text">What.</param>
public sealed record RpmChange(long Seconds, string Author, string Text)
{
    /// <summary>The entries in the header's order, newest first.</summary>
    /// <exception cref="HullException">HULL2119: the lists do not fit together.</exception>
    internal static RpmChange[] Read(RpmHeader header)
    {
        var times = header.GetUInt32s(RpmTag.ChangelogTime);
        var names = header.GetTexts(RpmTag.ChangelogName);
        var texts = header.GetTexts(RpmTag.ChangelogText);
        return names.Length == times.Length && texts.Length == times.Length
            ? [.. times.Select((time, i) => new RpmChange(time, names[i], texts[i]))]
            : throw RpmErrors.Relations.Error($"The changelog has {times.Length} times, {names.Length} names and {texts.Length} texts.", header.Place(RpmTag.ChangelogTime));
    }
}
