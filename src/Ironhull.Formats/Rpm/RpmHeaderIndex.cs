using System.Buffers.Binary;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Rpm;

/// <summary>Checks a header's index against its data store before anything of it is used.</summary>
internal ref struct RpmHeaderIndex
{
    private const int SignatureRegion = 62;
    private const int ImmutableRegion = 63;

    // HEADERIMAGE stands in the trailer of signature headers of packages that rpm 4.0 to 4.3 made.
    private const int ImageRegion = 61;
    private const int FirstTag = 100;
    private readonly ReadOnlySpan<byte> _index;
    private readonly ReadOnlySpan<byte> _data;
    private readonly string _name;
    private readonly long _offset;
    private long _end;

    private RpmHeaderIndex(ReadOnlySpan<byte> index, ReadOnlySpan<byte> data, string name, long offset)
    {
        _index = index;
        _data = data;
        _name = name;
        _offset = offset;
    }

    /// <summary>Checks everything and gives the entries behind the region by tag.</summary>
    public static Dictionary<int, RpmHeaderEntry> Check(ReadOnlySpan<byte> index, ReadOnlySpan<byte> data, RpmHeaderKind kind, string name, long offset)
    {
        var check = new RpmHeaderIndex(index, data, name, offset);
        var trailer = check.CheckRegion(kind == RpmHeaderKind.Signature ? SignatureRegion : ImmutableRegion, kind);
        var count = index.Length / RpmHeaderEntry.Size;
        var entries = new Dictionary<int, RpmHeaderEntry>(count);
        for (var i = 1; i < count; i++)
        {
            var entry = check.CheckEntry(i, trailer);
            if (!entries.TryAdd(entry.Tag, entry))
            {
                throw RpmErrors.DuplicateTag.Error($"Tag {entry.Tag} is there twice.", check.At(i));
            }
        }

        return entries;
    }

    // The first entry is the region: its data, the last 16 bytes of the store, is an entry whose negative offset says how many
    // bytes of index it covers.
    private readonly int CheckRegion(int tag, RpmHeaderKind kind)
    {
        var region = RpmHeaderEntry.Parse(_index);
        if (region.Tag != tag || region.Type != RpmTagType.Binary || region.Count != RpmHeaderEntry.Size)
        {
            throw RpmErrors.Region.Error($"The first entry is tag {region.Tag} of type {(uint)region.Type} and count {region.Count}; it should be region {tag}.", At(0));
        }

        if (region.Offset < 0 || region.Offset > _data.Length - RpmHeaderEntry.Size)
        {
            throw RpmErrors.Region.Error($"The region's trailer lies at byte {region.Offset} of {_data.Length}.", At(0));
        }

        var trailer = RpmHeaderEntry.Parse(_data[region.Offset..]);
        var sameTag = trailer.Tag == tag || (kind == RpmHeaderKind.Signature && trailer.Tag == ImageRegion);
        if (!sameTag || trailer.Type != RpmTagType.Binary || trailer.Count != RpmHeaderEntry.Size)
        {
            throw RpmErrors.Region.Error($"The region's trailer is tag {trailer.Tag} of type {(uint)trailer.Type} and count {trailer.Count}.", InData(region.Offset));
        }

        var covered = -(long)trailer.Offset;
        if (covered <= 0 || covered % RpmHeaderEntry.Size != 0 || covered > _index.Length)
        {
            throw RpmErrors.Region.Error($"The region covers {covered} bytes of an index of {_index.Length}.", InData(region.Offset));
        }

        return covered == _index.Length && region.Offset == _data.Length - RpmHeaderEntry.Size
            ? region.Offset
            : throw RpmErrors.OutsideRegion.Error(
                $"The region covers {covered} of {_index.Length} bytes of index and {region.Offset + RpmHeaderEntry.Size} of {_data.Length} bytes of data.", At(0));
    }

    private RpmHeaderEntry CheckEntry(int i, int trailer)
    {
        var entry = RpmHeaderEntry.Parse(_index[(i * RpmHeaderEntry.Size)..]);
        if (entry.Tag < FirstTag)
        {
            throw RpmErrors.ReservedTag.Error($"Entry {i} has tag {entry.Tag}; tags begin with {FirstTag}.", At(i));
        }

        if (entry.Type is < RpmTagType.Char or > RpmTagType.I18nString)
        {
            throw RpmErrors.EntryType.Error($"Tag {entry.Tag} has type {(uint)entry.Type}.", At(i));
        }

        if (entry.Offset < 0 || entry.Offset >= trailer)
        {
            throw RpmErrors.EntryRange.Error($"Tag {entry.Tag} lies at byte {entry.Offset}; the data ends at {trailer}.", At(i));
        }

        if (entry.Offset < _end)
        {
            throw RpmErrors.EntriesOverlap.Error($"Tag {entry.Tag} lies at byte {entry.Offset}, where the entry before it reaches to {_end}.", At(i));
        }

        if (entry.Width > 1 && entry.Offset % entry.Width != 0)
        {
            throw RpmErrors.EntryAlignment.Error($"Tag {entry.Tag} of type {entry.Type} lies at byte {entry.Offset}.", At(i));
        }

        _end = entry.Offset + Length(entry, i, trailer);
        return entry;
    }

    private readonly long Length(RpmHeaderEntry entry, int i, int trailer)
    {
        var room = trailer - entry.Offset;
        var smallest = Math.Max(1, entry.Width) * (long)entry.Count;
        if (entry.Count == 0 || (entry.Type == RpmTagType.String && entry.Count != 1) || smallest > _data.Length)
        {
            throw RpmErrors.EntryCount.Error($"Tag {entry.Tag} of type {entry.Type} has {entry.Count} values in {_data.Length} bytes of data.", At(i));
        }

        if (entry.Width > 0)
        {
            return smallest <= room
                ? smallest
                : throw RpmErrors.EntryRange.Error($"Tag {entry.Tag} has {smallest} bytes, {room} are left.", At(i));
        }

        var rest = _data.Slice(entry.Offset, room);
        for (var left = entry.Count; left > 0; left--)
        {
            var end = rest.IndexOf((byte)0);
            if (end < 0)
            {
                throw RpmErrors.Unterminated.Error($"Tag {entry.Tag} has {entry.Count} strings, of which {left} do not end.", InData(entry.Offset));
            }

            rest = rest[(end + 1)..];
        }

        return room - rest.Length;
    }

    private readonly Location At(int entry) => Location.At(_name, _offset + RpmHeader.PreambleSize + (entry * RpmHeaderEntry.Size));

    private readonly Location InData(int at) => Location.At(_name, _offset + RpmHeader.PreambleSize + _index.Length + at);
}
