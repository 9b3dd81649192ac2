using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Pe;
using Ironhull.Formats.Tpm;
using Ironhull.Signing;

namespace Ironhull.Measurement;

/// <summary>
/// What a unified kernel image says of PCR 11 with a signature: a secret that is bound to the signing key, and not to
/// register values, can be had in every image that this key signed. The sections are those of the UAPI Group's
/// specification; the JSON is systemd-measure's. It is written before the measurements are known, with the same length.
/// </summary>
public static class SignedPcrPolicy
{
    /// <summary>The section with the public key; it is measured.</summary>
    public const string KeySection = ".pcrpkey";

    /// <summary>The section with the signatures; it is not measured, for it would change what it signs.</summary>
    public const string SignatureSection = ".pcrsig";

    // SHA-1 is broken, and no TPM has SHA-512 without one of these two.
    private static readonly (string Name, TpmAlgorithm Bank, HashAlgorithmName Hash)[] s_banks =
        [("sha256", TpmAlgorithm.Sha256, HashAlgorithmName.SHA256), ("sha384", TpmAlgorithm.Sha384, HashAlgorithmName.SHA384)];

    private static readonly JsonWriterOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The content of <see cref="KeySection"/>: the key's SubjectPublicKeyInfo as PEM.</summary>
    /// <param name="certificate">The certificate of the key that signs.</param>
    /// <exception cref="HullException">HULL6003: not a supported RSA key.</exception>
    public static byte[] PublicKey(X509Certificate2 certificate)
    {
        using var key = Pem.PublicKey(certificate);
        return Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n");
    }

    /// <summary>A content of <see cref="SignatureSection"/> without signatures, as long as the one that <see cref="Sign"/> will make.</summary>
    /// <param name="certificate">The certificate of the key that will sign.</param>
    /// <exception cref="HullException">HULL6003: not a supported RSA key.</exception>
    public static byte[] Placeholder(X509Certificate2 certificate)
    {
        var empty = new byte[Signatures.LengthFor(certificate)];
        return Write(certificate, (_, _) => (default, empty));
    }

    /// <summary>The content of <see cref="SignatureSection"/>.</summary>
    /// <param name="kernel">The image, finished but for this section and its own signature.</param>
    /// <param name="signer">The key whose public half <see cref="KeySection"/> holds.</param>
    /// <exception cref="HullException">HULL1004: what is measured is not known before the boot; HULL60xx: signing failed.</exception>
    public static byte[] Sign(PeImage kernel, ISigner signer) => Write(signer.Certificate, (bank, phases) =>
    {
        var policy = Policy(kernel, bank, phases);
        return (policy, signer.SignDigest(SHA256.HashData(policy.ToArray()), HashAlgorithmName.SHA256));
    });

    private static byte[] Write(X509Certificate2 certificate, Func<int, IReadOnlyList<string>, (Sha256Digest Policy, byte[] Signature)> sign)
    {
        using var key = Pem.PublicKey(certificate);
        var fingerprint = Sha256Digest.Of(key.ExportRSAPublicKey()).ToString();
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_compact))
        {
            json.WriteStartObject();
            for (var bank = 0; bank < s_banks.Length; bank++)
            {
                json.WriteStartArray(s_banks[bank].Name);
                foreach (var phases in BootPhasePaths.Signed)
                {
                    var (policy, signature) = sign(bank, phases);
                    json.WriteStartObject();
                    json.WriteStartArray("pcrs");
                    json.WriteNumberValue(StubMeasurements.KernelBoot);
                    json.WriteEndArray();
                    json.WriteString("pkfp", fingerprint);
                    json.WriteString("pol", policy.ToString());
                    json.WriteBase64String("sig", signature);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static Sha256Digest Policy(PeImage kernel, int bank, IReadOnlyList<string> phases)
    {
        var (_, algorithm, hash) = s_banks[bank];
        var value = new byte[CryptographicOperations.HashData(hash, []).Length];
        foreach (var (_, data) in StubMeasurements.MeasuredData(kernel))
        {
            value = Extend(hash, value, data.Span);
        }

        foreach (var phase in phases)
        {
            value = Extend(hash, value, Encoding.ASCII.GetBytes(phase));
        }

        return PcrPolicy.Digest(new(algorithm, [StubMeasurements.KernelBoot]), value);
    }

    private static byte[] Extend(HashAlgorithmName hash, byte[] value, ReadOnlySpan<byte> measured) =>
        CryptographicOperations.HashData(hash, [.. value, .. CryptographicOperations.HashData(hash, measured)]);
}
