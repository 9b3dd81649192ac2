using System.Text;
using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Packages;
using Ironhull.Packages.Rpm;

namespace Ironhull.Compose.Store;

/// <summary>A path that is more to its package than a plain file.</summary>
/// <param name="Path">Absolute path, as the package has it.</param>
/// <param name="Flags">Configuration, documentation, licence, ghost …</param>
/// <param name="Color">1 for 32-bit ELF, 2 for 64-bit ELF, 0 for everything else.</param>
public readonly record struct RpmMarkedFile(string Path, RpmFileFlags Flags, uint Color);

/// <summary>What composing needs of an RPM's header beside the files: kept in the content store as the member <see cref="Member"/>.</summary>
public sealed record RpmFacts
{
    /// <summary>Name of the member.</summary>
    public const string Member = "rpm.json";

    /// <summary>Package name.</summary>
    public required string Name { get; init; }

    /// <summary><c>[epoch:]version-release</c>.</summary>
    public required string Version { get; init; }

    /// <summary>"x86_64", "noarch" …</summary>
    public required string Architecture { get; init; }

    /// <summary>The source package's file.</summary>
    public string SourceRpm { get; init; } = "";

    /// <summary>The licence expression.</summary>
    public string License { get; init; } = "";

    /// <summary>The vendor.</summary>
    public string Vendor { get; init; } = "";

    /// <summary>When it was built, seconds since 1970-01-01 UTC.</summary>
    public long BuildSeconds { get; init; }

    /// <summary>Size of its content when installed, in bytes.</summary>
    public long InstalledSize { get; init; }

    /// <summary>What it takes the place of.</summary>
    public IReadOnlyList<RpmDependency> Obsoletes { get; init; } = [];

    /// <summary>The sysusers.d lines that rpm 4.20 and later put into <c>user()</c> and <c>group()</c> provides.</summary>
    public IReadOnlyList<string> AccountLines { get; init; } = [];

    /// <summary>The paths with flags or a colour, in the header's order.</summary>
    public IReadOnlyList<RpmMarkedFile> Marked { get; init; } = [];

    /// <summary>Scriptlets, triggers and file triggers.</summary>
    public IReadOnlyList<RpmScriptlet> Scriptlets { get; init; } = [];

    /// <summary>Takes the facts out of a package.</summary>
    /// <exception cref="HullException">HULL21xx: a header is damaged.</exception>
    public static RpmFacts Of(RpmFile file) => new()
    {
        Name = file.Name,
        Version = file.Version,
        Architecture = file.Architecture,
        SourceRpm = file.SourceRpm,
        License = file.License,
        Vendor = file.Vendor,
        BuildSeconds = file.BuildSeconds,
        InstalledSize = file.InstalledSize,
        Obsoletes = file.Obsoletes,
        AccountLines = [.. file.Provides.Select(AccountLine).OfType<string>()],
        Marked = [.. file.Files.Where(f => f.Flags != RpmFileFlags.None || f.Color != 0).Select(f => new RpmMarkedFile(f.Path, f.Flags, f.Color))],
        Scriptlets = file.Scriptlets,
    };

    /// <summary>The member's bytes: JSON. The same facts always give the same bytes.</summary>
    public byte[] ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("name", Name);
            json.WriteString("version", Version);
            json.WriteString("architecture", Architecture);
            json.WriteString("source", SourceRpm);
            json.WriteString("license", License);
            json.WriteString("vendor", Vendor);
            json.WriteNumber("built", BuildSeconds);
            json.WriteNumber("size", InstalledSize);
            WriteRelations(json, "obsoletes", Obsoletes);
            json.WriteStartArray("accounts");
            foreach (var line in AccountLines)
            {
                json.WriteStringValue(line);
            }

