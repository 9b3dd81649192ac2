using System.Buffers.Binary;
using System.Text;
using Ironhull.Formats.Efi;
using Ironhull.Formats.Io;
using Ironhull.Formats.Pe;
using Ironhull.Signing;

namespace Ironhull.Measurement;

/// <summary>
/// What the firmware measures of Secure Boot's configuration (PCR 7) and of the programs that it starts (PCR 4): TCG PC
/// Client Platform Firmware Profile 1.06, sections 3.3.4.5 and 3.3.4.8, in the order in which EDK2 does it.
/// </summary>
internal static class FirmwareMeasurements
{
    /// <summary>PCR 4: boot manager code.</summary>
    public const int BootManager = 4;

    /// <summary>PCR 7: Secure Boot policy.</summary>
    public const int SecureBootPolicy = 7;

    private static readonly byte[] s_on = [1];
    private static readonly byte[] s_separator = new byte[4];

    /// <summary>PCR 7 on a machine with Secure Boot on, one certificate each in PK, KEK and db, and an empty dbx.</summary>
    /// <param name="keys">The certificates; their owner is the key store's.</param>
    public static IEnumerable<MeasuredEvent> OfSecureBoot(KeyStore keys)
    {
        var owner = keys.OwnerGuid;
        yield return Variable("SecureBoot = 1", EfiGuids.GlobalVariable, "SecureBoot", s_on);
        yield return Variable("variable PK", EfiGuids.GlobalVariable, "PK", EfiSignatureList.OfCertificate(keys.PlatformKey.RawData, owner));
        yield return Variable("variable KEK", EfiGuids.GlobalVariable, "KEK", EfiSignatureList.OfCertificate(keys.KeyExchangeKey.RawData, owner));
        yield return Variable("variable db", EfiGuids.ImageSecurityDatabase, "db", EfiSignatureList.OfCertificate(keys.Database.RawData, owner));
        yield return Variable("variable dbx, empty", EfiGuids.ImageSecurityDatabase, "dbx", []);
        yield return Separator(SecureBootPolicy);
        // The first program that db allows; the same entry is not measured again for the next one.
        yield return Variable("entry of db that allows the programs", EfiGuids.ImageSecurityDatabase, "db", [.. owner.ToByteArray(), .. keys.Database.RawData]);
    }

    /// <summary>PCR 4 before the first program: the first boot option that is tried has to be the image's disk.</summary>
    public static IEnumerable<MeasuredEvent> OfBootOption()
    {
        yield return new(BootManager, "action 'Calling EFI Application from Boot Option'", Sha256Digest.Of("Calling EFI Application from Boot Option"u8));
        yield return Separator(BootManager);
    }

    /// <summary>PCR 4: a program that the firmware loads and checks.</summary>
    /// <param name="path">Its path on the EFI system partition; not measured.</param>
    /// <param name="program">The PE image.</param>
    /// <exception cref="Diagnostics.HullException">HULL1004: it has no Authenticode digest.</exception>
    public static MeasuredEvent OfProgram(string path, PeImage program) => new(BootManager, $"program {path}", program.AuthenticodeDigest());

    private static MeasuredEvent Separator(int pcr) => new(pcr, "separator", Sha256Digest.Of(s_separator));

    // UEFI_VARIABLE_DATA: vendor, length of the name in UTF-16 units, length of the value, name without NUL, value.
    private static MeasuredEvent Variable(string what, Guid vendor, string name, ReadOnlySpan<byte> value)
    {
        var data = new byte[32 + (2 * name.Length) + value.Length];
        vendor.TryWriteBytes(data);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(16), (ulong)name.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(24), (ulong)value.Length);
        Encoding.Unicode.GetBytes(name, data.AsSpan(32));
        value.CopyTo(data.AsSpan(32 + (2 * name.Length)));
        return new(SecureBootPolicy, what, Sha256Digest.Of(data));
    }
}
