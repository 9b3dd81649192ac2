using System.Buffers.Binary;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Rpm;

/// <summary>
/// The 96 bytes that begin every RPM package (rpm's docs/manual/format_lead.md): today only a magic for file(1). Everything it once said is
/// in the headers, so only its version and type are looked at.
/// </summary>
public readonly record struct RpmLead
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 96;

    private const uint Magic = 0xEDABEEDB;
    private const ushort HeaderSignature = 5;

    /// <summary>The major version: 3 in packages of format 4, 4 in those of format 6.</summary>
    public byte Major { get; private init; }

    /// <summary>Whether the package holds sources.</summary>
    public bool IsSource { get; private init; }

    /// <summary>Parses a lead.</summary>
    /// <param name="data">At least <see cref="Size"/> bytes.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL2100: no magic; HULL2101: another version or type; HULL2105: fewer bytes.</exception>
    public static RpmLead Parse(ReadOnlySpan<byte> data, string name)
    {
        if (data.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32BigEndian(data) != Magic)
        {
            throw RpmErrors.NotRpm.Error("The file does not begin with ED AB EE DB.", Location.At(name, 0));
        }

        if (data.Length < Size)
        {
            throw RpmErrors.HeaderTruncated.Error($"The lead has {Size} bytes, the file {data.Length}.", Location.At(name, 0));
        }

        var type = BinaryPrimitives.ReadUInt16BigEndian(data[6..]);
        var signature = BinaryPrimitives.ReadUInt16BigEndian(data[78..]);
        if (data[4] is not (3 or 4) || type > 1 || signature != HeaderSignature)
        {
            throw RpmErrors.Lead.Error($"The lead is of version {data[4]}.{data[5]}, type {type}, signature type {signature}.", Location.At(name, 4));
        }

        return new() { Major = data[4], IsSource = type == 1 };
    }
}
