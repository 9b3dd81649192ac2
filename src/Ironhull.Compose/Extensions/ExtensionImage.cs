using Ironhull.Compose.Build;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Layout;
using Ironhull.Compose.Selinux;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Erofs;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;
using Ironhull.Signing;

namespace Ironhull.Compose.Extensions;

/// <summary>
/// An extension as a disk image (Discoverable Disk Image): a GPT with an EROFS root file system, its hash tree, and the
/// signed root hash. The node's systemd finds the parts by their types, and the kernel checks the signature.
/// </summary>
public static class ExtensionImage
{
    private const long SignatureSize = 16 << 10; // a multiple of 4096, of which systemd reads at most 4 MiB
    private static readonly VerityFiles s_files = new("root");

    /// <summary>Everything that the files of <see cref="WriteFiles"/> depend on.</summary>
    public static StageKey Key(FileTree tree, UsrDefinition form, long timestamp) => new StageKey()
        .Add("tool", ToolVersion.Value)
        .Add("tree", TreeDigest.Of(tree))
        .Add("compression", form.Compression.ToString())
        .Add("level", form.Level)
        .Add("cluster", form.Cluster)
        .Add("timestamp", timestamp);

    /// <summary>
    /// The tree as the image has it: all times are the lock's, and everything has a label. Where an extension is merged, its folders
    /// cover those of the base, so that one without a label would take the label of <c>/usr</c> away for all that lies in it.
    /// </summary>
    /// <param name="tree">Not changed.</param>
    /// <param name="contexts">The policy's contexts, for what has no label yet; null without a policy.</param>
    /// <param name="timestamp">The lock's time.</param>
    public static FileTree Finish(FileTree tree, FileContexts? contexts, long timestamp)
    {
        var result = tree.Clone();
        if (contexts is not null)
        {
            TreeLabels.Complete(result, contexts);
        }

        result.Transform((_, inode) => inode.With(modifiedSeconds: timestamp));
        return result;
    }

    /// <inheritdoc cref="VerityFiles.Write"/>
    public static void WriteFiles(string folder, FileTree tree, UsrDefinition form, long timestamp, IErofsExtentCache? cache, CancellationToken cancellation) =>
        s_files.Write(folder, tree, form, timestamp, cache, cancellation);

    /// <summary>Writes the disk image with a place for the signature.</summary>
    /// <param name="path">Made as a sparse file; must not exist.</param>
    /// <param name="folder">What <see cref="WriteFiles"/> wrote.</param>
    /// <param name="name">The extension's name.</param>
    /// <param name="certificate">The certificate of the key that will sign.</param>
    /// <returns>The root hash.</returns>
    public static Sha256Digest Assemble(string path, string folder, string name, SigningCertificate certificate)
    {
        var data = Path.Combine(folder, s_files.FileName);
        var verity = Path.Combine(folder, s_files.VerityFileName);
        var rootHash = VerityFiles.RootHash(folder);
        var (dataId, hashId) = PartitionTypes.IdsOf(rootHash);
        Guid Id(string purpose) => DerivedGuid.Of(purpose, $"extension {name} {rootHash}");
        var (table, length) = GptTable.PlaceTight(Id("disk"),
        [
            (PartitionTypes.Root, dataId, "root", new FileInfo(data).Length, PartitionTypes.ReadOnly),
            (PartitionTypes.RootVerity, hashId, "root-verity", new FileInfo(verity).Length, PartitionTypes.ReadOnly),
            (PartitionTypes.RootVeritySignature, Id("root-verity-sig"), "root-verity-sig", SignatureSize, PartitionTypes.ReadOnly),
        ]);
        using var disk = SparseFile.Create(path, length);
        table.WriteTo(disk);
        Copy(data, disk, table.Partitions[0].Offset);
        Copy(verity, disk, table.Partitions[1].Offset);
        disk.Position = table.Partitions[2].Offset;
        disk.Write(new VeritySignature(rootHash, CmsDetachedSignature.Placeholder(certificate)).ToJson(certificate.Leaf));
        disk.Flush();
        return rootHash;
    }

    /// <summary>Writes the disk image as an output of a build, by rename.</summary>
    /// <param name="folder">The output folder.</param>
    /// <param name="file">The file's name there.</param>
    /// <param name="files">What <see cref="WriteFiles"/> wrote.</param>
    /// <param name="name">The extension's name.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="deferred">Whether only the place for the signature is left.</param>
    /// <param name="kind">The output's kind.</param>
    /// <exception cref="HullException">HULL5009, HULL60xx.</exception>
    public static BuildOutput WriteOutput(string folder, string file, string files, string name, ISigningKeys keys, bool deferred, string kind)
    {
        var path = Path.Combine(folder, file);
        var partial = $"{path}.partial-{Environment.ProcessId}";
        try
        {
            Assemble(partial, files, name, keys.CertificateOf(SigningRole.Extension));
            if (!deferred)
            {
                using var disk = new FileStream(partial, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16);
                Sign(disk, keys.SignerOf(SigningRole.Extension), file);
            }

            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }

        using var stream = File.OpenRead(path);
        return new(file, kind, stream.Length, AllocatedSize.Of(path), Sha256Digest.Of(stream).ToString());
    }

    /// <summary>Signs a disk image in place; one that was signed before can be signed again.</summary>
    /// <param name="disk">Readable, writable, seekable.</param>
    /// <param name="signer">The key of the role <see cref="SigningRole.Extension"/>.</param>
    /// <param name="name">Named in errors.</param>
    /// <returns>The root hash.</returns>
    /// <exception cref="HullException">HULL10xx: it is no such image; HULL5009: the signature does not fit; HULL60xx: signing failed.</exception>
    public static Sha256Digest Sign(Stream disk, ISigner signer, string name) =>
        VeritySignature.Fill(disk, SignaturePartition(disk, name), signer, name, out _);

    /// <summary>Whether an image is signed: its root hash has a signature of this certificate's key.</summary>
    /// <exception cref="HullException">HULL10xx: it is no such image.</exception>
    public static bool IsSigned(Stream disk, SigningCertificate certificate, Sha256Digest rootHash, string name)
    {
        var partition = SignaturePartition(disk, name);
        var signature = VeritySignature.Parse(VeritySignature.Read(disk, partition, name), Location.At(name, partition.Offset));
        try
        {
            CmsDetachedSignature.Verify(VeritySignature.SignedContent(rootHash), signature.Signature, certificate.Leaf);
            return signature.RootHash == rootHash;
        }
        catch (HullException e) when (e.Code == SigningErrors.BadSignature || e.Code == SigningErrors.MalformedSignature)
        {
            return false;
        }
    }

    private static GptPartition SignaturePartition(Stream disk, string name) =>
        GptTable.Read(disk).Partitions.FirstOrDefault(p => p.Type == PartitionTypes.RootVeritySignature)
        ?? throw FormatErrors.Malformed.Error("The file has no partition for a signed root hash.", new Location(name));

    private static void Copy(string source, Stream disk, long offset)
    {
        using var stream = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
        SparseFile.CopyNonZero(stream, disk, offset);
    }
}
