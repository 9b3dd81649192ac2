using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Stages;

/// <summary>
/// The stage <c>kargs</c>. The words that a kernel is started with are signed, in the boot image or in an addon to it: what the config asks for has to hold
/// already, and is not made.
/// </summary>
internal static class KernelArgumentsStage
{
    /// <summary>Compares.</summary>
    /// <exception cref="HullException">HULL8087: a word is missing, or there and not wanted.</exception>
    public static void Apply(KernelArguments wanted, KernelCommandLine line)
    {
        var words = line.Words.ToHashSet(StringComparer.Ordinal);
        var missing = Words(wanted.ShouldExist).Where(w => !words.Contains(w)).ToList();
        var left = Words(wanted.ShouldNotExist).Where(words.Contains).ToList();
        if (missing.Count > 0 || left.Count > 0)
        {
            var what = string.Join("; ", ((string[])[missing.Count > 0 ? $"missing: {string.Join(' ', missing)}" : "", left.Count > 0 ? $"not wanted: {string.Join(' ', left)}" : ""]).Where(w => w.Length > 0));
            throw ProvisioningErrors.SectionUnsupported.Error(
                $"The kernel command line is not the one that kernelArguments asks for ({what}).", wanted.Node.Where.ToLocation(),
                "Kernel command lines are signed: add an addon with these words to the image definition and switch it on for this machine.");
        }
    }

    private static IEnumerable<string> Words(IEnumerable<string> arguments) => arguments.SelectMany(a => new KernelCommandLine(a).Words);
}
