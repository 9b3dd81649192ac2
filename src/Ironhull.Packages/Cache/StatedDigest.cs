using System.Security.Cryptography;
using Ironhull.Formats.Io;

namespace Ironhull.Packages.Cache;

/// <summary>Hashes what is downloaded by the stated algorithm, and by SHA-256 for its name in the cache.</summary>
internal sealed class StatedDigest(ContentDigest stated) : IDisposable
{
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash? _other = stated.Algorithm == ContentDigest.Sha256Name ? null : IncrementalHash.CreateHash(NameOf(stated));

    /// <summary>The algorithm.</summary>
    public static HashAlgorithmName NameOf(ContentDigest digest) => digest.Algorithm switch
    {
        ContentDigest.Sha256Name => HashAlgorithmName.SHA256,
        ContentDigest.Sha512Name => HashAlgorithmName.SHA512,
        _ => throw new ArgumentException($"'{digest.Algorithm}' is not a digest that is accepted.", nameof(digest)),
    };

    public void Append(byte[] buffer, int offset, int count)
    {
        _sha256.AppendData(buffer, offset, count);
        _other?.AppendData(buffer, offset, count);
    }

    public void Reset()
    {
        _sha256.GetHashAndReset();
        _other?.GetHashAndReset();
    }

    /// <summary>Whether all that was appended has the stated digest.</summary>
    /// <param name="sha256">Its SHA-256.</param>
    public bool Matches(out Sha256Digest sha256)
    {
        sha256 = new(_sha256.GetCurrentHash());
        return Convert.ToHexStringLower(_other is null ? sha256.ToArray() : _other.GetCurrentHash()) == stated.Hex;
    }

    public void Dispose()
    {
        _sha256.Dispose();
        _other?.Dispose();
    }
}
