using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Tests.Cases;

/// <summary>What a table is about.</summary>
public enum CaseKind
{
    /// <summary>A config goes in, findings come out.</summary>
    Config,

    /// <summary>A disk, a tree or a machine and a config go in; a disk, a tree, calls of programs, or the failing stage come out.</summary>
    Applied,
}

/// <summary>A row of a table of cases.</summary>
/// <param name="Section">The section of the specification.</param>
/// <param name="Kind">What goes in and what comes out.</param>
/// <param name="Name">The row's name.</param>
/// <param name="Since">The minor number of the first version of 3.x that it applies to.</param>
/// <param name="Until">The minor number of the last one.</param>
/// <param name="Refused">Whether the config is one that has to be refused.</param>
public sealed record TableCase(string Section, CaseKind Kind, string Name, int Since, int Until, bool Refused)
{
    /// <summary>The versions that it is registered for.</summary>
    public IEnumerable<SpecVersion> Versions => SpecVersion.All.Where(v => v.Minor >= Since && v.Minor <= Until);

    /// <summary>A row of a table whose outcome is a state, or the code of an error.</summary>
    public static TableCase Applied(string section, string name, int since, string outcome) =>
        new(section, CaseKind.Applied, name, since, 7, outcome.Contains("HULL", StringComparison.Ordinal));

    /// <summary>The part of a name before its colon, which is the section.</summary>
    public static string SectionOf(string name) => name[..name.IndexOf(':', StringComparison.Ordinal)];
}
