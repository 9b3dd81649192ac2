using System.Globalization;
using System.Security.Cryptography;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.Rpm;

/// <summary>A digest that a package states, while what it covers streams by.</summary>
internal sealed class RpmDigest : IDisposable
{
    private readonly string _algorithm;
    private readonly string _stated;
    private readonly IncrementalHash? _hash;

    private RpmDigest(string algorithm, HashAlgorithmName name, RpmCoverage covers, string stated)
    {
        _algorithm = algorithm;
        _stated = stated;
        Covers = covers;
        _hash = Start(name);
    }

    /// <summary>What it is made of.</summary>
    public RpmCoverage Covers { get; }

    /// <summary>A digest by its number in OpenPGP (RFC 9580, section 9.5), as rpm numbers them.</summary>
    /// <param name="algorithm">For example 8, SHA-256.</param>
    /// <param name="covers">What it is made of.</param>
    /// <param name="stated">What the package says.</param>
    /// <param name="place">Where it says so.</param>
    /// <exception cref="HullException">HULL2153: not hexadecimal of the digest's length; HULL2159: an unknown or weak algorithm for a payload.</exception>
    public static RpmDigest Create(int algorithm, RpmCoverage covers, string stated, Location place)
    {
        var (text, name, size) = algorithm switch
        {
            1 when covers == RpmCoverage.HeaderAndPayload => ("MD5", HashAlgorithmName.MD5, 16),
            2 when covers == RpmCoverage.Header => ("SHA1", HashAlgorithmName.SHA1, 20),
            8 => ("SHA256", HashAlgorithmName.SHA256, 32),
            9 => ("SHA384", HashAlgorithmName.SHA384, 48),
            10 => ("SHA512", HashAlgorithmName.SHA512, 64),
            12 => ("SHA3-256", HashAlgorithmName.SHA3_256, 32),
            14 => ("SHA3-512", HashAlgorithmName.SHA3_512, 64),
            _ => throw RpmErrors.DigestAlgorithm.Error(string.Create(CultureInfo.InvariantCulture, $"Digest algorithm {algorithm} is not one that is accepted."), place),
        };
        return stated.Length == size * 2 && !stated.AsSpan().ContainsAnyExcept("0123456789abcdef")
            ? new(text, name, covers, stated)
            : throw RpmErrors.SignatureTagType.Error($"A {text} digest is {size * 2} lower-case hexadecimal digits.", place);
    }

    /// <summary>Adds a part that may be covered.</summary>
    public void Append(ReadOnlySpan<byte> data, RpmCoverage part)
    {
        if (Covers.HasFlag(part))
        {
            _hash?.AppendData(data);
        }
    }

    /// <summary>Judges the digest once everything was added.</summary>
    public RpmDigestReport Finish()
    {
        var computed = _hash is null ? "" : Convert.ToHexStringLower(_hash.GetHashAndReset());
        var status = _hash is null ? RpmDigestStatus.Unchecked : computed == _stated ? RpmDigestStatus.Good : RpmDigestStatus.Bad;
        return new(_algorithm, Covers, status, _stated, computed);
    }

    /// <inheritdoc/>
    public void Dispose() => _hash?.Dispose();

    // Some platforms have no SHA-3, some no MD5.
    private static IncrementalHash? Start(HashAlgorithmName name)
    {
        try
        {
            return IncrementalHash.CreateHash(name);
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            return null;
        }
    }
}
