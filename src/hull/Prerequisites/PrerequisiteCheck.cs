namespace Ironhull.Cli.Prerequisites;

/// <summary>What the machine has and lacks. Changes nothing.</summary>
internal static class PrerequisiteCheck
{
    /// <summary>The prerequisites whose probes are not all there.</summary>
    public static IReadOnlyList<Prerequisite> Missing(string path) => [.. Prerequisite.All.Where(p => !IsPresent(p, path))];

    /// <summary>Whether every probe is there.</summary>
    /// <param name="prerequisite">The prerequisite.</param>
    /// <param name="path">The PATH.</param>
    public static bool IsPresent(Prerequisite prerequisite, string path) =>
        prerequisite.Probes.All(p => p.StartsWith('/') ? File.Exists(p) : Find(p, path) is not null);

    /// <summary>Finds a program on the PATH or in the sbin folders, which an ordinary user's PATH lacks.</summary>
    public static string? Find(string program, string path) =>
        path.Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(["/usr/sbin", "/sbin", "/usr/local/sbin"])
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
