using System.Text;
using System.Text.Json;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Layout;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Store;
using Ironhull.Formats.Io;
using Ironhull.Packages.Rpm;

namespace Ironhull.Compose.Build;

/// <summary>
/// The list of packages beside the outputs. An image holds no package database; tools that want one read <c>NAME.packages.json</c>, or
/// <c>NAME.packages.txt</c>, which has the lines of <c>rpm -qa</c> or <c>dpkg-query -W</c>.
/// </summary>
public static class PackageList
{
    /// <summary>The kind of these outputs in a report.</summary>
    public const string Kind = "packages";

    /// <summary>Writes both files; each is complete or untouched.</summary>
    /// <param name="folder">The output folder.</param>
    /// <param name="definition">The image.</param>
    /// <param name="locked">The packages, their sources and repositories.</param>
    /// <param name="packages">The packages, unpacked, in the lock's order.</param>
    public static IReadOnlyList<BuildOutput> Write(string folder, ImageDefinition definition, ImageLock locked, IReadOnlyList<UnpackedPackage> packages) =>
    [
        Put(folder, $"{definition.Name}.packages.json", Json(definition, locked, packages)),
        Put(folder, $"{definition.Name}.packages.txt", Encoding.UTF8.GetBytes(Text(locked))),
    ];

    /// <summary>One line a package, in ordinal order.</summary>
    public static string Text(ImageLock locked) =>
        string.Concat(locked.Packages.Select(p => locked.Packaging == PackagingKind.Rpm ? WithoutEpoch(p) : $"{p.Name}\t{p.Version}").Order(StringComparer.Ordinal).Select(l => l + "\n"));

    // rpm's own default format leaves the epoch out.
    private static string WithoutEpoch(LockedPackage p)
    {
        RpmVersion.Split(p.Version, out _, out var version, out var release);
        return $"{p.Name}-{version}-{release}.{p.Architecture}";
    }

    private static byte[] Json(ImageDefinition definition, ImageLock locked, IReadOnlyList<UnpackedPackage> packages)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("image", definition.Name);
            json.WriteString("version", definition.Version);
            json.WriteString("architecture", locked.Architecture);
            json.WriteString("packaging", locked.Packaging.Word());
            json.WriteStartArray("packages");
            foreach (var (package, unpacked) in locked.Packages.Zip(packages))
            {
                json.WriteStartObject();
                ImageManifest.WriteFields(json, package);
                if (unpacked.Rpm is { } rpm)
                {
                    WriteRpm(json, package, rpm);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return [.. stream.ToArray(), (byte)'\n'];
    }

    private static void WriteRpm(Utf8JsonWriter json, LockedPackage package, RpmFacts rpm)
    {
        RpmVersion.Split(package.Version, out var epoch, out var version, out var release);
        json.WriteString("nevra", package.Nevra);
        json.WriteString("epoch", epoch);
        json.WriteString("upstreamVersion", version);
        json.WriteString("release", release);
        json.WriteString("sourceRpm", rpm.SourceRpm);
        json.WriteString("license", rpm.License);
        json.WriteString("vendor", rpm.Vendor);
        json.WriteNumber("buildTime", rpm.BuildSeconds);
        json.WriteNumber("installedSize", rpm.InstalledSize);
    }

    private static BuildOutput Put(string folder, string name, byte[] bytes)
    {
        using var file = new AtomicFile(Path.Combine(folder, name));
        file.Stream.Write(bytes);
        file.Commit();
        return new(name, Kind, bytes.Length, bytes.Length, Sha256Digest.Of(bytes).ToString());
    }
}
