using Ironhull.Diagnostics;
using Ironhull.Formats.Cpio;
using Ironhull.Formats.Trees;
using Ironhull.Formats.Xz;

namespace Ironhull.Measurement;

/// <summary>
/// The phases of a boot that systemd-pcrextend measures into PCR 11, as the services in an image say. A service counts
/// when a unit wants it; conditions of its own are not looked at, and a mask in <c>/etc</c> is unknown to an image.
/// </summary>
internal static class BootPhases
{
    private const string Initrd = "systemd-pcrphase-initrd.service";

    // systemd-pcrphase(8): the words that each service measures when it starts, and the initrd's when it stops.
    private static readonly (string Unit, string Phase)[] s_host = [("systemd-pcrphase-sysinit.service", "sysinit"), ("systemd-pcrphase.service", "ready")];

    /// <summary>The phases, in order, up to the running system.</summary>
    /// <param name="initrd">The UKI's .initrd section.</param>
    /// <param name="usr">Paths in /usr, without "/usr"; none for an image without a /usr partition.</param>
    /// <exception cref="HullException">HULL1001 to HULL1006: the initrd cannot be read.</exception>
    public static IReadOnlyList<string> Of(ReadOnlyMemory<byte> initrd, IReadOnlyCollection<string> usr)
    {
        var phases = new List<string>();
        if (IsWanted(Initrd, InitrdPaths(initrd)))
        {
            phases.AddRange(["enter-initrd", "leave-initrd"]);
        }

        phases.AddRange(s_host.Where(h => IsWanted(h.Unit, usr)).Select(h => h.Phase));
        return phases;
    }

    private static bool IsWanted(string unit, IEnumerable<string> paths) => paths.Any(p =>
        p.Contains("/systemd/system/", StringComparison.Ordinal) && p.EndsWith("/" + unit, StringComparison.Ordinal)
        && (p.Contains(".wants/", StringComparison.Ordinal) || p.Contains(".requires/", StringComparison.Ordinal)));

    // Plain archives one after another, then a last one that may be compressed (Linux, early userspace support).
    private static List<string> InitrdPaths(ReadOnlyMemory<byte> initrd)
    {
        var paths = new List<string>();
        while (!initrd.IsEmpty)
        {
            if (initrd.Span[0] == 0)
            {
                initrd = initrd[(initrd.Span.IndexOfAnyExcept((byte)0) is var next and > 0 ? next : initrd.Length)..];
            }
            else if (initrd.Span.StartsWith("07070"u8))
            {
                paths.AddRange(CpioReader.Read(initrd, out var length).Entries.Select(e => e.Key));
                initrd = initrd[(int)length..];
            }
            else
            {
                using var stream = Content.FromBytes(initrd).OpenRead();
                using var archive = Decompression.OpenByMagic(stream, ".initrd");
                var reader = new CpioStreamReader(archive, ".initrd");
                while (reader.Next() is { } member)
                {
                    paths.Add("/" + member.Name.TrimStart('.', '/'));
                }

                break;
            }
        }

        return paths;
    }
}
