using Ironhull.Formats.Cpio;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Initrd;

/// <summary>
/// The small, uncompressed cpio archive in front of the initrd proper. It holds the root hash's signature, the one part
/// of an initrd that differs between builds of the same packages, at a place where it can be filled in later.
/// </summary>
public static class SignatureArchive
{
    /// <summary>Where the signature lies in the initrd; the kernel command line names it.</summary>
    public const string SignaturePath = "/etc/usr.p7s";

    // The kernel unpacks archives one after another; each begins at a multiple of four, this at a multiple of 512.
    private const int Alignment = 512;

    /// <summary>Makes the archive.</summary>
    /// <param name="signature">DER of the signature, or as many zeroes.</param>
    public static byte[] Build(ReadOnlyMemory<byte> signature)
    {
        var tree = new FileTree();
        tree.Set(SignaturePath, Inode.File(Content.FromBytes(signature)));
        using var stream = new MemoryStream();
        CpioWriter.Write(stream, tree);
        stream.SetLength((stream.Length + Alignment - 1) / Alignment * Alignment);
        return stream.ToArray();
    }

    /// <summary>The archive's length in bytes.</summary>
    /// <param name="signatureLength">Of the signature, in bytes.</param>
    public static int LengthFor(int signatureLength) => Build(new byte[signatureLength]).Length;

    /// <summary>Puts a signature into the archive that an initrd begins with.</summary>
    /// <param name="initrd">The whole initrd; changed in place.</param>
    /// <param name="signature">DER of the signature.</param>
    /// <returns>False when the initrd does not begin with such an archive for a signature of this length.</returns>
    public static bool TryFill(Span<byte> initrd, ReadOnlySpan<byte> signature)
    {
        var empty = Build(new byte[signature.Length]);
        var filled = Build(signature.ToArray());
        if (initrd.Length < filled.Length)
        {
            return false;
        }

        // Outside the signature itself, the archive must be what this class writes.
        var offset = SignatureOffset(signature.Length);
        if (!initrd[..offset].SequenceEqual(empty.AsSpan(0, offset)) ||
            !initrd[(offset + signature.Length)..empty.Length].SequenceEqual(empty.AsSpan(offset + signature.Length)))
        {
            return false;
        }

        filled.CopyTo(initrd);
        return true;
    }

    private static int SignatureOffset(int length)
    {
        var marker = new byte[length];
        marker.AsSpan().Fill(0xA5);
        return Build(marker).AsSpan().IndexOf(marker);
    }
}
