namespace Ironhull.Testing;

/// <summary>Packages that a real rpmbuild made from a spec; kept in <c>~/.cache/ironhull/fixtures</c> by spec, settings and version.</summary>
public static class RpmFixture
{
    // 2024-02-29T12:00:00Z
    private const string Epoch = "1709208000";

    private static readonly string[] s_settings =
    [
        "debug_package %{nil}", "_build_id_links none", "__os_install_post %{nil}", "use_source_date_epoch_as_buildtime 1", "_buildhost fixture.example",
        "clamp_mtime_to_source_date_epoch 1", "_unpackaged_files_terminate_build 1",
    ];

    /// <summary>Builds the packages of a spec.</summary>
    /// <param name="release">Whose rpmbuild.</param>
    /// <param name="name">Names the cache's folder.</param>
    /// <param name="spec">The spec file's text.</param>
    /// <param name="settings">Macros, each "name value", for example "_binary_payload w7.xzdio".</param>
    /// <returns>Paths of the binary packages in ordinal order.</returns>
    public static IReadOnlyList<string> Build(RpmRelease release, string name, string spec, params string[] settings)
    {
        var folder = TestCache.Folder("fixtures", $"{name}-{release.Name}", [release.Version, spec, .. s_settings, "", .. settings], f => Make(release, f, spec, settings));
        return [.. Directory.GetFiles(folder, "*.rpm").Order(StringComparer.Ordinal)];
    }

    private static void Make(RpmRelease release, string target, string spec, string[] settings)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["fixture.spec"], spec);
        string[] arguments =
        [
            "-bb", "--define", $"_topdir {folder.Root}", "--define", $"_rpmdir {folder["out"]}", "--define", "_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm",
            .. s_settings.Concat(settings).SelectMany(s => new[] { "--define", s }), folder["fixture.spec"],
        ];
        release.Try("rpmbuild", arguments, new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = Epoch }, folder.Root).Success();
        foreach (var package in Directory.GetFiles(folder["out"], "*.rpm"))
        {
            File.Copy(package, Path.Combine(target, Path.GetFileName(package)));
        }
    }
}
