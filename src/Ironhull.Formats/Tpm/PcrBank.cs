using System.Security.Cryptography;
using Ironhull.Formats.Io;

namespace Ironhull.Formats.Tpm;

/// <summary>
/// The SHA-256 bank of a TPM's platform configuration registers (TPM 2.0 part 1, section 17): a register starts at
/// zero and changes only by being extended.
/// </summary>
public sealed class PcrBank
{
    /// <summary>Registers of a PC client TPM (PC Client Platform TPM Profile 1.05, section 4.6).</summary>
    public const int Count = 24;

    // PCRs 17 to 22 belong to a dynamic launch and are all ones until one happens.
    private const int FirstDynamic = 17;
    private const int LastDynamic = 22;
    private readonly Sha256Digest[] _values = new Sha256Digest[Count];

    /// <summary>The bank after a reset of the platform.</summary>
    public PcrBank()
    {
        Span<byte> ones = stackalloc byte[Sha256Digest.Size];
        ones.Fill(0xFF);
        _values.AsSpan(FirstDynamic..(LastDynamic + 1)).Fill(new Sha256Digest(ones));
    }

    /// <summary>The value of a register.</summary>
    /// <param name="pcr">0 to 23.</param>
    public Sha256Digest this[int pcr] => _values[pcr];

    /// <summary>The value of a register after a digest is extended: SHA-256 of the old value followed by the digest.</summary>
    public static Sha256Digest Extend(Sha256Digest value, Sha256Digest digest)
    {
        Span<byte> both = stackalloc byte[2 * Sha256Digest.Size];
        value.CopyTo(both);
        digest.CopyTo(both[Sha256Digest.Size..]);
        Span<byte> hash = stackalloc byte[Sha256Digest.Size];
        SHA256.HashData(both, hash);
        return new(hash);
    }

    /// <summary>Extends a register.</summary>
    /// <param name="pcr">0 to 23.</param>
    /// <param name="digest">What was measured.</param>
    public void Extend(int pcr, Sha256Digest digest) => _values[pcr] = Extend(_values[pcr], digest);

    /// <summary>Sets PCR 0 to what it is when the platform starts at a locality (TPM2_Startup: zeros and the locality in the last byte).</summary>
    internal void Start(byte locality)
    {
        Span<byte> value = stackalloc byte[Sha256Digest.Size];
        value.Clear();
        value[^1] = locality;
        _values[0] = new(value);
    }
}
