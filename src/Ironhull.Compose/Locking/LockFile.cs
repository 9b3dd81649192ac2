using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Yaml;

namespace Ironhull.Compose.Locking;

/// <summary>
/// The text form of a lock: JSON with one repository or package a line, so that a difference reads well. The same lock
/// always gives the same bytes.
/// </summary>
public static class LockFile
{
    private static readonly TextForm Size = new("a size in bytes", "^[0-9]{1,15}$");
    private static readonly TextForm Relative = new("a path below the archive's base", "^[A-Za-z0-9_+%~^.:\\-]+(/[A-Za-z0-9_+%~^.:\\-]+)*$");
    private static readonly TextForm Word = new("a word without spaces", "^[A-Za-z0-9][A-Za-z0-9_.\\-]*$");
    private static readonly TextForm RpmName = new("the name of an RPM package", "^[A-Za-z0-9_][A-Za-z0-9_+.\\-]*$");

    /// <summary>Writes a lock; the file is complete or untouched.</summary>
    public static void Save(ImageLock image, string path) => AtomicFile.WriteAllText(path, Render(image));

    /// <summary>The text of a lock.</summary>
    public static string Render(ImageLock image)
    {
        var text = new StringBuilder("{\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"schema\": {ImageLock.CurrentSchema},\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"image\": {Quote(image.Image)},\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"architecture\": {Quote(image.Architecture)},\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"packaging\": \"{image.Packaging.Word()}\",\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"definition\": \"{image.Definition}\",\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"timestamp\": \"{Instants.Text(image.Timestamp)}\",\n");
        text.Append("  \"repositories\": [");
        var separator = "\n";
        foreach (var r in image.Repositories)
        {
            text.Append(separator);
            AppendRepository(text, image.Packaging, r);
            separator = ",\n";
        }

        AppendPackages(text.Append("\n  ]"), "packages", image.Packages);
        if (image.Tools.Count > 0)
        {
            AppendPackages(text, "tools", image.Tools);
        }

        return text.Append("\n}\n").ToString();
    }

    private static void AppendPackages(StringBuilder text, string key, IReadOnlyList<LockedPackage> packages)
    {
        text.Append(CultureInfo.InvariantCulture, $",\n  \"{key}\": [");
        var separator = "\n";
        foreach (var p in packages)
        {
            text.Append(separator).Append(CultureInfo.InvariantCulture,
                $"    {{\"name\": {Quote(p.Name)}, \"version\": {Quote(p.Version)}, \"architecture\": {Quote(p.Architecture)}, \"repository\": {Quote(p.Repository)}, \"path\": {Quote(p.Path)}, \"size\": {p.Size}, \"sha256\": \"{p.Sha256}\", \"source\": {Quote(p.Source)}, \"sourceVersion\": {Quote(p.SourceVersion)}, \"reason\": {Quote(p.Reason)}");
            if (p.By.Length > 0)
            {
                text.Append(", \"by\": ").Append(Quote(p.By));
            }

            if (p.Dependency.Length > 0)
            {
                text.Append(", \"dependency\": ").Append(Quote(p.Dependency));
            }

            text.Append('}');
            separator = ",\n";
        }

        text.Append("\n  ]");
    }

    private static void AppendRepository(StringBuilder text, PackagingKind packaging, LockedRepository r)
    {
        var (place, metadata) = PlaceKeys(packaging);
        text.Append(CultureInfo.InvariantCulture,
            $"    {{\"id\": {Quote(r.Id)}, \"archive\": {Quote(r.Archive)}, \"{place}\": {Quote(r.Place)}, \"date\": \"{Instants.Text(r.Date)}\", ");
        if (packaging == PackagingKind.Rpm)
        {
            text.Append(CultureInfo.InvariantCulture, $"\"revision\": {Quote(r.Revision)}, ");
        }

        text.Append(CultureInfo.InvariantCulture, $"\"{metadata}\": \"{r.Metadata}\", \"signers\": [{string.Join(", ", r.Signers.Select(Quote))}]");
        if (r.Unchecked.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $", \"unchecked\": [{string.Join(", ", r.Unchecked.Select(c => Quote(SignatureWaiver.Checks.WordOf(c))))}]");
        }

