namespace Ironhull.Packages.Rpm;

/// <summary>Decides whether two versioned relationships can mean the same version (rpm's rpmverOverlap).</summary>
public static class RpmVersionRange
{
    /// <summary>
    /// True when a version exists that satisfies both. A side without a version means every version. Where only one side has a
    /// release, the other one means every release if it allows equality: "1" overlaps with "= 1-5" and with "&lt; 1-5".
    /// </summary>
    public static bool Overlaps(VersionRelation leftRelation, ReadOnlySpan<char> left, VersionRelation rightRelation, ReadOnlySpan<char> right)
    {
        if (leftRelation == VersionRelation.Any || rightRelation == VersionRelation.Any)
        {
            return true;
        }

        RpmVersion.Split(left, out var leftEpoch, out var leftVersion, out var leftRelease);
        RpmVersion.Split(right, out var rightEpoch, out var rightVersion, out var rightRelease);
        var order = RpmVersion.ComparePart(leftEpoch, rightEpoch);
        order = order != 0 ? order : RpmVersion.ComparePart(leftVersion, rightVersion);
        if (order == 0 && leftRelease.IsEmpty != rightRelease.IsEmpty)
        {
            if (AllowsEqual(leftRelease.IsEmpty ? leftRelation : rightRelation))
            {
                return true;
            }
        }
        else if (order == 0)
        {
            order = RpmVersion.ComparePart(leftRelease, rightRelease);
        }

        return order switch
        {
            < 0 => AllowsLater(leftRelation) || AllowsEarlier(rightRelation),
            > 0 => AllowsEarlier(leftRelation) || AllowsLater(rightRelation),
            _ => (AllowsEqual(leftRelation) && AllowsEqual(rightRelation))
                || (AllowsEarlier(leftRelation) && AllowsEarlier(rightRelation))
                || (AllowsLater(leftRelation) && AllowsLater(rightRelation)),
        };
    }

    private static bool AllowsEqual(VersionRelation relation) =>
        relation is VersionRelation.Equal or VersionRelation.EarlierOrEqual or VersionRelation.LaterOrEqual;

    private static bool AllowsEarlier(VersionRelation relation) => relation is VersionRelation.Earlier or VersionRelation.EarlierOrEqual;

    private static bool AllowsLater(VersionRelation relation) => relation is VersionRelation.Later or VersionRelation.LaterOrEqual;
}
