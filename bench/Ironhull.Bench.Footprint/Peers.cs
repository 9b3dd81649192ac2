using System.Globalization;
using System.Text;

namespace Ironhull.Bench.Footprint;

/// <summary>
/// The figures beside those of other systems, as a Markdown table. Theirs are what their makers publish, or what was measured on
/// a machine like this one (two cores, no KVM): mkosi 27 with the same packages, and a chain of hand-made steps with the
/// same kernel. docs/reference/footprint.md says which is which.
/// </summary>
internal static class Peers
{
    private static readonly (string Figure, Func<Footprint, string> Ours, string Theirs)[] s_rows =
    [
        ("packages", f => f.Packages.ToString(CultureInfo.InvariantCulture), "mmdebstrap, a list for the same purpose: 281"),
        ("files of /usr", f => f.Tree.Files.ToString(CultureInfo.InvariantCulture), "Flatcar 30580"),
        ("ELF files of /usr", f => $"{f.Tree.Elf}, {f.Tree.Modules} of them kernel modules", "ACL 1893, Flatcar 2391"),
        ("set-user-ID and set-group-ID files", f => f.Tree.SetId.ToString(CultureInfo.InvariantCulture), "ACL and Flatcar 24"),
        ("/usr, compressed", f => $"{Mebi(f.UsrBytes)}, {Mega(f.UsrBytes)}", "mkosi 153 MB, hand-made 151 MB, Talos under 80 MB (no shell, no systemd), Bottlerocket 920 MiB a bank"),
        ("initrd", f => Mebi(f.InitrdBytes), "mkosi 53.7 MB, hand-made 9.7-12 MB, Flatcar 94.7 MB"),
        ("UKI", f => Mebi(f.UkiBytes), "mkosi 65.5 MB, hand-made 23.6 MB"),
        ("disk image, written", f => Mebi(f.WrittenBytes), "mkosi 302 MB, ACL 624 MiB, Flatcar 554 MB compressed"),
        ("boot: kernel, initrd, userspace", f => f.Boots, "hand-made 4.7 + 15.3 + 20.3 s, ACL about 57 s in all"),
        ("idle", f => f.Idle, "nobody publishes it"),
    ];

    /// <summary>What was measured.</summary>
    internal sealed record Footprint(int Packages, TreeCounts Tree, long UsrBytes, long InitrdBytes, long UkiBytes, long WrittenBytes, string Boots, string Idle);

    /// <summary>The table.</summary>
    public static string Table(Footprint footprint)
    {
        var text = new StringBuilder("| figure | this image | others |\n|---|---|---|\n");
        foreach (var (figure, ours, theirs) in s_rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {figure} | {ours(footprint)} | {theirs} |\n");
        }

        return text.ToString();
    }

    /// <summary>Bytes in megabytes, as peers publish them.</summary>
    public static string Mega(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB");

    /// <summary>Bytes in MiB.</summary>
    public static string Mebi(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:F1} MiB");
}
