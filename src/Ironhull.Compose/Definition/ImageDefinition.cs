using System.Text.Json;
using System.Text.Json.Nodes;
using Ironhull.Compose.Programs;
using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Definition;

/// <summary>What is built from a definition.</summary>
public enum ImageKind
{
    /// <summary>A bootable disk.</summary>
    Disk,

    /// <summary>An OCI image archive.</summary>
    Oci,

    /// <summary>A system extension: more files below <c>/usr</c> of a disk image.</summary>
    Sysext,

    /// <summary>A configuration extension: more files below <c>/etc</c> of a disk image.</summary>
    Confext,
}

/// <summary>A form in which the finished disk is written.</summary>
public enum OutputForm
{
    /// <summary>Plain bytes, sparse.</summary>
    Raw,

    /// <summary>QEMU's copy-on-write format, version 3.</summary>
    Qcow2,

    /// <summary>Fixed VHD, as Azure takes it.</summary>
    VhdFixed,

    /// <summary>Dynamic VHD.</summary>
    VhdDynamic,
}

/// <summary>
/// An image definition (<c>image.yaml</c>): what an image contains and how it is built. The keys are declared once, in
/// the <c>Read</c> functions of this folder; binding, diagnostics and the JSON Schema all come from those declarations.
/// </summary>
public sealed record ImageDefinition
{
    /// <summary>The image's name: IMAGE_ID.</summary>
    public required string Name { get; init; }

    /// <summary>The image's version: IMAGE_VERSION.</summary>
    public required string Version { get; init; }

    /// <summary>The architecture by Debian's name (<see cref="MachineArchitecture"/>).</summary>
    public required string Architecture { get; init; }

    /// <summary>What is built.</summary>
    public required ImageKind Kind { get; init; }

    /// <summary>The repositories, in file order.</summary>
    public required IReadOnlyList<RepositoryDefinition> Repositories { get; init; }

    /// <summary>The packaging world of all repositories.</summary>
    public PackagingKind Packaging => Repositories.Count == 0 ? PackagingKind.Debian : Repositories[0].Packaging;

    /// <summary>What is asked for.</summary>
    public required PackageSelection Packages { get; init; }

    /// <summary>Packages whose programs the build runs; nothing of them is in the image. Request texts, in file order.</summary>
    public required IReadOnlyList<Located<string>> Tools { get; init; }

    /// <summary>What is knowingly accepted.</summary>
    public required Waivers Waivers { get; init; }

    /// <summary>Absolute paths of recipe folders; a later one wins.</summary>
    public required IReadOnlyList<string> Recipes { get; init; }

    /// <summary>Absolute path of the account declarations, or null.</summary>
    public required string? Accounts { get; init; }

    /// <summary>Absolute paths of overlay folders, copied last.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Modes and owners of paths; a later rule wins.</summary>
    public required IReadOnlyList<ModeRule> Modes { get; init; }

    /// <summary>Programs of Ironhull's own that the image holds, in file order.</summary>
    public IReadOnlyList<ProgramDefinition> Programs { get; init; } = [];

    /// <summary>The folder that these programs are taken from.</summary>
    public string ProgramsFolder { get; init; } = ProgramFolder.Default;

    /// <summary>Absolute path of the unit preset, or null.</summary>
    public required string? Preset { get; init; }

    /// <summary>Paths that are removed from the tree; may hold <c>*</c>.</summary>
    public required IReadOnlyList<Located<string>> Remove { get; init; }

    /// <summary>The whole reviewed list of set-user-ID and set-group-ID files.</summary>
    public required IReadOnlyList<Located<string>> Suid { get; init; }

    /// <summary>Fields of os-release that replace or follow the image's own; ordinal order.</summary>
    public required IReadOnlyDictionary<string, string> OsRelease { get; init; }

    /// <summary>The initrd, or null.</summary>
    public required InitrdDefinition? Initrd { get; init; }

    /// <summary>The SELinux policy, or null.</summary>
    public required SelinuxDefinition? Selinux { get; init; }

    /// <summary>How it boots; present for disks.</summary>
    public required BootDefinition? Boot { get; init; }

    /// <summary>Signed addons of the boot image, in file order.</summary>
    public required IReadOnlyList<AddonDefinition> Addons { get; init; }

