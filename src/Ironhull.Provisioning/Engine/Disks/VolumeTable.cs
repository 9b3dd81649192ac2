using System.Text;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>What later boots need to open encrypted volumes: <c>/etc/crypttab</c> and the keys below <c>/etc/luks</c>.</summary>
internal sealed class VolumeTable(RootFolder root, IOwnership ownership)
{
    private const string Table = "crypttab";
    private const uint OwnerOnly = 0x180;

    /// <summary>The paths that are written for volumes.</summary>
    public static IEnumerable<string> Paths(IReadOnlyList<OpenVolume> volumes) =>
        volumes.Count == 0 ? [] : [$"/etc/{Table}", .. volumes.Where(v => v.Key.Length > 0).Select(v => $"/etc/luks/{v.Name}")];

    /// <summary>Writes both; lines of other volumes stay.</summary>
    public void Write(IReadOnlyList<OpenVolume> volumes)
    {
        if (volumes.Count == 0)
        {
            return;
        }

        using var etc = root.Make("/etc", (_, _, _) => { });
        foreach (var volume in volumes.Where(v => v.Key.Length > 0))
        {
            if (root.Find("/etc/luks") is { } there)
            {
                there.Dispose();
            }
            else
            {
                etc.MakeDirectory("luks", 0x1C0, (f, n) => ownership.Set(f.Descriptor, n, "/etc/luks", 0, 0));
            }

            using var keys = root.Make("/etc/luks", (_, _, _) => { });
            keys.Write(volume.Name, volume.Key.Span, OwnerOnly, (f, n) => ownership.Set(f.Descriptor, n, $"/etc/luks/{volume.Name}", 0, 0));
        }

        var names = volumes.Select(v => v.Name).ToHashSet(StringComparer.Ordinal);
        var kept = Encoding.UTF8.GetString(root.Read($"/etc/{Table}") ?? []).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(l => !names.Contains(l.Split([' ', '\t'], 2)[0]));
        var added = volumes.Select(v => $"{v.Name} UUID={v.Uuid} {(v.Key.Length > 0 ? $"/etc/luks/{v.Name}" : "none")} {string.Join(',', v.Options)}");
        etc.Write(Table, Encoding.UTF8.GetBytes(string.Concat(kept.Concat(added).Select(l => l + "\n"))), OwnerOnly, (f, n) => ownership.Set(f.Descriptor, n, $"/etc/{Table}", 0, 0));
    }
}
