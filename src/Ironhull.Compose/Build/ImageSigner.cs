using System.Security.Cryptography;
using Ironhull.Compose.Initrd;
using Ironhull.Diagnostics;
using Ironhull.Formats.Fat;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Io;
using Ironhull.Formats.Pe;
using Ironhull.Measurement;
using Ironhull.Signing;

namespace Ironhull.Compose.Build;

/// <summary>
/// Fills the signatures of a raw disk in, each with the key of its role: first the root hash's, in its partition and in
/// the UKI's initrd, and the IPE policy's there, then the UKI's PCR policy, which covers the initrd, then systemd-boot's and the UKI's own. Every
/// place was left with the right length by the build; no other byte changes but the PCR policy's public key. A disk
/// that was signed before can be signed again.
/// </summary>
public static class ImageSigner
{
    /// <summary>Signs a disk in place. The caller owns atomicity: give a copy.</summary>
    /// <param name="disk">Readable, writable, seekable.</param>
    /// <param name="keys">The keys; their certificates must be as long as those that the disk was built for.</param>
    /// <param name="name">Named in errors.</param>
    /// <returns>The root hash.</returns>
    /// <exception cref="HullException">HULL5009: the places do not fit; HULL10xx: not such a disk; HULL60xx: signing failed.</exception>
    public static Sha256Digest Sign(Stream disk, ISigningKeys keys, string name)
    {
        var table = GptTable.Read(disk);
        var rootHash = VeritySignature.Fill(disk, Find(table, PartitionTypes.UsrVeritySignature, "verity signature partition", name), keys.SignerOf(SigningRole.RootHash), name, out var signature);
        var esp = Find(table, PartitionTypes.EfiSystem, "EFI system partition", name);
        var offset = esp.Offset;
        var volume = FatVolume.Open(disk, offset, esp.Length);
        var signer = keys.SignerOf(SigningRole.BootCode);
        var signed = 0;
        foreach (var entry in volume.Entries.Where(e => !e.IsDirectory && e.Path.EndsWith(".efi", StringComparison.OrdinalIgnoreCase)))
        {
            var image = volume.ReadFile(entry);
            var pe = PeImage.Parse(image);
            if (pe.Find(".initrd") is { } section)
            {
                var initrd = image.AsMemory((int)section.PointerToRawData, (int)section.SizeOfRawData);
                if (!SignatureArchive.TryFill(initrd.Span, signature))
                {
                    throw ComposeErrors.SigningPlanMismatch.Error($"{entry.Path} has no place for a root hash signature of {signature.Length} bytes.", new(name));
                }

                if (!PolicyArchive.TrySign(initrd[SignatureArchive.LengthFor(signature.Length)..], () => keys.SignerOf(SigningRole.IpePolicy)))
                {
                    throw ComposeErrors.SigningPlanMismatch.Error($"{entry.Path} has no place for the policy's signature.", new(name));
                }

                SignPcrPolicy(image, pe, keys, $"{name}: {entry.Path}");
            }

            var result = SignProgram(image, signer, $"{name} {entry.Path}");
            var at = 0;
            foreach (var (start, length) in volume.Extents(entry))
            {
                disk.Position = start;
                disk.Write(result, at, (int)length);
                at += (int)length;
            }

            signed++;
        }

        disk.Flush();
        return signed > 0 ? rootHash : throw ComposeErrors.SigningPlanMismatch.Error("The EFI system partition holds nothing to sign.", new(name));
    }

    // After the initrd has its signature, because it is measured, and before the image's own, which covers this one.
    private static void SignPcrPolicy(byte[] image, PeImage pe, ISigningKeys keys, string name)
    {
        void Fill(string section, byte[] content)
        {
            var place = pe.Find(section);
            if (place is null || pe.Read(place.Value).Length != content.Length)
            {
                throw ComposeErrors.SigningPlanMismatch.Error($"There is no {section} section of {content.Length} bytes for the PCR policy.", new(name));
            }

            content.CopyTo(image.AsSpan((int)place.Value.PointerToRawData));
        }

        var signer = keys.SignerOf(SigningRole.PcrPolicy);
        Fill(SignedPcrPolicy.KeySection, SignedPcrPolicy.PublicKey(signer.Certificate));
        Fill(SignedPcrPolicy.SignatureSection, SignedPcrPolicy.Sign(pe, signer));
    }

    /// <summary>Signs a program that has the place for its signature.</summary>
    /// <param name="image">The PE image.</param>
    /// <param name="signer">The key of the role "boot-code".</param>
    /// <param name="name">Named in errors.</param>
    /// <returns>The signed image, as long as before.</returns>
    /// <exception cref="HullException">HULL5009: the place does not fit; HULL10xx: not a PE image; HULL60xx: signing failed.</exception>
    public static byte[] SignProgram(ReadOnlyMemory<byte> image, ISigner signer, string name)
    {
        var preparation = Authenticode.Prepare(image, replaceSignature: true);
        var result = preparation.Complete(signer.SignDigest(preparation.Digest, HashAlgorithmName.SHA256), signer.Certificate, signer.Chain);
        return result.Length == image.Length
            ? result
            : throw ComposeErrors.SigningPlanMismatch.Error("The signature has another length than its place.", new(name));
    }

    private static GptPartition Find(GptTable table, Guid type, string what, string name) =>
        table.Partitions.FirstOrDefault(p => p.Type == type) ?? throw FormatErrors.Malformed.Error($"The disk has no {what}.", new(name));
}