    /// <summary>The policy of Integrity Policy Enforcement, or null.</summary>
    public required IpeDefinition? Ipe { get; init; }

    /// <summary>Parts of the image that become signed extensions inside or beside it, in file order.</summary>
    public required IReadOnlyList<ImageExtension> Extensions { get; init; }

    /// <summary>The initrd of the kernel that starts after a crash, or null when no extension has one.</summary>
    public InitrdDefinition? CrashInitrd => Extensions.Select(e => e.CrashInitrd).FirstOrDefault(i => i is not null);

    /// <summary>Whether a package of the lock is in the image, and not in an extension beside it.</summary>
    public bool Holds(string package) => !Extensions.Any(e => e.Place == ExtensionPlace.Outputs && e.Packages.Contains(package, StringComparer.Ordinal));

    /// <summary>What is extended; present for extensions.</summary>
    public required ExtensionDefinition? Extension { get; init; }

    /// <summary>Whether a system or configuration extension is built.</summary>
    public bool IsExtension => Kind is ImageKind.Sysext or ImageKind.Confext;

    /// <summary>Whether what is built is signed.</summary>
    public bool IsSigned => Kind != ImageKind.Oci || Oci is { Volume: true };

    /// <summary>The disk; present for disks.</summary>
    public required DiskDefinition? Disk { get; init; }

    /// <summary>The forms in which the disk is written.</summary>
    public required IReadOnlyList<OutputForm> Outputs { get; init; }

    /// <summary>The OCI configuration; present for OCI images.</summary>
    public required OciDefinition? Oci { get; init; }

    /// <summary>Absolute path of the file.</summary>
    public required string FilePath { get; init; }

    /// <summary>The file's name as diagnostics show it.</summary>
    public required string DisplayName { get; init; }

    /// <summary>Absolute path of the file's folder.</summary>
    public string Folder => Path.GetDirectoryName(FilePath)!;

    /// <summary>Absolute path of the lock that belongs to the definition.</summary>
    public string LockPath => Path.Combine(Folder, "image.lock");

    /// <summary>The words of <see cref="ImageKind"/>.</summary>
    public static Choices<ImageKind> Kinds { get; } = new(("disk", ImageKind.Disk), ("oci", ImageKind.Oci), ("sysext", ImageKind.Sysext), ("confext", ImageKind.Confext));

    /// <summary>The words of <see cref="OutputForm"/>.</summary>
    public static Choices<OutputForm> Formats { get; } =
        new(("raw", OutputForm.Raw), ("qcow2", OutputForm.Qcow2), ("vhd-fixed", OutputForm.VhdFixed), ("vhd-dynamic", OutputForm.VhdDynamic));

    private static readonly TextForm VersionForm = new("lower-case letters, digits, '.', '_' and '-' (os-release(5), IMAGE_VERSION)", "^[a-z0-9][a-z0-9._\\-]*$");

    private static readonly TextForm OsReleaseField = new("a field of os-release such as 'SUPPORT_END'", "^[A-Z][A-Z0-9_]*$");
    private static readonly string[] s_ownOsReleaseFields = ["IMAGE_ID", "IMAGE_VERSION"];

    /// <summary>Reads a definition; every error in it is reported at once.</summary>
    /// <param name="path">The file, or the folder that holds <c>image.yaml</c>.</param>
    /// <exception cref="HullException">One or more HULL40xx.</exception>
    public static ImageDefinition Load(string path)
    {
        if (Directory.Exists(path))
        {
            path = Path.Combine(path, "image.yaml");
        }

        var full = Path.GetFullPath(path);
        var folder = new DefinitionFolder(Path.GetDirectoryName(full)!);
        return MapReader.ReadFile(path, path, f => Read(f, folder, full, path));
    }

    /// <summary>The JSON Schema (draft 2020-12) of an <c>image.yaml</c>.</summary>
    public static string Schema() => Render(
        SchemaFieldReader.Of(f => Read(f, new DefinitionFolder(""), "", "")), "Ironhull image definition", "What an image contains and how it is built.");

    /// <summary>The JSON Schema of an <c>initrd.yaml</c>.</summary>
    public static string InitrdSchema() => Render(
        InitrdDefinition.Schema(), "Ironhull initrd definition", "What the initrd takes out of the image's files.");

