using System.Text.Json;
using Ironhull.Testing;

namespace Ironhull.Cli.Tests.CommandLine;

public sealed class ProvisionTests
{
    private const string Typo = "{\"ignition\":{\"version\":\"3.4.0\"},\n \"storage\":{\"fils\":[]}}";

    [Fact]
    public async Task Validate_GoodConfig_IsAccepted()
    {
        using var folder = new TempFolder();
        var run = await Validate(folder, "{\"ignition\":{\"version\":\"3.4.0\"}}");
        Assert.Equal(0, run.ExitCode);
        Assert.EndsWith("a.ign: accepted, spec 3.4.0, 0 errors, 0 warnings\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_BadConfig_ShowsPathPlaceAndCodeAndFails()
    {
        using var folder = new TempFolder();
        var run = await Validate(folder, "{\"ignition\":{\"version\":\"3.4.0\"},\n \"storage\":{\"files\":[{\"path\":\"a\"}]}}");
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("error at $.storage.files.0.path, line 2 col 30: path not absolute (HULL8011)\n", run.Out, StringComparison.Ordinal);
        Assert.EndsWith("a.ign: refused, spec 3.4.0, 1 error, 0 warnings\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_UnknownKey_WarnsAndFailsOnlyUnderStrict()
    {
        using var folder = new TempFolder();
        var run = await Validate(folder, Typo);
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("warning at $.storage.fils, line 2 col 13: unused key fils (HULL8007)\n", run.Out, StringComparison.Ordinal);
        Assert.Equal(2, (await Validate(folder, Typo, "--strict")).ExitCode);
    }

    [Fact]
    public async Task Validate_FormatJson_HasEveryFinding()
    {
        using var folder = new TempFolder();
        var run = await Validate(folder, Typo, "--format", "json");
        using var document = JsonDocument.Parse(run.Out);
        Assert.True(document.RootElement.GetProperty("accepted").GetBoolean());
        var finding = Assert.Single(document.RootElement.GetProperty("findings").EnumerateArray());
        Assert.Equal(("warning", "HULL8007", "$.storage.fils", 2, 13), (
            finding.GetProperty("level").GetString(), finding.GetProperty("code").GetString(), finding.GetProperty("path").GetString(),
            finding.GetProperty("line").GetInt32(), finding.GetProperty("column").GetInt32()));
    }

    [Fact]
    public async Task Validate_NewerSpec_FailsAsUnsupported()
    {
        using var folder = new TempFolder();
        Assert.Equal(5, (await Validate(folder, "{\"ignition\":{\"version\":\"3.99.0\"}}")).ExitCode);
    }

    [Fact]
    public async Task Validate_MissingFile_IsHULL8009() => Assert.Contains("HULL8009", (await HullRun.Of("provision", "validate", "/nonexistent/a.ign")).Error, StringComparison.Ordinal);

    [Fact]
    public async Task Convert_Yaml_PrintsIgnitionThatValidateAccepts()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["a.bu"], "variant: flatcar\nversion: 1.1.0\nstorage:\n  files:\n    - path: /a\n      mode: 0600\n      contents:\n        local: b\n");
        File.WriteAllText(folder["b"], "hello");
        var run = await HullRun.Of("provision", "convert", folder["a.bu"], "--files-dir", folder.Root);
        Assert.Equal("{\"ignition\":{\"version\":\"3.4.0\"},\"storage\":{\"files\":[{\"path\":\"/a\",\"mode\":384,\"contents\":{\"source\":\"data:,hello\",\"compression\":\"\"}}]}}\n", run.Out);
        Assert.Equal(0, (await HullRun.Of("provision", "convert", folder["a.bu"], "-d", folder.Root, "-o", folder["a.ign"], "--pretty")).ExitCode);
        Assert.Equal(0, (await HullRun.Of("provision", "validate", folder["a.ign"], "--strict")).ExitCode);
    }

    [Fact]
    public async Task Convert_Warnings_GoToTheErrorOutputAndFailUnderStrict()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["a.bu"], "variant: fcos\nversion: 1.4.0\nstorages: {}\n");
        var run = await HullRun.Of("provision", "convert", folder["a.bu"]);
        Assert.Equal((0, "{\"ignition\":{\"version\":\"3.3.0\"}}\n"), (run.ExitCode, run.Out));
        Assert.Contains("warning at $.storages, line 3 col 1: unused key storages (HULL8007)", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await HullRun.Of("provision", "convert", folder["a.bu"], "--strict")).ExitCode);
    }

    private static async Task<HullRun> Validate(TempFolder folder, string text, params string[] more)
    {
        File.WriteAllText(folder["a.ign"], text);
        return await HullRun.Of(["provision", "validate", folder["a.ign"], .. more]);
    }
}
