using System.Text;
using Ironhull.Compose.Definition;
using Ironhull.Diagnostics;
using Ironhull.Formats.Ipe;

namespace Ironhull.Compose.Enforcement;

/// <summary>Writes an image's policy: a header from the definition, and the rules; and checks that it is enforced as it says.</summary>
public static class IpePolicyText
{
    // Whatever the kernel asks about comes from the initrd, which Secure Boot has checked with the kernel, or from a
    // dm-verity device whose root hash's signature the kernel has checked. Everything else is refused, and so is what a
    // later kernel may learn to ask about.
    private const string BuiltInRules = """
        DEFAULT action=DENY
        op=EXECUTE boot_verified=TRUE action=ALLOW
        op=EXECUTE dmverity_signature=TRUE action=ALLOW
        op=KMODULE boot_verified=TRUE action=ALLOW
        op=KMODULE dmverity_signature=TRUE action=ALLOW
        op=FIRMWARE boot_verified=TRUE action=ALLOW
        op=FIRMWARE dmverity_signature=TRUE action=ALLOW
        op=KEXEC_IMAGE dmverity_signature=TRUE action=ALLOW
        op=KEXEC_INITRAMFS dmverity_signature=TRUE action=ALLOW
        op=X509_CERT dmverity_signature=TRUE action=ALLOW
        op=POLICY dmverity_signature=TRUE action=ALLOW

        """;

    /// <summary>The policy's name and text.</summary>
    /// <exception cref="HullException">HULL5503, HULL5504: the rules; HULL5505: the image's command line takes them back.</exception>
    public static (string Name, byte[] Text)? Of(ImageDefinition definition)
    {
        if (definition.Ipe is not { } ipe)
        {
            return null;
        }

        var name = ipe.Name.Length > 0 ? ipe.Name : definition.Name;
        var rules = ipe.RulesPath is null ? BuiltInRules : File.ReadAllText(ipe.RulesPath, Encoding.UTF8);
        var text = $"policy_name={name} policy_version={ipe.Version}\n{rules}";
        var path = ipe.RulesPath is null ? $"{definition.DisplayName} (built-in rules)" : Path.GetRelativePath(definition.Folder, ipe.RulesPath);
        try
        {
            IpePolicy.Parse(text, path).RequireVerification(path);
        }
        catch (HullException e)
        {
            // The header is not in the file.
            throw new HullException([.. e.Diagnostics.Select(d => d with { Where = d.Where is { Line: > 1 } where ? where with { Line = where.Line - 1 } : d.Where })]);
        }

        RequireEnforced(definition, ipe);
        return (name, Encoding.ASCII.GetBytes(text));
    }

    private static void RequireEnforced(ImageDefinition definition, IpeDefinition ipe)
    {
        var words = definition.Boot!.CommandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.LastOrDefault(w => w.StartsWith("lsm=", StringComparison.Ordinal)) is { } modules && !modules[4..].Split(',').Contains("ipe", StringComparer.Ordinal))
        {
            throw EnforcementErrors.PolicyNotEnforced.Error($"'{modules}' has no 'ipe'.", ipe.Where);
        }

        if (words.LastOrDefault(w => w.StartsWith("ipe.enforce=", StringComparison.Ordinal)) is { } enforce && enforce != "ipe.enforce=1")
        {
            throw EnforcementErrors.PolicyNotEnforced.Error($"The command line has '{enforce}'.", ipe.Where);
        }
    }
}
