using System.Buffers.Binary;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;

namespace Ironhull.Formats.Efi;

/// <summary>
/// The variable store of OVMF (OVMF_VARS*.fd): a firmware volume (PI 1.7 volume 3 section 3.2) that starts with EDK2's
/// authenticated variable store (MdeModulePkg AuthenticatedVariableFormat.h). Everything outside the store's variables
/// is kept as it was; writing packs the variables, as the firmware itself does when it reclaims space.
/// </summary>
public sealed class OvmfVariableStore
{
    private const int StoreHeaderSize = 28;
    private const int VariableHeaderSize = 60;
    private const ushort VariableStart = 0x55AA;
    private const byte VariableAdded = 0x3F;
    private const int MaximumImage = 64 << 20;

    private static readonly EfiVariableAttributes s_authenticated =
        EfiVariableAttributes.NonVolatile | EfiVariableAttributes.BootServiceAccess | EfiVariableAttributes.RuntimeAccess
        | EfiVariableAttributes.TimeBasedAuthenticatedWriteAccess;

    private static readonly EfiVariableAttributes s_bootOnly = EfiVariableAttributes.NonVolatile | EfiVariableAttributes.BootServiceAccess;

    private readonly byte[] _image;
    private readonly int _start;
    private readonly int _end;
    private readonly List<EfiVariable> _variables = [];

    private OvmfVariableStore(byte[] image, int start, int end)
    {
        _image = image;
        _start = start;
        _end = end;
    }

    /// <summary>The variables, in stored order; deleted ones are left out.</summary>
    public IReadOnlyList<EfiVariable> Variables => _variables;

    /// <summary>Reads a variable store.</summary>
    /// <param name="image">The whole file, or a template without variables.</param>
    /// <exception cref="HullException">HULL1001 to HULL1004: truncated, malformed, too large, not an authenticated variable store.</exception>
    public static OvmfVariableStore Parse(ReadOnlySpan<byte> image)
    {
        if (image.Length > MaximumImage)
        {
            throw FormatErrors.LimitExceeded.Error($"A variable store of {image.Length} bytes is larger than {MaximumImage}.");
        }

        var volume = Wire.Slice(image, 0, 72, "The firmware volume header");
        var headerLength = BinaryPrimitives.ReadUInt16LittleEndian(volume[48..]);
        if (!volume.Slice(40, 4).SequenceEqual("_FVH"u8) || new Guid(volume.Slice(16, 16)) != EfiGuids.NonVolatileData || headerLength % 4 != 0)
        {
            throw FormatErrors.Unsupported.Error("The file is not a firmware volume of variables (OVMF_VARS).");
        }

        var store = Wire.Slice(image, headerLength, StoreHeaderSize, "The variable store header");
        if (new Guid(store[..16]) != EfiGuids.AuthenticatedVariables || store[20] != 0x5A || store[21] != 0xFE)
        {
            throw FormatErrors.Unsupported.Error("The firmware volume does not hold a formatted store of authenticated variables.");
        }

        var size = BinaryPrimitives.ReadUInt32LittleEndian(store[16..]);
        Wire.Slice(image, headerLength, size, "The variable store");
        if (size < StoreHeaderSize)
        {
            throw FormatErrors.Malformed.Error($"The variable store has a size of {size} bytes.");
        }

        var result = new OvmfVariableStore(image.ToArray(), headerLength + StoreHeaderSize, headerLength + (int)size);
        result.ReadVariables();
        return result;
    }

    /// <summary>The variable of a name, or null.</summary>
    public EfiVariable? Find(Guid vendor, string name) => _variables.Find(v => v.Vendor == vendor && v.Name == name);

