using System.Buffers.Text;
using System.Text.Json;
using Ironhull.Diagnostics;

namespace Ironhull.Node.CrashKernel;

/// <summary>
/// The signatures of a kernel image's PCR policy (<c>.pcrsig</c>, systemd-measure(1)), as a word for the command line of the kernel that starts after a
/// crash: with them the TPM opens a sealed ROOT there. None of it is secret.
/// </summary>
internal static class PcrSignatures
{
    /// <summary>How the word begins.</summary>
    public const string Word = "ironhull.pcr-signature=";

    // One phase of the boot each; the first one is over before a kernel for crashes can be loaded.
    private const int PhasesBefore = 1;
    private const int DigestDigits = 64;
    private const int LargestFile = 1 << 20;

    /// <summary>Reads the file that systemd-tmpfiles makes of the kernel image's section.</summary>
    /// <returns><c>ironhull.pcr-signature=KEY,POLICY:SIGNATURE,…</c>: the SHA-256 of the public key and of each policy in hexadecimal, the signatures in Base64.
    /// Null when there is no such file.</returns>
    /// <exception cref="HullException">HULL7106: it is not such a file.</exception>
    public static string? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            Require(new FileInfo(path).Length <= LargestFile, path);
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var entries = json.RootElement.GetProperty("sha256").EnumerateArray().Skip(PhasesBefore).ToList();
            Require(entries.Count > 0 && entries.All(e => e.GetProperty("pcrs").EnumerateArray().Select(p => p.GetInt32()).SequenceEqual([11])), path);
            var key = Hexadecimal(entries[0], "pkfp", path);
            Require(entries.All(e => Hexadecimal(e, "pkfp", path) == key), path);
            return $"{Word}{key},{string.Join(',', entries.Select(e => $"{Hexadecimal(e, "pol", path)}:{Signature(e, path)}"))}";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw CrashKernelErrors.SignaturesInvalid.Error($"{path}: {e.Message}", new(path), cause: e);
        }
    }

    private static string Hexadecimal(JsonElement entry, string name, string path)
    {
        var text = entry.GetProperty(name).GetString() ?? "";
        Require(text.Length == DigestDigits && text.All(char.IsAsciiHexDigitLower), path);
        return text;
    }

    private static string Signature(JsonElement entry, string path)
    {
        var text = entry.GetProperty("sig").GetString() ?? "";
        Require(text.Length > 0 && Base64.IsValid(text) && !text.Any(char.IsWhiteSpace), path);
        return text;
    }

    private static void Require(bool holds, string path)
    {
        if (!holds)
        {
            throw CrashKernelErrors.SignaturesInvalid.Error($"{path} does not have the form that systemd-measure writes.", new(path));
        }
    }
}
