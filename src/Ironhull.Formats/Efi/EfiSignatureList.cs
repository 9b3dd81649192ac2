using System.Buffers.Binary;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;

namespace Ironhull.Formats.Efi;

/// <summary>EFI_SIGNATURE_LIST (UEFI 2.10 section 32.4.1): the value of PK, KEK, db and dbx.</summary>
public static class EfiSignatureList
{
    private const int HeaderSize = 28;
    private const int OwnerSize = 16;

    /// <summary>One list that holds one X.509 certificate.</summary>
    /// <param name="certificate">DER.</param>
    /// <param name="owner">The signature owner.</param>
    public static byte[] OfCertificate(ReadOnlySpan<byte> certificate, Guid owner)
    {
        var list = new byte[HeaderSize + OwnerSize + certificate.Length];
        EfiGuids.CertificateX509.TryWriteBytes(list);
        BinaryPrimitives.WriteUInt32LittleEndian(list.AsSpan(16), (uint)list.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(list.AsSpan(24), (uint)(OwnerSize + certificate.Length));
        owner.TryWriteBytes(list.AsSpan(HeaderSize));
        certificate.CopyTo(list.AsSpan(HeaderSize + OwnerSize));
        return list;
    }

    /// <summary>Every signature of a row of lists.</summary>
    /// <param name="data">The variable's value.</param>
    /// <returns>Type of the list, owner, and the signature's bytes (DER for <see cref="EfiGuids.CertificateX509"/>).</returns>
    /// <exception cref="HullException">HULL1001, HULL1002: truncated or malformed.</exception>
    public static IReadOnlyList<(Guid Type, Guid Owner, ReadOnlyMemory<byte> Signature)> Parse(ReadOnlyMemory<byte> data)
    {
        var signatures = new List<(Guid, Guid, ReadOnlyMemory<byte>)>();
        while (!data.IsEmpty)
        {
            var header = Wire.Slice(data.Span, 0, HeaderSize, "A signature list");
            var length = BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
            var extra = BinaryPrimitives.ReadUInt32LittleEndian(header[20..]);
            var size = BinaryPrimitives.ReadUInt32LittleEndian(header[24..]);
            Wire.Slice(data.Span, 0, length, "A signature list");
            var body = (long)length - HeaderSize - extra;
            if (size <= OwnerSize || body < 0 || body % size != 0)
            {
                throw FormatErrors.Malformed.Error($"A signature list of {length} bytes holds signatures of {size} bytes after a header of {extra}.");
            }

            for (var at = HeaderSize + extra; at < length; at += size)
            {
                var signature = data.Slice((int)at, (int)size);
                signatures.Add((new Guid(header[..16]), new Guid(signature.Span[..OwnerSize]), signature[OwnerSize..]));
            }

            data = data[(int)length..];
        }

        return signatures;
    }
}
