namespace Ironhull.Machines.Tests;

/// <summary>What stands here for one check of Azure Container Linux (<c>acl-checks.txt</c>).</summary>
/// <param name="Group">Where ACL keeps it.</param>
/// <param name="Names">ACL's tests.</param>
/// <param name="Subject">What they look at.</param>
/// <param name="Ours">Acceptance tests, or test classes as Assembly/Class.</param>
/// <param name="Remark">Begins with "partly", "open" or "does not apply"; empty when ours stand for all of it.</param>
internal sealed record AclCheck(string Group, string Names, string Subject, IReadOnlyList<string> Ours, string Remark)
{
    /// <summary>The word that the table shows.</summary>
    public string Status => Remark.Length == 0 ? "covered" : Remark[..Remark.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>All of them, in the file's order.</summary>
    public static IReadOnlyList<AclCheck> Read(string path) =>
    [
        .. File.ReadLines(path).Where(l => l.Length > 0 && l[0] != '#').Select(line =>
        {
            var f = line.Split('|', StringSplitOptions.TrimEntries);
            return f.Length == 5
                ? new AclCheck(f[0], f[1], f[2], f[3].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), f[4])
                : throw new FormatException($"five fields are expected: {line}");
        }),
    ];
}
