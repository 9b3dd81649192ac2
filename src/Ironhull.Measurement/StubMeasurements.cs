using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Pe;

namespace Ironhull.Measurement;

/// <summary>
/// What systemd's boot stub measures: the sections of the unified kernel image (PCR 11) and what is added to its command
/// line (PCR 12). Source: systemd's "TPM2 PCR Measurements" and the UAPI Group's Unified Kernel Image specification.
/// </summary>
internal static class StubMeasurements
{
    /// <summary>PCR 11: the unified kernel image and the phases of the boot.</summary>
    public const int KernelBoot = 11;

    /// <summary>PCR 12: overrides of the kernel's configuration.</summary>
    public const int KernelConfig = 12;

    // The specification's canonical order, without .pcrsig, which is not measured.
    private static readonly string[] s_measured = [".linux", ".osrel", ".cmdline", ".initrd", ".ucode", ".splash", ".dtb", ".uname", ".sbat", ".pcrpkey"];

    // Whether and how often these are measured depends on the machine or on what is chosen at boot.
    private static readonly string[] s_undecided = [".profile", ".dtbauto", ".hwids", ".efifw"];

    /// <summary>PCR 11: name and content of each section.</summary>
    /// <exception cref="HullException">HULL1004: a section whose measurement is not known before the boot.</exception>
    public static IEnumerable<MeasuredEvent> OfSections(PeImage kernel) =>
        MeasuredData(kernel).Select(m => new MeasuredEvent(KernelBoot, m.What, Sha256Digest.Of(m.Data.Span)));

    /// <summary>What is hashed into PCR 11 of every bank: name and content of each section.</summary>
    /// <exception cref="HullException">HULL1004: a section whose measurement is not known before the boot.</exception>
    public static IEnumerable<(string What, ReadOnlyMemory<byte> Data)> MeasuredData(PeImage kernel)
    {
        if (s_undecided.FirstOrDefault(name => kernel.Find(name) is not null) is { } undecided)
        {
            throw FormatErrors.Unsupported.Error($"The unified kernel image has a {undecided} section: what is measured is decided at boot.");
        }

        foreach (var name in s_measured)
        {
            if (kernel.Find(name) is { } section)
            {
                yield return ($"name of section {name}", Encoding.ASCII.GetBytes(name + '\0'));
                yield return ($"section {name}", kernel.Read(section));
            }
        }
    }

    /// <summary>PCR 12: the words that all addons together add to the command line.</summary>
    /// <param name="words">As <see cref="CommandLineOf"/> gives them, not empty.</param>
    public static MeasuredEvent OfAddedCommandLine(string words) =>
        new(KernelConfig, $"command line of addons: {words}", Sha256Digest.Of(Encoding.Unicode.GetBytes(words + '\0')));

    /// <summary>A .cmdline section as the stub takes it: up to a NUL, control characters as spaces, without spaces around it; "" without such a section.</summary>
    public static string CommandLineOf(PeImage program)
    {
        if (program.Find(".cmdline") is not { } section)
        {
            return "";
        }

        var text = Encoding.UTF8.GetString(program.Read(section).Span);
        var end = text.IndexOf('\0', StringComparison.Ordinal);
        return string.Concat((end < 0 ? text : text[..end]).Select(c => c < ' ' ? ' ' : c)).Trim(' ');
    }
}
