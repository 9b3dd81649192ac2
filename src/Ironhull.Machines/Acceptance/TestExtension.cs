using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ironhull.Formats.Erofs;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;
using Ironhull.Formats.Verity;
using Ironhull.Signing;

namespace Ironhull.Machines.Acceptance;

/// <summary>Small extension images for tests: a GPT with a file system, its hash tree and its signed root hash.</summary>
internal static class TestExtension
{
    // xattr(7): where the kernel keeps a file's SELinux context.
    private const string LabelAttribute = "security.selinux";

    private static readonly Guid s_disk = new("0e7c8c0d-57f3-4b5b-9d3c-3e1d4c2b1b01");
    private static readonly Guid s_signature = new("0e7c8c0d-57f3-4b5b-9d3c-3e1d4c2b1b02");

    /// <summary>Makes an image.</summary>
    /// <param name="name">The extension's name.</param>
    /// <param name="release">The path of the folder of its release file: sysext and confext differ.</param>
    /// <param name="files">Paths and texts.</param>
    /// <param name="labels">SELinux contexts by path; what has none stays without a label.</param>
    /// <param name="signer">Null leaves the image without a hash tree and a signature.</param>
    public static byte[] Create(
        string name, string release, IReadOnlyList<(string Path, string Text)> files, IReadOnlyDictionary<string, string> labels, ISigner? signer)
    {
        var tree = Tree(name, release, files);
        tree.Transform((path, inode) => labels.TryGetValue(path, out var label) ? inode.With(xattrs: [new(LabelAttribute, Encoding.ASCII.GetBytes(label + '\0'))]) : inode);
        using var data = new MemoryStream();
        ErofsWriter.Write(tree, data, new ErofsWriterOptions { Uuid = s_disk, BuildTimeSeconds = 0 });
        data.Position = 0;
        using var hash = new MemoryStream();
        var rootHash = VerityWriter.Write(data, hash, new VerityOptions { Salt = new byte[] { 1 }, Uuid = s_disk }).RootHash;
        var (dataId, hashId) = PartitionTypes.IdsOf(rootHash);
        List<(Guid Type, Guid Id, string Name, byte[] Bytes)> parts = [(PartitionTypes.Root, dataId, "root", data.ToArray())];
        if (signer is not null)
        {
            parts.Add((PartitionTypes.RootVerity, hashId, "root-verity", hash.ToArray()));
            parts.Add((PartitionTypes.RootVeritySignature, s_signature, "root-verity-sig", Signature(rootHash, signer)));
        }

        var (table, length) = GptTable.Place(s_disk, parts.Select(p => (p.Type, p.Id, p.Name, (long)p.Bytes.Length, PartitionTypes.ReadOnly)));
        using var disk = new MemoryStream(new byte[length]);
        table.WriteTo(disk);
        foreach (var (partition, (_, _, _, bytes)) in table.Partitions.Zip(parts))
        {
            disk.Position = partition.Offset;
            disk.Write(bytes);
        }

        return disk.ToArray();
    }

    /// <summary>The labels that a machine's policy gives to the files and folders of an extension; none where there is no policy.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> LabelsAsync(
        Machine machine, string name, string release, IReadOnlyList<(string Path, string Text)> files, CancellationToken cancel)
    {
        var entries = Tree(name, release, files).Entries.ToList();
        string Ask(InodeType type, string word) => $"matchpathcon -m {word} {string.Join(' ', entries.Where(e => e.Value.Type == type).Select(e => e.Key))} 2>/dev/null || true; ";
        var output = await machine.SshAsync(Ask(InodeType.Directory, "dir") + Ask(InodeType.File, "file"), cancel: cancel).ConfigureAwait(false);
        return Check.Lines(output).Select(l => l.Split('\t')).Where(f => f.Length == 2).ToDictionary(f => f[0], f => f[1], StringComparer.Ordinal);
    }

    /// <summary>The same image with one changed bit in its file system.</summary>
    public static byte[] Altered(byte[] image)
    {
        var copy = image.ToArray();
        using var disk = new MemoryStream(image);
        // The file system's first block: every use of it reads the superblock there.
        copy[GptTable.Read(disk).Partitions[0].Offset + 1024 + 40] ^= 1;
        return copy;
    }

    private static FileTree Tree(string name, string release, IReadOnlyList<(string Path, string Text)> files)
    {
        var tree = new FileTree();
        tree.Set($"{release}/extension-release.{name}", Inode.File(Content.FromText("ID=_any\n")));
        foreach (var (path, text) in files)
        {
            tree.Set(path, Inode.File(Content.FromText(text), 0x1ED));
        }

        return tree;
    }

    private static byte[] Signature(Sha256Digest rootHash, ISigner signer)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("rootHash", rootHash.ToString());
            json.WriteString("certificateFingerprint", signer.Certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant());
            json.WriteBase64String("signature", CmsDetachedSignature.Sign(Encoding.ASCII.GetBytes(rootHash.ToString()), signer));
            json.WriteEndObject();
        }

        var bytes = new byte[16 << 10];
        stream.ToArray().CopyTo(bytes, 0);
        return bytes;
    }
}
