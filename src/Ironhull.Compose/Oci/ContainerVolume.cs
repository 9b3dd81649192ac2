using System.Security.Cryptography;
using System.Text;
using Ironhull.Compose.Build;
using Ironhull.Compose.Layout;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Erofs;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;
using Ironhull.Formats.Verity;
using Ironhull.Signing;

namespace Ironhull.Compose.Oci;

/// <summary>
/// A container image as a verity volume: <c>NAME.erofs</c>, its hash tree <c>NAME.verity</c>, the root hash in hex
/// <c>NAME.roothash</c>, and its signature <c>NAME.p7s</c>, which the kernel is given when the volume is opened.
/// </summary>
public static class ContainerVolume
{
    /// <summary>The kind of these outputs.</summary>
    public const string Kind = "volume";

    // What a container runtime mounts over; it cannot make them in a file system that is read-only.
    private static readonly string[] s_mountPoints = ["/dev", "/etc", "/proc", "/run", "/sys", "/tmp"];

    /// <summary>Writes the files.</summary>
    /// <param name="folder">The output folder.</param>
    /// <param name="name">The image's name.</param>
    /// <param name="tree">The container's root; all times are the lock's.</param>
    /// <param name="timestamp">The lock's time, seconds since 1970-01-01 UTC.</param>
    /// <param name="signer">The key of the role "extension".</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="Diagnostics.HullException">HULL60xx: signing failed.</exception>
    public static IReadOnlyList<BuildOutput> Write(string folder, string name, FileTree tree, long timestamp, ISigner signer, CancellationToken cancellation)
    {
        var root = tree.Clone();
        foreach (var path in s_mountPoints.Where(p => !root.Contains(p)))
        {
            root.Set(path, Inode.Directory().With(modifiedSeconds: timestamp));
        }

        var identity = TreeDigest.Of(root).ToString();
        using var data = new AtomicFile(Path.Combine(folder, name + ".erofs"));
        ErofsWriter.Write(root, data.Stream, new() { Uuid = DerivedGuid.Of("erofs", identity), BuildTimeSeconds = timestamp, VolumeName = "container", Threads = Environment.ProcessorCount }, cancellation);
        using var hash = new AtomicFile(Path.Combine(folder, name + ".verity"));
        data.Stream.Position = 0;
        var salt = SHA256.HashData(Encoding.UTF8.GetBytes($"verity salt\n{identity}"));
        var rootHash = VerityWriter.Write(data.Stream, hash.Stream, new() { Salt = salt, Uuid = DerivedGuid.Of("verity", identity), Threads = Environment.ProcessorCount }, cancellation).RootHash;
        var signature = CmsDetachedSignature.Sign(VeritySignature.SignedContent(rootHash), signer);
        data.Commit();
        hash.Commit();
        AtomicFile.WriteAllText(Path.Combine(folder, name + ".roothash"), rootHash.ToString());
        AtomicFile.WriteAllBytes(Path.Combine(folder, name + ".p7s"), signature);
        return [.. new[] { ".erofs", ".verity", ".roothash", ".p7s" }.Select(suffix => Describe(folder, name + suffix))];
    }

    private static BuildOutput Describe(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        using var stream = File.OpenRead(path);
        return new(name, Kind, stream.Length, AllocatedSize.Of(path), Sha256Digest.Of(stream).ToString());
    }
}
