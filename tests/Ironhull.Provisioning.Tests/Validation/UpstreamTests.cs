using System.Text;
using System.Text.RegularExpressions;
using Ironhull.Provisioning.Spec;
using Ironhull.Provisioning.Validation;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Validation;

/// <summary>Debian's ignition-validate (2.14: specs 3.0 to 3.3) judges the table.</summary>
public sealed partial class UpstreamTests
{
    private static readonly ToolRoot Upstream = ToolRoot.Of("ignition", "bookworm", "ignition");

    public static TheoryData<string> Versions => [.. SpecVersion.All.Where(v => v.Minor <= 3).Select(v => v.ToString())];

    [Theory]
    [MemberData(nameof(Versions))]
    public void Read_EveryCaseOfTheTable_IsAcceptedOrRefusedAsUpstreamDoes(string version)
    {
        using var folder = new TempFolder();
        var differences = new List<string>();
        foreach (var (@case, _) in ConfigCases.Registered().Where(r => r.Version.ToString() == version))
        {
            var text = @case.Text(SpecVersion.All.Single(v => v.ToString() == version));
            var (accepted, findings) = Judge(folder["a.ign"], text);
            var reading = ConfigReader.Read(Encoding.UTF8.GetBytes(text), "a.ign");
            if (accepted == reading.IsRefused)
            {
                differences.Add($"{@case.Name}: upstream {(accepted ? "accepts" : "refuses")} it");
            }

            // Where the types are wrong upstream stops at the first value; its words for it are its language's.
            var ours = reading.Findings.Where(f => f.Code.Code != "HULL8006").Select(f => $"{f.LevelName} {f.Path}: {Hint().Replace(f.Message, "")}").ToList();
            if (@case.Judged && !reading.Findings.Any(f => f.Code.Code == "HULL8006") && !findings.Order(StringComparer.Ordinal).SequenceEqual(ours.Order(StringComparer.Ordinal)))
            {
                differences.Add($"{@case.Name}: upstream says\n  {string.Join("\n  ", findings)}\nand not\n  {string.Join("\n  ", ours)}");
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public void Read_WhatIsNoConfig_IsRefusedAsUpstreamDoes()
    {
        using var folder = new TempFolder();
        foreach (var text in (string[])
            ["", " ", "{", "[]", "1", "null", "{}", "{\"ignition\":[]}", "{\"ignition\":null}", "{\"ignition\":{\"version\":3}}", "{\"ignition\":{\"version\":\"3.0\"}}", "{\"ignition\":{\"version\":\"3.9.0\"}}",
                "{\"ignition\":{\"version\":\"3.0.0-experimental\"}}", "{\"ignition\":{\"version\":\"4.0.0\"}}", "{\"ignition\":{\"version\":\"3.3.0\"}}x", "\uFEFF{\"ignition\":{\"version\":\"3.3.0\"}}", "#cloud-config\n", "{'a':1}"])
        {
            Assert.False(Judge(folder["a.ign"], text).Accepted, text);
            Assert.True(ConfigReader.Read(Encoding.UTF8.GetBytes(text), "a.ign").IsRefused, text);
        }
    }

    private static (bool Accepted, List<string> Findings) Judge(string path, string text)
    {
        File.WriteAllText(path, text);
        var libraries = $"{Upstream.Folder}/usr/lib/x86_64-linux-gnu";
        var result = HostTool.Try($"{libraries}/ld-linux-x86-64.so.2", ["--library-path", libraries, $"{Upstream.Folder}/usr/bin/ignition-validate", path]);
        var findings = (result.Output + result.Error).Split('\n').Select(l => Line().Match(l)).Where(m => m.Success && !m.Groups[3].Value.StartsWith("context tree", StringComparison.Ordinal))
            .Select(m => $"{m.Groups[1].Value} {m.Groups[2].Value}: {m.Groups[3].Value.Replace("Unused key", "unused key", StringComparison.Ordinal)}");
        return (result.ExitCode == 0, [.. findings]);
    }

    [GeneratedRegex("^(error|warning) at ([^,]+), line [0-9]+ col [0-9]+: (.*)$")]
    private static partial Regex Line();

    [GeneratedRegex(" \\((known from|it is written) .*\\)$")]
    private static partial Regex Hint();
}
