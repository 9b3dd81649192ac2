using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

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
}