        text.Append('}');
    }

    // What a repository's place and its metadata's digest are called.
    private static (string Place, string Metadata) PlaceKeys(PackagingKind packaging) => packaging == PackagingKind.Debian ? ("suite", "inRelease") : ("path", "repomd");

    /// <summary>Reads the lock that belongs to a definition and checks that it still does.</summary>
    /// <exception cref="HullException">HULL4020: none; HULL4021: the definition has changed; HULL4022, HULL4023: unreadable.</exception>
    public static ImageLock LoadFor(ImageDefinition definition)
    {
        var name = Path.Combine(Path.GetDirectoryName(definition.DisplayName) ?? "", Path.GetFileName(definition.LockPath));
        if (!File.Exists(definition.LockPath))
        {
            throw DefinitionErrors.LockMissing.Error($"'{name}' does not exist.", new Location(definition.DisplayName), $"Run 'hull lock {definition.DisplayName}'.");
        }

        var image = Load(definition.LockPath, name);
        return image.Definition == DefinitionDigest.Of(definition)
            ? image
            : throw DefinitionErrors.LockStale.Error(
                "The repositories, packages or dependency waivers of the definition have changed since it was locked.",
                new Location(name),
                $"Run 'hull lock {definition.DisplayName}'.");
    }

    /// <summary>Reads a lock.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The name that diagnostics show.</param>
    /// <exception cref="HullException">HULL4020, HULL4022, HULL4023.</exception>
    public static ImageLock Load(string path, string? name = null)
    {
        if (!File.Exists(path))
        {
            throw DefinitionErrors.LockMissing.Error($"'{name ?? path}' does not exist.");
        }

        return Guard(bag => YamlDocument.Load(path, name, bag));
    }

    /// <summary>Reads the text of a lock.</summary>
    /// <exception cref="HullException">HULL4022, HULL4023.</exception>
    public static ImageLock Parse(string text, string name) => Guard(bag => YamlDocument.Parse(text, name, bag));

    private static ImageLock Guard(Func<DiagnosticBag, YamlNode> parse)
    {
        var bag = new DiagnosticBag();
        ImageLock? image = null;
        try
        {
            // JSON is YAML, so the positioned reader and its limits serve here too.
            var node = parse(bag);
            if (node is YamlMap map && map.TryGetValue("schema", out var schema) && schema is YamlScalar { Value: not ("1" or "2") } other && other.Value.All(char.IsAsciiDigit))
            {
                throw DefinitionErrors.LockVersion.Error($"The lock has schema {other.Value}; this hull reads up to schema {ImageLock.CurrentSchema}.", other.Where);
            }

            image = MapReader.Read(node, bag, Read);
        }
        catch (HullException e) when (e.Code != DefinitionErrors.LockVersion)
        {
            bag.Add(e);
        }

        return bag.Any || image is null
            ? throw new HullException([.. bag.Items.Select(d => DefinitionErrors.LockMalformed.With(d.Message, d.Where))])
            : image;
    }

    private static ImageLock Read(FieldReader f)
    {
        var schema = f.RequiredInt("schema", 1, ImageLock.CurrentSchema);
        var packaging = schema == 1 ? PackagingKind.Debian : f.RequiredEnum("packaging", PackagingKinds.Words);
        var image = new ImageLock
        {
            Image = f.RequiredString("image", form: TextForm.Identifier),
            Architecture = f.RequiredString("architecture", form: TextForm.Identifier),
            Packaging = packaging,
            Definition = Digest(f, "definition"),
            Timestamp = Seconds(f, "timestamp"),
            Repositories = f.List("repositories", r => ReadRepository(r, packaging), required: true),
            Packages = f.List("packages", p => ReadPackage(p, packaging), required: true),
            Tools = f.List("tools", p => ReadPackage(p, packaging)),
        };
        var ids = image.Repositories.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        Check(f, "packages", image.Packages, ids);
        Check(f, "tools", image.Tools, ids);
        return image;
    }

    private static void Check(FieldReader f, string key, IReadOnlyList<LockedPackage> packages, HashSet<string> repositories)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var package in packages)
        {
            if (!repositories.Contains(package.Repository))
            {
                f.Report(DefinitionErrors.LockMalformed.With($"The repository '{package.Repository}' of the package '{package.Name}' is not in the lock.", f.WhereIs(key)));
            }

            if (!seen.Add($"{package.Name}:{package.Architecture}"))
            {
                f.Report(DefinitionErrors.LockMalformed.With($"The package '{package.Name}' is locked twice.", f.WhereIs(key)));
            }
        }
    }

    private static LockedRepository ReadRepository(FieldReader f, PackagingKind packaging)
    {
        var (place, metadata) = PlaceKeys(packaging);
        return new(
            f.RequiredString("id", form: TextForm.Identifier),
            f.RequiredString("archive", form: TextForm.Identifier),
            f.RequiredString(place),
            Digest(f, metadata),
            Seconds(f, "date"),
            f.StringList("signers", required: true).Values())
        {
            Revision = packaging == PackagingKind.Rpm ? f.RequiredString("revision") : "",
            Unchecked = packaging == PackagingKind.Rpm ? f.EnumList("unchecked", SignatureWaiver.Checks) : [],
        };
    }

    private static LockedPackage ReadPackage(FieldReader f, PackagingKind packaging)
    {
        var name = packaging == PackagingKind.Debian ? TextForm.PackageName : RpmName;
        var path = f.RequiredString("path", form: Relative);
        if (path.Split('/').Any(s => s is "." or ".."))
        {
            f.Report(DefinitionErrors.LockMalformed.With($"The path '{path}' leaves the archive.", f.WhereIs("path")));
        }

        return new(
            f.RequiredString("name", form: name),
            f.RequiredString("version"),
            f.RequiredString("architecture", form: Word),
            f.RequiredString("repository", form: TextForm.Identifier),
            path,
            long.TryParse(f.RequiredString("size", form: Size), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0,
            Digest(f, "sha256"),
            f.RequiredString("source", form: name),
            f.RequiredString("sourceVersion"),
            f.RequiredString("reason"),
            f.OptionalString("by", ""),
            f.OptionalString("dependency", ""));
    }

    private static Sha256Digest Digest(FieldReader f, string key) =>
        f.RequiredString(key, form: TextForm.Sha256) is { Length: > 0 } text ? Sha256Digest.Parse(text) : default;

    private static long Seconds(FieldReader f, string key)
    {
        var text = f.RequiredString(key, form: Instants.Form);
        if (Instants.Parse(text) is { } seconds)
        {
            return seconds;
        }

        if (text.Length > 0)
        {
            f.Report(DefinitionErrors.LockMalformed.With($"'{text}' is no instant.", f.WhereIs(key)));
        }

        return 0;
    }

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