    /// <summary>Adds or replaces a variable.</summary>
    /// <param name="vendor">The vendor GUID.</param>
    /// <param name="name">Not empty.</param>
    /// <param name="attributes">Access and authentication.</param>
    /// <param name="data">The value; not empty, an empty variable does not exist.</param>
    /// <param name="timestamp">For variables authenticated by time.</param>
    public void Set(Guid vendor, string name, EfiVariableAttributes attributes, ReadOnlyMemory<byte> data, DateTimeOffset? timestamp = null)
    {
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal) || data.IsEmpty)
        {
            throw FormatErrors.Malformed.Error($"A variable needs a name and a value; '{name}' has {data.Length} bytes.");
        }

        var variable = new EfiVariable(vendor, name, attributes, data, timestamp?.ToUniversalTime());
        var index = _variables.FindIndex(v => v.Vendor == vendor && v.Name == name);
        if (index >= 0)
        {
            _variables[index] = variable;
        }
        else
        {
            _variables.Add(variable);
        }
    }

    /// <summary>Removes a variable; nothing happens when there is none.</summary>
    public void Remove(Guid vendor, string name) => _variables.RemoveAll(v => v.Vendor == vendor && v.Name == name);

    /// <summary>
    /// Enrolls one certificate each as PK, KEK and db, no dbx entries, and switches Secure Boot on: the firmware then
    /// starts in user mode and enforces.
    /// </summary>
    /// <param name="platformKey">DER of PK's certificate.</param>
    /// <param name="keyExchangeKey">DER of KEK's certificate.</param>
    /// <param name="database">DER of db's certificate.</param>
    /// <param name="owner">The signature owner of all three.</param>
    /// <param name="timestamp">The variables' time; a later authenticated write needs a later time. 2025-01-01 when null.</param>
    public void EnrollSecureBoot(
        ReadOnlySpan<byte> platformKey, ReadOnlySpan<byte> keyExchangeKey, ReadOnlySpan<byte> database, Guid owner, DateTimeOffset? timestamp = null)
    {
        var time = timestamp ?? new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Set(EfiGuids.GlobalVariable, "PK", s_authenticated, EfiSignatureList.OfCertificate(platformKey, owner), time);
        Set(EfiGuids.GlobalVariable, "KEK", s_authenticated, EfiSignatureList.OfCertificate(keyExchangeKey, owner), time);
        Set(EfiGuids.ImageSecurityDatabase, "db", s_authenticated, EfiSignatureList.OfCertificate(database, owner), time);
        Remove(EfiGuids.ImageSecurityDatabase, "dbx");
        Set(EfiGuids.SecureBootEnableDisable, "SecureBootEnable", s_bootOnly, new byte[] { 1 });
        Set(EfiGuids.CustomModeEnable, "CustomMode", s_bootOnly, new byte[] { 0 });
    }

    /// <summary>The whole file with the current variables.</summary>
    /// <exception cref="HullException">HULL1003: the variables do not fit.</exception>
    public byte[] ToBytes()
    {
        var image = _image.ToArray();
        image.AsSpan(_start, _end - _start).Fill(0xFF); // erased flash
        var at = _start;
        foreach (var variable in _variables)
        {
            var nameSize = (variable.Name.Length + 1) * 2;
            var size = (int)Wire.Align(VariableHeaderSize + nameSize + variable.Data.Length, 4);
            if (size > _end - at)
            {
                throw FormatErrors.LimitExceeded.Error($"The variables do not fit into the store of {_end - _start} bytes.");
            }

            WriteVariable(image.AsSpan(at), variable, nameSize);
            at += size;
        }

        return image;
    }

    private void ReadVariables()
    {
        var store = _image.AsSpan(0, _end);
        var at = _start;
        while (at + VariableHeaderSize <= _end && BinaryPrimitives.ReadUInt16LittleEndian(store[at..]) == VariableStart)
        {
            var header = store.Slice(at, VariableHeaderSize);
            var nameSize = BinaryPrimitives.ReadUInt32LittleEndian(header[36..]);
            var dataSize = BinaryPrimitives.ReadUInt32LittleEndian(header[40..]);
            var name = Wire.Slice(store, (ulong)at + VariableHeaderSize, nameSize, "A variable's name");
            Wire.Slice(store, (ulong)at + VariableHeaderSize + nameSize, dataSize, "A variable's value");
            if (header[2] == VariableAdded)
            {
                if (nameSize < 4 || nameSize % 2 != 0 || name[^1] != 0 || name[^2] != 0)
                {
                    throw FormatErrors.Malformed.Error("A variable's name is not terminated.", Location.At("variable store", at));
                }

                _variables.Add(new(
                    new Guid(header.Slice(44, 16)),
                    Encoding.Unicode.GetString(name[..^2]),
                    (EfiVariableAttributes)BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
                    _image.AsMemory(at + VariableHeaderSize + (int)nameSize, (int)dataSize),
                    ReadTime(header.Slice(16, 16), at),
                    BinaryPrimitives.ReadUInt64LittleEndian(header[8..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(header[32..])));
            }

            at = (int)Wire.Align(at + VariableHeaderSize + (long)nameSize + dataSize, 4);
        }
    }

    private static void WriteVariable(Span<byte> destination, EfiVariable variable, int nameSize)
    {
        destination[..VariableHeaderSize].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(destination, VariableStart);
        destination[2] = VariableAdded;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], (uint)variable.Attributes);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], variable.MonotonicCount);
        WriteTime(destination[16..], variable.Timestamp);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[32..], variable.PublicKeyIndex);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[36..], (uint)nameSize);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[40..], (uint)variable.Data.Length);
        variable.Vendor.TryWriteBytes(destination[44..]);
        var name = destination.Slice(VariableHeaderSize, nameSize);
        name.Clear();
        Encoding.Unicode.GetBytes(variable.Name, name);
        variable.Data.Span.CopyTo(destination[(VariableHeaderSize + nameSize)..]);
    }

    /// <summary>EFI_TIME (UEFI 2.10 section 8.3), zeros when there is none; nanoseconds and zone are not used.</summary>
    private static void WriteTime(Span<byte> destination, DateTimeOffset? time)
    {
        if (time is { } value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)value.Year);
            destination[2] = (byte)value.Month;
            destination[3] = (byte)value.Day;
            destination[4] = (byte)value.Hour;
            destination[5] = (byte)value.Minute;
            destination[6] = (byte)value.Second;
        }
    }

    private static DateTimeOffset? ReadTime(ReadOnlySpan<byte> time, int at)
    {
        var year = BinaryPrimitives.ReadUInt16LittleEndian(time);
        if (year == 0)
        {
            return null;
        }

        var valid = year <= 9999 && time[2] is >= 1 and <= 12 && time[3] >= 1 && time[3] <= DateTime.DaysInMonth(year, time[2])
            && time[4] < 24 && time[5] < 60 && time[6] < 60;
        return valid
            ? new DateTimeOffset(year, time[2], time[3], time[4], time[5], time[6], TimeSpan.Zero)
            : throw FormatErrors.Malformed.Error("A variable's time is not a date.", Location.At("variable store", at));
    }
}
