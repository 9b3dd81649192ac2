using System.Globalization;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Ipe;

/// <summary>
/// A policy of Integrity Policy Enforcement, as the kernel reads it (Documentation/admin-guide/LSM/ipe.rst, "IPE Policy",
/// and <c>security/ipe/policy_parser.c</c>): a header, then one rule in a line; <c>#</c> begins a comment.
/// </summary>
/// <param name="Name">policy_name: also the name of its folder in securityfs.</param>
/// <param name="Version">policy_version.</param>
/// <param name="GlobalDefault">What holds for operations without a default of their own, or null.</param>
/// <param name="Defaults">Defaults of operations.</param>
/// <param name="Rules">The rules in their order.</param>
public sealed record IpePolicy(
    string Name, IpePolicyVersion Version, IpeAction? GlobalDefault, IReadOnlyDictionary<IpeOperation, IpeAction> Defaults, IReadOnlyList<IpeRule> Rules)
{
    /// <summary>The longest text that is read, in bytes: the kernel takes a policy in one write.</summary>
    public const int LongestText = 64 << 10;

    /// <summary>Reads a policy.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">Named in errors.</param>
    /// <exception cref="HullException">HULL5503, one diagnostic for each line that the kernel would not take.</exception>
    public static IpePolicy Parse(string text, string path) => new IpePolicyParser(path).Parse(text);

    /// <summary>What the policy does with an operation when no rule decides.</summary>
    public IpeAction DefaultOf(IpeOperation operation) => Defaults.TryGetValue(operation, out var action) ? action : GlobalDefault ?? IpeAction.Deny;

    /// <summary>
    /// Reports every way in which files that nothing has verified are let through. A signed policy that does so could be
    /// put on any machine that trusts its signature.
    /// </summary>
    /// <exception cref="HullException">HULL5504, one diagnostic for each.</exception>
    public void RequireVerification(string path)
    {
        var problems = new List<Diagnostic>();
        foreach (var (word, operation) in IpeWords.Operations.Where(o => DefaultOf(o.Operation) == IpeAction.Allow))
        {
            problems.Add(EnforcementErrors.PermissivePolicy.With($"op={word} is allowed when no rule decides.", new Location(path), "Write 'DEFAULT action=DENY', and rules for what is allowed."));
        }

        foreach (var rule in Rules.Where(r => r.Action == IpeAction.Allow && r.Properties.All(p => p.Value == "FALSE")))
        {
            problems.Add(EnforcementErrors.PermissivePolicy.With(
                $"A rule allows op={IpeWords.Of(rule.Operation)} for files that need not be verified.", new Location(path, rule.Line), "Ask for boot_verified=TRUE, dmverity_signature=TRUE, or a digest."));
        }

        if (problems.Count > 0)
        {
            throw new HullException(problems);
        }
    }
}

/// <summary>A policy's version: three numbers of 16 bits. The kernel refuses to replace a policy by one that is not newer.</summary>
public readonly record struct IpePolicyVersion(ushort Major, ushort Minor, ushort Revision) : IComparable<IpePolicyVersion>
{
    /// <summary>Reads "1.2.3".</summary>
    public static bool TryParse(string text, out IpePolicyVersion version)
    {
        var parts = text.Split('.');
        version = default;
        if (parts.Length != 3)
        {
            return false;
        }

        Span<ushort> numbers = stackalloc ushort[3];
        for (var i = 0; i < 3; i++)
        {
            if (!ushort.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return false;
            }
        }

        version = new(numbers[0], numbers[1], numbers[2]);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(IpePolicyVersion other) => (Major, Minor, Revision).CompareTo((other.Major, other.Minor, other.Revision));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Revision}");

    /// <summary>Whether one is older.</summary>
    public static bool operator <(IpePolicyVersion left, IpePolicyVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether one is newer.</summary>
    public static bool operator >(IpePolicyVersion left, IpePolicyVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether one is not newer.</summary>
    public static bool operator <=(IpePolicyVersion left, IpePolicyVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one is not older.</summary>
    public static bool operator >=(IpePolicyVersion left, IpePolicyVersion right) => left.CompareTo(right) >= 0;
}