            json.WriteEndArray();
            json.WriteStartArray("marked");
            foreach (var file in Marked)
            {
                json.WriteStartArray();
                json.WriteStringValue(file.Path);
                json.WriteNumberValue((uint)file.Flags);
                json.WriteNumberValue(file.Color);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteStartArray("scriptlets");
            foreach (var scriptlet in Scriptlets)
            {
                Write(json, scriptlet);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>Reads the member's bytes.</summary>
    /// <exception cref="HullException">HULL5105: they are not such facts.</exception>
    public static RpmFacts Parse(ReadOnlyMemory<byte> member, string package)
    {
        try
        {
            using var document = JsonDocument.Parse(member);
            var root = document.RootElement;
            return new()
            {
                Name = Text(root, "name"),
                Version = Text(root, "version"),
                Architecture = Text(root, "architecture"),
                SourceRpm = Text(root, "source"),
                License = Text(root, "license"),
                Vendor = Text(root, "vendor"),
                BuildSeconds = root.GetProperty("built").GetInt64(),
                InstalledSize = root.GetProperty("size").GetInt64(),
                Obsoletes = ReadRelations(root.GetProperty("obsoletes")),
                AccountLines = [.. root.GetProperty("accounts").EnumerateArray().Select(e => e.GetString()!)],
                Marked = [.. root.GetProperty("marked").EnumerateArray().Select(e => new RpmMarkedFile(e[0].GetString()!, (RpmFileFlags)e[1].GetUInt32(), e[2].GetUInt32()))],
                Scriptlets = [.. root.GetProperty("scriptlets").EnumerateArray().Select(ReadScriptlet)],
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw TreeErrors.StoreDamaged.Error($"{package}: the facts of its header cannot be read: {e.Message}", new Location(package), cause: e);
        }
    }

    // "user(dbus) = dSBkYnVz…": the version is the line in base64 (rpm's docs/manual/users_and_groups.md).
    private static string? AccountLine(RpmDependency provided)
    {
        if (provided.Relation != VersionRelation.Equal || !provided.Name.EndsWith(')') ||
            !(provided.Name.StartsWith("user(", StringComparison.Ordinal) || provided.Name.StartsWith("group(", StringComparison.Ordinal) || provided.Name.StartsWith("groupmember(", StringComparison.Ordinal)))
        {
            return null;
        }

        var bytes = new byte[provided.Version.Length];
        return Convert.TryFromBase64String(provided.Version, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\0', '\n') : null;
    }

    private static void Write(Utf8JsonWriter json, RpmScriptlet scriptlet)
    {
        json.WriteStartObject();
        json.WriteString("kind", scriptlet.Kind);
        json.WriteStartArray("interpreter");
        foreach (var word in scriptlet.Interpreter)
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
        json.WriteString("body", scriptlet.Body);
        json.WriteNumber("flags", (uint)scriptlet.Flags);
        json.WriteNumber("priority", scriptlet.Priority);
        WriteRelations(json, "conditions", scriptlet.Conditions);
        json.WriteEndObject();
    }

    private static RpmScriptlet ReadScriptlet(JsonElement e) => new()
    {
        Kind = Text(e, "kind"),
        Interpreter = [.. e.GetProperty("interpreter").EnumerateArray().Select(w => w.GetString()!)],
        Body = Text(e, "body"),
        Flags = (RpmScriptletFlags)e.GetProperty("flags").GetUInt32(),
        Priority = e.GetProperty("priority").GetUInt32(),
        Conditions = ReadRelations(e.GetProperty("conditions")),
    };

    private static void WriteRelations(Utf8JsonWriter json, string name, IReadOnlyList<RpmDependency> relations)
    {
        json.WriteStartArray(name);
        foreach (var relation in relations)
        {
            json.WriteStartArray();
            json.WriteStringValue(relation.Name);
            json.WriteNumberValue((int)relation.Relation);
            json.WriteStringValue(relation.Version);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static RpmDependency[] ReadRelations(JsonElement array) =>
        [.. array.EnumerateArray().Select(e => new RpmDependency(e[0].GetString()!, (VersionRelation)e[1].GetInt32(), e[2].GetString()!))];

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null.");
}