    private static string Render(JsonObject schema, string title, string description)
    {
        var root = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = title, ["description"] = description };
        foreach (var (key, value) in schema.ToArray())
        {
            schema.Remove(key);
            root[key] = value;
        }

        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            root.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static ImageDefinition Read(FieldReader f, DefinitionFolder folder, string path, string displayName)
    {
        var snapshot = Instants.Read(f, "snapshot", "Packages that came into a repository later are not seen (RPM repositories without a snapshot of their own).");
        var repositories = f.List("repositories", r => RepositoryDefinition.Read(r, folder), description: "The signed repositories that packages come from (extensions of files alone do without).");
        var packaging = repositories.Count == 0 ? PackagingKind.Debian : repositories[0].Packaging;
        var definition = new ImageDefinition
        {
            FilePath = path,
            DisplayName = displayName,
            Name = f.RequiredString("name", "The image's name (IMAGE_ID).", TextForm.Identifier),
            Version = f.RequiredString("version", "The image's version (IMAGE_VERSION).", VersionForm),
            Architecture = f.OptionalEnum("architecture", MachineArchitecture.Words, "amd64", "The architecture; amd64 and x86_64 are one."),
            Kind = f.OptionalEnum("kind", Kinds, ImageKind.Disk, "A bootable disk, an OCI image archive, or a system or configuration extension of a disk image."),
            Repositories = [.. repositories.Select(r => r is RpmRepositoryDefinition { SnapshotSeconds: null } rpm ? rpm with { SnapshotSeconds = snapshot } : r)],
            Packages = f.OptionalMap("packages", p => PackageSelection.Read(p, packaging), "What is asked for (extensions may do without).") ?? new PackageSelection([], []),
            Tools = PackageSelection.ReadTools(f, packaging),
            Waivers = f.OptionalMap("waivers", Waivers.Read, "What is knowingly accepted; each entry says why and expires.") ?? Waivers.None,
            Recipes = folder.Folders(f, f.StringList("recipes", description: "Recipe folders, relative to this file; a later one wins.")),
            Accounts = folder.OptionalFile(f, "accounts", "The file that declares users and groups."),
            Files = folder.Folders(f, f.StringList("files", description: "Folders that are laid over the tree last, relative to this file.")),
            Programs = f.List("programs", ProgramDefinition.Read, description: "Programs of Ironhull's own that the image holds."),
            Modes = f.List("modes", ModeRule.Read, description: "Modes and owners of paths; a later rule wins."),
            Preset = folder.OptionalFile(f, "preset", "The systemd preset that decides which units are enabled."),
            Remove = f.StringList("remove", description: "Paths that are removed from the tree; may hold *.", form: TextForm.AbsolutePath),
            Suid = f.StringList("suid", description: "The whole reviewed list of set-user-ID and set-group-ID files.", form: TextForm.AbsolutePath),
            OsRelease = f.StringMap("osRelease", "Fields of os-release: they replace the image's own or follow them; an empty one is left out."),
            Initrd = InitrdDefinition.ReadFile(f, folder, "initrd", "The file that says what the initrd holds (kind disk)."),
            Selinux = f.OptionalMap("selinux", s => SelinuxDefinition.Read(s, folder), "The SELinux policy, compiled from its modules; every file of the image is labelled by it (kind disk)."),
            Boot = f.OptionalMap("boot", BootDefinition.Read, "How the image boots (kind disk)."),
            Addons = f.List("addons", AddonDefinition.Read, description: "Signed addons: words for the kernel command line that a node can switch on without a new image (kind disk)."),
            Ipe = f.OptionalMap("ipe", i => IpeDefinition.Read(i, folder), "The policy of Integrity Policy Enforcement: which code may run (kind disk)."),
            Extensions = f.List("extensions", e => ImageExtension.Read(e, folder), description: "Parts of the image that become signed system extensions, inside it or beside it (kind disk)."),
            Extension = f.OptionalMap("extension", e => ExtensionDefinition.Read(e, folder), "What is extended (kinds sysext and confext)."),
            Disk = f.OptionalMap("disk", DiskDefinition.Read, "The disk (kind disk)."),
            Outputs = f.EnumList("outputs", Formats, "The forms in which the disk is written (kind disk)."),
            Oci = f.OptionalMap("oci", OciDefinition.Read, "The configuration of the OCI image (kind oci)."),
        };
        if (!f.IsSchema)
        {
            Check(f, definition);
        }

        return definition;
    }

