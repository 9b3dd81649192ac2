namespace Ironhull.Formats.Rpm;

/// <summary>What a header entry's data is (rpmTagType of rpm's include/rpm/rpmtag.h). Numbers are big-endian.</summary>
public enum RpmTagType : uint
{
    /// <summary>No data; not in sound headers.</summary>
    Null = 0,

    /// <summary>Bytes.</summary>
    Char = 1,

    /// <summary>8-bit numbers.</summary>
    Int8 = 2,

    /// <summary>16-bit numbers, aligned to 2.</summary>
    Int16 = 3,

    /// <summary>32-bit numbers, aligned to 4.</summary>
    Int32 = 4,

    /// <summary>64-bit numbers, aligned to 8.</summary>
    Int64 = 5,

    /// <summary>One NUL-terminated string.</summary>
    String = 6,

    /// <summary>Bytes; the count is their number.</summary>
    Binary = 7,

    /// <summary>NUL-terminated strings.</summary>
    StringArray = 8,

    /// <summary>One NUL-terminated string per language of the header's table.</summary>
    I18nString = 9,
}
