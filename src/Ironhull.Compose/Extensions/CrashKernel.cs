using Ironhull.Compose.Build;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;
using Ironhull.Signing;

namespace Ironhull.Compose.Extensions;

/// <summary>What the kernel for crashes is made of.</summary>
/// <param name="Kernel">The distribution's kernel.</param>
/// <param name="InitrdPath">The compressed initrd, on the machine that builds.</param>
/// <param name="Origins">The packages, among other origins, whose files both hold.</param>
public sealed record CrashParts(byte[] Kernel, string InitrdPath, IReadOnlySet<string> Origins);

/// <summary>
/// The kernel that starts after a crash, and its initrd, as an extension holds them. The kernel is signed by the key for boot code instead of the
/// distribution's: kexec_file_load(2) checks it under lockdown, and a machine trusts the image's keys alone.
/// </summary>
public static class CrashKernel
{
    /// <summary>The folder of both.</summary>
    public const string Folder = "/usr/lib/ironhull/crash";

    private const string Origin = "image";

    /// <summary>Adds them to an extension's tree.</summary>
    /// <param name="extension">Changed.</param>
    /// <param name="root">Has the folders above.</param>
    /// <param name="kernel">The signed kernel.</param>
    /// <param name="initrdPath">The compressed initrd, on the machine that builds.</param>
    public static void Add(FileTree extension, FileTree root, byte[] kernel, string initrdPath)
    {
        ExtensionTree.Put(extension, root, $"{Folder}/vmlinuz", Inode.File(Content.FromBytes(kernel), origin: Origin));
        ExtensionTree.Put(extension, root, $"{Folder}/initrd", Inode.File(Content.FromBytes(File.ReadAllBytes(initrdPath)), origin: Origin));
    }

    /// <summary>Signs the kernel. Its signature is below the extension's root hash, so it cannot be filled in later.</summary>
    /// <param name="kernel">The distribution's kernel; its signature is replaced.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="elsewhere">Where the kernel waits for a signature that is made elsewhere.</param>
    /// <param name="deferred">Whether the key may be absent.</param>
    /// <exception cref="HullException">HULL5406: the key is not here; HULL10xx: no kernel; HULL60xx: signing failed.</exception>
    public static byte[] Sign(byte[] kernel, ISigningKeys keys, string elsewhere, bool deferred)
    {
        var preparation = Authenticode.Prepare(kernel, replaceSignature: true);
        var certificate = keys.CertificateOf(SigningRole.BootCode);
        if (TakeSigned(elsewhere, preparation.ImageDigest, certificate) is { } signed)
        {
            return signed;
        }

        var place = preparation.Placeholder(certificate);
        try
        {
            return ImageSigner.SignProgram(place, keys.SignerOf(SigningRole.BootCode), elsewhere);
        }
        catch (HullException e) when (deferred && e.Code == SigningErrors.KeyUnreadable)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(elsewhere)!);
            AtomicFile.WriteAllBytes(elsewhere, place);
            throw ExtensionErrors.ProgramSignatureNeeded.Error($"The kernel for crashes lies in {elsewhere} without a signature, and its key is not here.", new Location(elsewhere), cause: e);
        }
    }

    // A signature that was made elsewhere for this very kernel.
    private static byte[]? TakeSigned(string elsewhere, Sha256Digest digest, SigningCertificate certificate)
    {
        if (!File.Exists(elsewhere))
        {
            return null;
        }

        var image = File.ReadAllBytes(elsewhere);
        try
        {
            Authenticode.Verify(image, certificate.Leaf);
            return Authenticode.Prepare(image, replaceSignature: true).ImageDigest == digest ? image : null;
        }
        catch (HullException)
        {
            return null; // an unsigned one, or one of an earlier build: it is signed or written again
        }
    }
}
