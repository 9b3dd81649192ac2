using System.Globalization;
using Ironhull.Compose.Locking;
using Ironhull.Formats.Io;
using Ironhull.Packages.Debian;
using Ironhull.Testing;

namespace Ironhull.RpmWorld.Conversion;

/// <summary>Makes RPMs of Debian packages with rpmbuild, one by one, and keeps them by what they were made from.</summary>
/// <param name="downloads">Where the .debs lie under their SHA-256.</param>
/// <param name="store">Where the RPMs are kept.</param>
internal sealed class PackageConverter(string downloads, string store)
{
    private static readonly string[] s_macros =
    [
        "_binary_payload w7T0.zstdio", "debug_package %{nil}", "__os_install_post %{nil}", "__check_files %{nil}", "_build_id_links none",
        "_binaries_in_noarch_packages_terminate_build 0", "use_source_date_epoch_as_buildtime 1", "clamp_mtime_to_source_date_epoch 0",
        "source_date_epoch_from_changelog 0", "_buildhost reproducible", "_build_name_fmt package.rpm", "_missing_doc_files_terminate_build 1",
    ];

    /// <summary>The directories of the base package, which no other lists.</summary>
    public IReadOnlySet<string> SharedDirectories { get; private set; } = new HashSet<string>();

    /// <summary>Converts packages, several at a time.</summary>
    /// <returns>The RPM of each, unsigned.</returns>
    public IReadOnlyDictionary<LockedPackage, string> Convert(IReadOnlyCollection<LockedPackage> packages)
    {
        Directory.CreateDirectory(store);
        SharedDirectories = DirectoriesOf(packages.Single(p => p.Name == FileList.BasePackage));
        var made = new string[packages.Count];
        Parallel.ForEach(packages.Index(), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, p => made[p.Index] = Convert(p.Item));
        return packages.Index().ToDictionary(p => p.Item, p => made[p.Index]);
    }

    /// <summary>The control fields of a package.</summary>
    public IReadOnlyDictionary<string, string> Control(LockedPackage package)
    {
        using var deb = Open(package);
        return ControlFields.Read(deb);
    }

    private string Convert(LockedPackage package)
    {
        var key = Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', ConverterVersion.Text, package.Sha256, package.Source, package.SourceVersion, string.Join(':', SharedDirectories.Order(StringComparer.Ordinal)))));
        var path = Path.Combine(store, $"{key}.rpm");
        if (!File.Exists(path))
        {
            var work = Directory.CreateTempSubdirectory("rpmworld-").FullName;
            try
            {
                var temporary = $"{path}.{Path.GetFileName(work)}";
                File.Move(Build(package, work), temporary);
                File.Move(temporary, path, overwrite: true);
            }
            finally
            {
                Directory.Delete(work, recursive: true);
            }
        }

        return path;
    }

    private string Build(LockedPackage package, string work)
    {
        using var deb = Open(package);
        var folder = Path.Combine(work, "root");
        var root = BuildRoot.Unpack(deb, folder);
        foreach (var (path, from) in FileList.Copies.GetValueOrDefault(package.Name, []))
        {
            root.AddCopy(path, from);
        }

        foreach (var ghost in FileList.Ghosts.GetValueOrDefault(package.Name, []))
        {
            root.AddGhost(ghost);
        }

        var spec = Path.Combine(work, "package.spec");
        File.WriteAllText(spec, SpecFile.Render(package, ControlFields.Read(deb), deb, root, SharedDirectories));
        // The newest file's time, not the lock's: a package that stays the same stays the same RPM.
        var environment = new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = root.NewestSeconds.ToString(CultureInfo.InvariantCulture), ["HOME"] = work };
        var rpms = Path.Combine(work, "rpms");
        HostTool.Run(environment, "rpmbuild",
            ["-bb", "--quiet", "--noclean", "--target", "x86_64", "--buildroot", folder, "--define", $"_topdir {work}", "--define", $"_rpmdir {rpms}", .. s_macros.SelectMany(m => new[] { "--define", m }), spec]);
        return Path.Combine(rpms, "package.rpm");
    }

    private HashSet<string> DirectoriesOf(LockedPackage package)
    {
        using var deb = Open(package);
        var paths = new HashSet<string>(StringComparer.Ordinal);
        while (deb.Next() is { } entry)
        {
            if (entry.Type == Formats.Trees.InodeType.Directory)
            {
                paths.Add(entry.Path);
            }
        }

        return paths;
    }

    private DebFile Open(LockedPackage package) => DebFile.Open(Path.Combine(downloads, package.Sha256.ToString()));
}
