using System.Text.Json;

namespace Ironhull.Cli.Tests.CommandLine;

/// <summary><c>hull inspect FILE.rpm</c> with packages and keys of rpm's and GnuPG's making.</summary>
public sealed class InspectPackageTests : IDisposable
{
    private const string Spec =
        """
        Name: demo
        Version: 1.0
        Release: 1
        Summary: What is inspected
        License: MIT
        BuildArch: noarch
        %description
        A package.
        %install
        mkdir -p %{buildroot}/etc
        echo hello > %{buildroot}/etc/demo
        %post
        echo installed
        %files
        %config(noreplace) /etc/demo
        """;

    private readonly TempFolder _folder = new();
    private readonly string _package;
    private readonly string _key;

    public InspectPackageTests()
    {
        File.WriteAllText(_folder["demo.spec"], Spec);
        HostTool.Run("rpmbuild", "-bb", "--quiet", "--define", $"_topdir {_folder["top"]}", "--define", $"_rpmdir {_folder["rpms"]}", _folder["demo.spec"]);
        _package = Path.Combine(_folder["rpms"], "noarch/demo-1.0-1.noarch.rpm");
        Directory.CreateDirectory(_folder["gpg"]);
        Gpg("--passphrase", "", "--quick-gen-key", "Distribution <d@example.org>", "ed25519", "sign", "never");
        _key = _folder["key.asc"];
        File.WriteAllText(_key, Gpg("--armor", "--export"));
    }

    public void Dispose()
    {
        HostTool.Run("gpgconf", "--homedir", _folder["gpg"], "--kill", "all");
        _folder.Dispose();
    }

    [Fact]
    public async Task Inspect_UnsignedPackage_ListsItAndFailsOnlyWhenASignatureIsDemanded()
    {
        var run = await HullRun.Of("inspect", _package);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("demo-1.0-1.noarch", run.Out, StringComparison.Ordinal);
        Assert.Contains("The package is not signed.", run.Out, StringComparison.Ordinal);
        Assert.Matches("(?m)^payload +SHA256 +Good +[0-9a-f]{64}$", run.Out);
        Assert.Matches("(?m)^postin +/bin/sh +1$", run.Out);

        run = await HullRun.Of("inspect", _package, "--key", _key);
        Assert.Equal(4, run.ExitCode);
        Assert.Contains("HULL2140", run.Error, StringComparison.Ordinal);
        Assert.Contains("The package is not signed.", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_SignedPackage_NamesTheKeyInTextAndJson()
    {
        HostTool.Run("rpmsign", "--define", "__gpg /usr/bin/gpg", "--define", $"_gpg_path {_folder["gpg"]}", "--define", "_gpg_name d@example.org", "--addsign", _package);
        var run = await HullRun.Of("inspect", _package, "--key", _key);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches("(?m)^header +[0-9A-F]{40} +Ed25519, SHA256 +Good +Distribution <d@example.org>$", run.Out);

        run = await HullRun.Of("inspect", _package, "--key", _key, "--format", "json");
        using var json = JsonDocument.Parse(run.Out);
        var signature = Assert.Single(json.RootElement.GetProperty("signatures").EnumerateArray());
        Assert.Equal("Good", signature.GetProperty("status").GetString());
        Assert.Equal("/etc/demo", Assert.Single(json.RootElement.GetProperty("files").EnumerateArray()).GetProperty("path").GetString());
    }

    [Fact]
    public async Task Inspect_Files_ListsThemAsTheyWillBe()
    {
        Assert.Equal("- 0644 root:root                 6 /etc/demo (config, noreplace)\n", (await HullRun.Of("inspect", _package, "--files")).Out);
        using var json = JsonDocument.Parse((await HullRun.Of("inspect", _package, "--files", "--format", "json")).Out);
        Assert.Equal("0644", Assert.Single(json.RootElement.EnumerateArray()).GetProperty("mode").GetString());
    }

    private string Gpg(params string[] arguments) => HostTool.Run("gpg", ["--homedir", _folder["gpg"], "--batch", "--quiet", .. arguments]);
}
