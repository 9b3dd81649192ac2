using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Ironhull.Formats.Rpm;

namespace Ironhull.Packages.Tests.Rpm;

/// <summary>Takes a package apart and puts it together again, changed, so that everything but the change is as rpm would have it.</summary>
internal sealed class RpmEditor
{
    private const int SignatureRegion = 62, ImmutableRegion = 63;

    public RpmEditor(byte[] package)
    {
        Lead = package[..RpmLead.Size];
        var end = Split(package, RpmLead.Size, Signature);
        end += -end & 7;
        Payload = package[Split(package, end, Header)..];
    }

    public byte[] Lead { get; }

    /// <summary>The entries of the signature header, without the region.</summary>
    public List<Entry> Signature { get; } = [];

    /// <summary>The entries of the main header, without the region.</summary>
    public List<Entry> Header { get; } = [];

    /// <summary>Entries behind the region, which nothing signs.</summary>
    public List<Entry> Dribbles { get; } = [];

    public byte[] Payload { get; set; }

    /// <summary>The bytes between the headers.</summary>
    public byte Padding { get; set; }

    public byte[] HeaderBlob => Write(Header, Dribbles, ImmutableRegion);

    public byte[] Build()
    {
        var signature = Write(Signature, [], SignatureRegion);
        var padding = new byte[-signature.Length & 7];
        padding.AsSpan().Fill(Padding);
        return [.. Lead, .. signature, .. padding, .. HeaderBlob, .. Payload];
    }

    /// <summary>Makes what the package says of itself true again: sizes and digests.</summary>
    public RpmEditor Renew()
    {
        var header = HeaderBlob;
        if (Find(Signature, RpmSignatureTag.Size) is not null)
        {
            Set(Signature, RpmSignatureTag.Size, 4, 1, Number(header.Length + Payload.Length));
        }

        if (Find(Signature, RpmSignatureTag.Sha1) is not null)
        {
#pragma warning disable CA5350, CA5351 // What rpm writes.
            Set(Signature, RpmSignatureTag.Sha1, 6, 1, Text(Convert.ToHexStringLower(SHA1.HashData(header))));
        }

        if (Find(Signature, RpmSignatureTag.Md5) is not null)
        {
            Set(Signature, RpmSignatureTag.Md5, 7, 16, MD5.HashData([.. header, .. Payload]));
#pragma warning restore CA5350, CA5351
        }

        Set(Signature, RpmSignatureTag.Sha256, 6, 1, Text(Convert.ToHexStringLower(SHA256.HashData(header))));
        if (Find(Signature, RpmSignatureTag.Sha3) is not null)
        {
            Set(Signature, RpmSignatureTag.Sha3, 6, 1, Text(Convert.ToHexStringLower(SHA3_256.HashData(header))));
        }

        return this;
    }

    public RpmEditor SetSignature(int tag, byte[] packet)
    {
        Set(Signature, tag, 7, packet.Length, packet);
        return this;
    }

    /// <summary>The OpenPGP signatures of format 6.</summary>
    public RpmEditor SetSignatures(params byte[][] packets)
    {
        Set(Signature, RpmSignatureTag.OpenPgp, 8, packets.Length, Text(string.Join('\0', packets.Select(p => Convert.ToBase64String(p)))));
        return this;
    }

    public byte[] Get(List<Entry> entries, int tag) => Find(entries, tag)!.Data;

    public RpmEditor Remove(List<Entry> entries, params int[] tags)
    {
        entries.RemoveAll(e => tags.Contains(e.Tag));
        return this;
    }

    /// <summary>Replaces an entry, or adds it in the order of tags.</summary>
    public RpmEditor Set(List<Entry> entries, int tag, int type, int count, byte[] data)
    {
        Remove(entries, tag);
        var at = entries.FindIndex(e => e.Tag > tag);
        entries.Insert(at < 0 ? entries.Count : at, new(tag, type, count, data));
        return this;
    }

    public static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    public static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static Entry? Find(List<Entry> entries, int tag) => entries.Find(e => e.Tag == tag);

    private static int Split(byte[] package, int at, List<Entry> entries)
    {
        int Read(int offset) => BinaryPrimitives.ReadInt32BigEndian(package.AsSpan(offset));
        var (count, size) = (Read(at + 8), Read(at + 12));
        var data = at + 16 + (count * 16);
        for (var i = 1; i < count; i++)
        {
            var entry = at + 16 + (i * 16);
            var (tag, type, offset, values) = (Read(entry), Read(entry + 4), data + Read(entry + 8), Read(entry + 12));
            var length = type switch
            {
                3 => values * 2,
                4 => values * 4,
                5 => values * 8,
                6 or 8 or 9 => Strings(package.AsSpan(offset), values),
                _ => values,
            };
            entries.Add(new(tag, type, values, package[offset..(offset + length)]));
        }

        return data + size;
    }

    private static int Strings(ReadOnlySpan<byte> data, int count)
    {
        var length = 0;
        for (; count > 0; count--)
        {
            length += data[length..].IndexOf((byte)0) + 1;
        }

        return length;
    }

    private static byte[] Write(List<Entry> entries, List<Entry> dribbles, int region)
    {
        var (index, data) = (new List<byte>(), new List<byte>());
        void Add(int tag, int type, int offset, int count) => index.AddRange([.. Number(tag), .. Number(type), .. Number(offset), .. Number(count)]);
        void Append(Entry entry)
        {
            var width = entry.Type switch { 3 => 2, 4 => 4, 5 => 8, _ => 1 };
            data.AddRange(new byte[-data.Count & (width - 1)]);
            Add(entry.Tag, entry.Type, data.Count, entry.Count);
            data.AddRange(entry.Data);
        }

        entries.ForEach(Append);
        var inside = index.ToArray();
        var trailer = data.Count;
        data.AddRange([.. Number(region), .. Number(7), .. Number(-(inside.Length + 16)), .. Number(16)]);
        dribbles.ForEach(Append);
        inside = [.. index];
        index.Clear();
        Add(region, 7, trailer, 16);
        return
        [
            0x8E, 0xAD, 0xE8, 0x01, 0, 0, 0, 0, .. Number(entries.Count + dribbles.Count + 1), .. Number(data.Count), .. index, .. inside, .. data,
        ];
    }

    public sealed record Entry(int Tag, int Type, int Count, byte[] Data);
}
