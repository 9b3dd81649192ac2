using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Tests.Validation;

/// <summary>A config and what has to be found in it, for a range of versions.</summary>
/// <param name="Name">What the case is about; its first word is the section of the specification.</param>
/// <param name="Body">The config's keys beside "ignition".</param>
/// <param name="Expect">The findings as "level path: message", one on each line; empty for none.</param>
/// <param name="Since">The minor number of the first version that the case applies to.</param>
/// <param name="Until">The minor number of the last one.</param>
/// <param name="Ignition">More keys of "ignition".</param>
/// <param name="Judged">Whether upstream 2.14 sees it the same way.</param>
public sealed record ConfigCase(string Name, string Body, string Expect = "", int Since = 0, int Until = 7, string Ignition = "", bool Judged = true)
{
    /// <summary>The config's text in a version.</summary>
    public string Text(SpecVersion version) =>
        $$"""{"ignition":{"version":"{{version}}"{{(Ignition.Length > 0 ? "," : "")}}{{Ignition}}}{{(Body.Length > 0 ? "," : "")}}{{Body}}}""";

    /// <summary>The case for one version, as tests are listed.</summary>
    public override string ToString() => Name;
}
