using System.Globalization;
using System.Text;
using Ironhull.Formats.Erofs;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;
using Ironhull.Formats.Verity;
using Ironhull.Signing;

namespace Ironhull.Machines.Acceptance;

/// <summary>A small verity volume with the probe in it, that is also the root of a container; brought to a machine with or without its signature.</summary>
internal static class ProbeVolume
{
    /// <summary>Where the machine has the volume mounted.</summary>
    public const string MountPoint = "/run/acceptance-probe";

    /// <summary>The probe in the volume.</summary>
    public const string Program = "/usr/bin/probe";

    private const string Name = "acceptance-probe";
    private const string ArchiveSuffix = ".oci.tar";
    // Where what belongs to containers lies, so that SELinux lets veritysetup read it.
    private const string Folder = "/var/lib/containerd/acceptance-probe";

    // Any fixed values: the volume is made anew for each machine.
    private static readonly Guid s_id = new("0e7c8c0d-57f3-4b5b-9d3c-3e1d4c2b1a03");

    /// <summary>Brings the volume to a machine, opens and mounts it.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="keysFolder">Keys that the machine trusts.</param>
    /// <param name="signed">Whether the kernel gets the root hash's signature.</param>
    /// <param name="cancel">Stops it.</param>
    public static async Task OpenAsync(Machine machine, string keysFolder, bool signed, CancellationToken cancel)
    {
        using var data = new MemoryStream();
        ErofsWriter.Write(Tree(), data, new() { Compression = ErofsCompression.None, Uuid = s_id, BuildTimeSeconds = 0, VolumeName = "probe" }, cancel);
        using var hash = new MemoryStream();
        data.Position = 0;
        var rootHash = VerityWriter.Write(data, hash, new() { Salt = new byte[32], Uuid = s_id }, cancel).RootHash;
        using var keys = KeyStore.Open(keysFolder).OpenSigningKeys();
        var signature = CmsDetachedSignature.Sign(Encoding.ASCII.GetBytes(rootHash.ToString()), keys.SignerOf(SigningRole.Extension));
        await OpenAsync(machine, data.ToArray(), hash.ToArray(), rootHash.ToString(), signature, signed, cancel).ConfigureAwait(false);
    }

    /// <summary>Brings the volume that the build wrote beside a container image to a machine, opens and mounts it, signed.</summary>
    /// <exception cref="CheckSkippedException">There is no such volume.</exception>
    public static async Task OpenImageAsync(Machine machine, string ociArchive, CancellationToken cancel)
    {
        string Beside(string suffix) => ociArchive[..^ArchiveSuffix.Length] + suffix;
        if (!ociArchive.EndsWith(ArchiveSuffix, StringComparison.Ordinal) || !File.Exists(Beside(".erofs")))
        {
            throw new CheckSkippedException($"there is no volume beside {ociArchive}");
        }

        Task<byte[]> Read(string suffix) => File.ReadAllBytesAsync(Beside(suffix), cancel);
        var rootHash = Encoding.ASCII.GetString(await Read(".roothash").ConfigureAwait(false)).Trim();
        await OpenAsync(
            machine, await Read(".erofs").ConfigureAwait(false), await Read(".verity").ConfigureAwait(false), rootHash, await Read(".p7s").ConfigureAwait(false), signed: true, cancel).ConfigureAwait(false);
    }

    private static async Task OpenAsync(Machine machine, byte[] data, byte[] hash, string rootHash, byte[] signature, bool signed, CancellationToken cancel)
    {
        await machine.SshAsync($"mkdir -p {Folder} {MountPoint}", cancel: cancel).ConfigureAwait(false);
        foreach (var (name, bytes) in new[] { ("data", data), ("hash", hash), ("signature", signature) })
        {
            using var stream = new MemoryStream(bytes);
            await machine.SshAsync($"cat > {Folder}/{name}", stream, cancel).ConfigureAwait(false);
        }

        var option = signed ? $"--root-hash-signature={Folder}/signature " : "";
        await machine.SshAsync(
            string.Create(CultureInfo.InvariantCulture, $"veritysetup open {option}{Folder}/data {Name} {Folder}/hash {rootHash} && mount -t erofs -o ro$([ ! -e /sys/fs/selinux/enforce ] || echo ,context=system_u:object_r:container_ro_file_t:s0) /dev/mapper/{Name} {MountPoint}"),
            cancel: cancel).ConfigureAwait(false);
    }

    /// <summary>Takes it away again.</summary>
    public static Task CloseAsync(Machine machine, CancellationToken cancel) =>
        machine.SshAsync($"umount {MountPoint}; veritysetup close {Name}; rm -rf {Folder} {MountPoint}", cancel: cancel);

    private static FileTree Tree()
    {
        var tree = new FileTree();
        tree.Set("/", Inode.Directory());
        // What a container runtime mounts over, and what the probe copies.
        foreach (var folder in (string[])["/dev", "/proc", "/sys", "/run", "/tmp", "/etc", "/usr", "/usr/bin"])
        {
            tree.Set(folder, Inode.Directory());
        }

        foreach (var program in (string[])[Program, "/usr/bin/true"])
        {
            tree.Set(program, Inode.File(Content.FromBytes(ProbeProgram.Create()), 0x1ED));
        }

        return tree;
    }
}