    private static void Check(FieldReader f, ImageDefinition d)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var repository in d.Repositories.Where(r => r.Id.Length > 0))
        {
            if (!ids.Add(repository.Id))
            {
                f.Report(DefinitionErrors.Duplicate.With($"The repository id '{repository.Id}' is used twice.", repository.Where, "Give each repository an id of its own."));
            }
        }

        CheckPackaging(f, d);
        AddonDefinition.Check(f, d.Addons);
        ImageExtension.Check(f, d.Extensions);
        ProgramDefinition.Check(f, d.Programs);
        foreach (var field in d.OsRelease.Keys.Where(k => !OsReleaseField.Matches(k) || s_ownOsReleaseFields.Contains(k, StringComparer.Ordinal)))
        {
            f.Report(DefinitionErrors.InvalidValue.With(
                OsReleaseField.Matches(field) ? $"{field} comes from the image's name and version." : $"'{field}' is not {OsReleaseField.Expects}.", f.WhereIs("osRelease"), "Correct or remove the field."));
        }

        string[] needed = d.Kind switch
        {
            ImageKind.Disk => ["boot", "disk", "initrd", "packages", "repositories"],
            ImageKind.Oci => ["oci", "packages", "repositories"],
            _ when f.Has("packages") => ["extension", "repositories"],
            _ => ["extension"],
        };
        string[] ofDisks = ["addons", "boot", "disk", "extensions", "initrd", "ipe", "outputs", "selinux"];
        string[] foreign = d.Kind switch
        {
            ImageKind.Disk => ["extension", "oci"],
            ImageKind.Oci => [.. ofDisks, "extension"],
            _ => [.. ofDisks, "accounts", "oci", "osRelease", "preset", "programs"],
        };
        var kind = Kinds.WordOf(d.Kind);
        foreach (var key in needed.Where(k => !f.Has(k)))
        {
            f.Report(DefinitionErrors.MissingKey.With($"An image of kind '{kind}' needs the key '{key}'.", f.Where, $"Add '{key}: …', or change 'kind'."));
        }

        foreach (var key in foreign.Where(f.Has))
        {
            f.Report(DefinitionErrors.InvalidValue.With($"The key '{key}' does not belong to an image of kind '{kind}'.", f.WhereIs(key), "Remove the key, or change 'kind'."));
        }

        if (d.Kind == ImageKind.Disk && f.Has("disk") && d.Outputs.Count == 0)
        {
            f.Report(DefinitionErrors.MissingKey.With("'outputs' names no form for the disk.", f.WhereIs("outputs"), $"Add 'outputs: [raw]'; the forms are: {string.Join(", ", Formats.Words)}."));
        }
    }

    private static void CheckPackaging(FieldReader f, ImageDefinition d)
    {
        foreach (var repository in d.Repositories.Where(r => r.Packaging != d.Packaging))
        {
            f.Report(DefinitionErrors.MixedPackaging.With(
                $"The repository '{repository.Id}' is of type '{repository.Packaging.Word()}', but '{d.Repositories[0].Id}' is of type '{d.Packaging.Word()}'.", repository.Where));
        }

        if (d.Packaging == PackagingKind.Debian && f.Has("snapshot"))
        {
            f.Report(DefinitionErrors.InvalidValue.With("Debian archives do not say when a package came.", f.WhereIs("snapshot"), "Remove the key; point the mirror setting at a snapshot of the archive instead."));
        }

        foreach (var waiver in d.Waivers.Signatures.Where(w => d.Repositories.All(r => r.Id != w.Repository || r.Packaging != PackagingKind.Rpm)))
        {
            f.Report(DefinitionErrors.InvalidValue.With(
                $"'{waiver.Repository}' is not an RPM repository of this definition.", waiver.Where, "Name the id of an RPM repository; a Debian archive's signature is always checked."));
        }
    }
}
