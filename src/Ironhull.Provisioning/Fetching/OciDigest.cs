using System.Security.Cryptography;

namespace Ironhull.Provisioning.Fetching;

/// <summary>The digest by which a registry names contents: <c>sha256:</c> or <c>sha512:</c> and lower-case hexadecimal digits.</summary>
/// <param name="Text">As it is written.</param>
public sealed record OciDigest(string Text)
{
    private const string Sha256 = "sha256:";
    private const string Sha512 = "sha512:";

    /// <summary>Reads a digest.</summary>
    /// <returns>Null when it is none of these.</returns>
    public static OciDigest? Parse(string? text) =>
        text is not null && ((text.StartsWith(Sha256, StringComparison.Ordinal) && text.Length == Sha256.Length + 64) || (text.StartsWith(Sha512, StringComparison.Ordinal) && text.Length == Sha512.Length + 128))
        && text.AsSpan(Sha256.Length).IndexOfAnyExcept("0123456789abcdef") < 0 ? new(text) : null;

    /// <summary>Whether contents have this digest.</summary>
    public bool Matches(byte[] contents) =>
        Text == (Text.StartsWith(Sha256, StringComparison.Ordinal) ? Sha256 + Convert.ToHexStringLower(SHA256.HashData(contents)) : Sha512 + Convert.ToHexStringLower(SHA512.HashData(contents)));
}
