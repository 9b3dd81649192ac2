using Ironhull.Diagnostics;
using Ironhull.Formats.Cpio;
using Ironhull.Formats.Trees;
using Ironhull.Signing;

namespace Ironhull.Compose.Initrd;

/// <summary>
/// The small, uncompressed cpio archive with the signed IPE policy, between the root hash's signature and the initrd
/// proper. PID 1 loads the policy before it starts anything.
/// </summary>
public static class PolicyArchive
{
    /// <summary>Where systemd looks for <c>NAME.p7b</c>.</summary>
    public const string Folder = "/usr/lib/ipe";

    private const string Suffix = ".p7b";

    // Each archive begins at a multiple of four; this at a multiple of 512.
    private const int Alignment = 512;

    /// <summary>Makes the archive.</summary>
    /// <param name="name">The policy's name.</param>
    /// <param name="signature">DER of the signature with the policy inside, or the stand-in for it.</param>
    public static byte[] Build(string name, ReadOnlyMemory<byte> signature)
    {
        var tree = new FileTree();
        tree.Set($"{Folder}/{name}{Suffix}", Inode.File(Content.FromBytes(signature)));
        using var stream = new MemoryStream();
        CpioWriter.Write(stream, tree);
        stream.SetLength((stream.Length + Alignment - 1) / Alignment * Alignment);
        return stream.ToArray();
    }

    /// <summary>Reads the archive that an initrd's rest begins with.</summary>
    /// <param name="initrd">The initrd, from the end of the signature's archive on.</param>
    /// <returns>The policy's name and its signature, or null when there is no such archive.</returns>
    public static (string Name, ReadOnlyMemory<byte> Signature)? Find(ReadOnlyMemory<byte> initrd)
    {
        if (!initrd.Span.StartsWith("07070"u8))
        {
            return null;
        }

        var policy = CpioReader.Read(initrd, out _).Entries.FirstOrDefault(e =>
            e.Key.StartsWith(Folder + "/", StringComparison.Ordinal) && e.Key.EndsWith(Suffix, StringComparison.Ordinal) && e.Value.Type == InodeType.File);
        return policy.Key is null ? null : (policy.Key[(Folder.Length + 1)..^Suffix.Length], policy.Value.Content!.ToArray());
    }

    /// <summary>Signs the policy in place.</summary>
    /// <param name="initrd">The initrd, from the end of the signature's archive on; changed in place.</param>
    /// <param name="signerOf">Gives the signer; asked only when there is a policy.</param>
    /// <returns>False when the signature has another length than its place.</returns>
    /// <exception cref="HullException">HULL60xx: signing failed; HULL10xx: the archive is malformed.</exception>
    public static bool TrySign(Memory<byte> initrd, Func<ISigner> signerOf)
    {
        if (Find(initrd) is not { } policy)
        {
            return true;
        }

        var signed = CmsInlineSignature.Sign(CmsInlineSignature.ContentOf(policy.Signature).Span, signerOf());
        var (empty, filled) = (Build(policy.Name, policy.Signature), Build(policy.Name, signed));
        // Outside the signature itself, the archive must be what this class writes.
        if (filled.Length > initrd.Length || signed.Length != policy.Signature.Length || !initrd.Span[..empty.Length].SequenceEqual(empty))
        {
            return false;
        }

        filled.CopyTo(initrd);
        return true;
    }
}
