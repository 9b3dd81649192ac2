using Ironhull.Diagnostics;
using Ironhull.Formats.Gpt;
using Ironhull.Testing;

namespace Ironhull.Compose.Tests.Extensions;

/// <summary>The tools whose formats an extension is made of.</summary>
internal static class ExtensionJudges
{
    /// <summary>The policy of a node: what is there has to be signed.</summary>
    public const string Policy = "root=signed+absent:usr=signed+absent";

    // bookworm's tools do not know Zstandard.
    private static readonly ToolRoot s_tools = ToolRoot.Of("erofs-trixie", "trixie", "erofs-utils");

    /// <summary>sgdisk, fsck.erofs, veritysetup and systemd-dissect find nothing wrong.</summary>
    public static void Judge(string file)
    {
        Assert.DoesNotContain("Problem", HostTool.Run("sgdisk", "--verify", file), StringComparison.Ordinal);
        using var disk = File.OpenRead(file);
        var partitions = GptTable.Read(disk).Partitions;
        Assert.Equal([PartitionTypes.Root, PartitionTypes.RootVerity, PartitionTypes.RootVeritySignature], partitions.Select(p => p.Type));
        var parts = partitions.Select((p, i) => Cut(disk, p, $"{file}.{i}")).ToList();
        s_tools.RunByLoader("fsck.erofs", parts[0]);
        disk.Position = partitions[2].Offset;
        var signature = Compose.Build.VeritySignature.Parse(Compose.Build.VeritySignature.Read(disk, partitions[2], file), new Location(file));
        HostTool.Run("veritysetup", "verify", parts[0], parts[1], signature.RootHash.ToString());
        Assert.Equal("OK", Validate(file).Trim());
        parts.ForEach(File.Delete);
    }

    /// <summary>What systemd-dissect says of an image under the node's policy, without mounting anything.</summary>
    public static string Validate(string file) => ToolRoot.Dissect.RunByLoader("systemd-dissect", "--validate", $"--image-policy={Policy}", file);

    private static string Cut(FileStream disk, GptPartition partition, string path)
    {
        var bytes = new byte[partition.Length];
        disk.Position = partition.Offset;
        disk.ReadExactly(bytes);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
