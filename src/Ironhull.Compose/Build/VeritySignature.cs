using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Io;
using Ironhull.Signing;

namespace Ironhull.Compose.Build;

/// <summary>
/// The content of a verity signature partition (Discoverable Partitions Specification): JSON with the root hash, the
/// SHA-256 of the signing certificate, and the detached PKCS#7 signature of the root hash in hex digits.
/// </summary>
/// <param name="RootHash">The root hash.</param>
/// <param name="Signature">DER of the signature.</param>
public sealed record VeritySignature(Sha256Digest RootHash, ReadOnlyMemory<byte> Signature)
{
    private const int LargestJson = 64 << 10;
    private const int LargestPartition = 1 << 20;

    /// <summary>What the signature covers: the root hash's 64 hex digits, no line feed.</summary>
    public static byte[] SignedContent(Sha256Digest rootHash) => Encoding.ASCII.GetBytes(rootHash.ToString());

    /// <summary>The partition's bytes, without the zeroes that follow.</summary>
    public byte[] ToJson(X509Certificate2 certificate)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("rootHash", RootHash.ToString());
            json.WriteString("certificateFingerprint", certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant());
            json.WriteBase64String("signature", Signature.Span);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>Reads the partition.</summary>
    /// <exception cref="HullException">HULL1002: it does not hold such JSON.</exception>
    public static VeritySignature Parse(ReadOnlySpan<byte> partition, Location where)
    {
        var end = partition.IndexOf((byte)0);
        var text = end < 0 ? partition : partition[..end];
        if (text.Length > LargestJson)
        {
            throw FormatErrors.LimitExceeded.Error($"The verity signature has {text.Length} bytes.", where);
        }

        try
        {
            var reader = new Utf8JsonReader(text);
            using var json = JsonDocument.ParseValue(ref reader);
            var root = json.RootElement;
            return new(
                Sha256Digest.Parse(root.GetProperty("rootHash").GetString()),
                root.GetProperty("signature").GetBytesFromBase64());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw FormatErrors.Malformed.Error($"The verity signature partition does not hold a signature: {e.Message}", where, cause: e);
        }
    }

    /// <summary>Signs the root hash that a partition names and writes the signature in place.</summary>
    /// <param name="disk">Readable, writable, seekable.</param>
    /// <param name="partition">Its verity signature partition.</param>
    /// <param name="signer">The key; its certificate must be as long as the one that the place was made for.</param>
    /// <param name="name">Named in errors.</param>
    /// <param name="signature">DER of the signature.</param>
    /// <returns>The root hash.</returns>
    /// <exception cref="HullException">HULL5009: the signature does not fit; HULL1002: there is no place for one; HULL60xx: signing failed.</exception>
    public static Sha256Digest Fill(Stream disk, GptPartition partition, ISigner signer, string name, out byte[] signature)
    {
        var where = Location.At(name, partition.Offset);
        var bytes = Read(disk, partition, name);
        var old = Parse(bytes, where);
        signature = CmsDetachedSignature.Sign(SignedContent(old.RootHash), signer);
        var json = (old with { Signature = signature }).ToJson(signer.Certificate);
        if (signature.Length != old.Signature.Length || json.Length != bytes.AsSpan().IndexOf((byte)0))
        {
            throw ComposeErrors.SigningPlanMismatch.Error("The root hash's signature has another length than its place: the certificate is not the one the image was built for.", where);
        }

        disk.Position = partition.Offset;
        disk.Write(json);
        return old.RootHash;
    }

    /// <summary>The bytes of a verity signature partition, at most 1 MiB.</summary>
    /// <exception cref="HullException">HULL1001: the disk ends in it.</exception>
    public static byte[] Read(Stream disk, GptPartition partition, string name)
    {
        var bytes = new byte[Math.Min(partition.Length, LargestPartition)];
        disk.Position = partition.Offset;
        return disk.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length
            ? bytes
            : throw FormatErrors.Truncated.Error("The disk ends inside the verity signature partition.", Location.At(name, partition.Offset));
    }
}
