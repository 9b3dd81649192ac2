using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Compose.Yaml;
using Ironhull.Formats.Rpm;
using Ironhull.Formats.Trees;
using Ironhull.Packages.OpenPgp;
using Ironhull.Packages.Rpm;

namespace Ironhull.Cli.Commands;

/// <summary>What <c>hull inspect</c> says of an RPM package.</summary>
internal sealed class RpmInspection : IDisposable
{
    private const uint LeadMagic = 0xEDABEEDB;
    private readonly RpmFile _package;
    private readonly RpmSignatureResult _signatures;
    private readonly bool _hasKeys;

    private RpmInspection(RpmFile package, RpmSignatureResult signatures, bool hasKeys) => (_package, _signatures, _hasKeys) = (package, signatures, hasKeys);

    /// <summary>Whether a file begins as RPM packages do.</summary>
    public static bool IsPackage(string path)
    {
        Span<byte> magic = stackalloc byte[sizeof(uint)];
        try
        {
            using var file = File.OpenRead(path);
            return file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && BinaryPrimitives.ReadUInt32BigEndian(magic) == LeadMagic;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder, or nothing that can be read: whoever reads images says so.
            return false;
        }
    }

    /// <summary>Reads a package and checks its signatures and digests.</summary>
    /// <param name="path">The package.</param>
    /// <param name="keyFiles">Keys to trust; without any, every signature is by an unknown key.</param>
    /// <param name="nowSeconds">The present, for expiry.</param>
    public static RpmInspection Open(string path, IReadOnlyList<string> keyFiles, long nowSeconds)
    {
        var signatures = RpmSignatureVerifier.Inspect(path, OpenPgpKeyRing.Load(keyFiles), nowSeconds);
        return new(RpmFile.Open(path), signatures, keyFiles.Count > 0);
    }

    /// <summary>Throws what makes the package untrustworthy when keys were given.</summary>
    public void Require()
    {
        if (_hasKeys)
        {
            RpmSignatureVerifier.Require(_signatures, _package.FileName);
        }
    }

    /// <summary>The text form.</summary>
    public string Text()
    {
        var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var head = new TextTable("", "").Add("package", Printable(_package.ToString())).Add("format", _package.Format.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in new[] { ("source", _package.SourceRpm), ("license", _package.License), ("vendor", _package.Vendor), ("summary", _package.Summary) })
        {
            if (value.Length > 0)
            {
                head.Add(name, Printable(value));
            }
        }

        text.WriteLine(head.ToString());
        var signatures = new TextTable("signature of", "key", "algorithm", "status", "user id");
        foreach (var (_, covers, signature) in _signatures.Signatures)
        {
            signatures.Add(Part(covers), signature.Fingerprint.Length > 0 ? signature.Fingerprint : signature.KeyId, signature.Algorithm, signature.Status.ToString(), Printable(signature.UserId));
        }

        text.WriteLine(_signatures.Signatures.Count == 0 ? "The package is not signed.\n" : signatures.ToString());
        var digests = new TextTable("digest of", "algorithm", "status", "value");
        foreach (var digest in _signatures.Digests)
        {
            digests.Add(Part(digest.Covers), digest.Algorithm, digest.Status.ToString(), digest.Stated);
        }

        text.WriteLine(_signatures.Digests.Count == 0 ? "The package states no digests.\n" : digests.ToString());
        var scriptlets = new TextTable("scriptlet", "interpreter", ">lines", "runs for");
        foreach (var scriptlet in _package.Scriptlets)
        {
            scriptlets.Add(
                scriptlet.Kind, Printable(string.Join(' ', scriptlet.Interpreter)), Lines(scriptlet).ToString(CultureInfo.InvariantCulture), Printable(string.Join(", ", scriptlet.Conditions)));
        }

        text.WriteLine(_package.Scriptlets.Count == 0 ? "The package has no scriptlets.\n" : scriptlets.ToString());
        text.WriteLine($"{_package.Files.Count} files, {ByteSize.Format(_package.InstalledSize)} installed");
        if (!_hasKeys)
        {
            text.WriteLine("No keys were given (--key FILE), so nothing says whether the package can be trusted.");
        }

        return text.ToString();
    }

    /// <summary>The list of files as text.</summary>
    public void WriteFiles(TextWriter output)
    {
        foreach (var file in _package.Files)
        {
            var type = file.Type switch { InodeType.Directory => 'd', InodeType.SymbolicLink => 'l', InodeType.File => '-', _ => 's' };
            var capabilities = file.Capabilities.Length == 0 ? "" : $" [{file.Capabilities}]";
            var marks = file.Flags == RpmFileFlags.None ? "" : $" ({file.Flags.ToString().ToLowerInvariant()})";
            var target = file.LinkTarget is null ? "" : $" -> {file.LinkTarget}";
            output.WriteLine(Printable(string.Create(
                CultureInfo.InvariantCulture, $"{type} {Mode(file)} {file.User + ":" + file.Group,-16} {file.Size,10} {file.Path}{target}{capabilities}{marks}")));
        }
    }

    /// <summary>The JSON form.</summary>
    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", _package.Name);
        json.WriteString("version", _package.Version);
        json.WriteString("architecture", _package.Architecture);
        json.WriteNumber("format", _package.Format);
        json.WriteString("source", _package.SourceRpm);
        json.WriteString("license", _package.License);
        json.WriteString("vendor", _package.Vendor);
        json.WriteString("summary", _package.Summary);
        json.WriteNumber("installedSize", _package.InstalledSize);
        json.WriteStartArray("signatures");
        foreach (var (_, covers, signature) in _signatures.Signatures)
        {
            json.WriteStartObject();
            json.WriteString("covers", Part(covers));
            json.WriteString("status", signature.Status.ToString());
            json.WriteString("keyId", signature.KeyId);
            json.WriteString("fingerprint", signature.Fingerprint);
            json.WriteString("primaryFingerprint", signature.PrimaryFingerprint);
            json.WriteString("userId", signature.UserId);
            json.WriteString("algorithm", signature.Algorithm);
            json.WriteNumber("created", signature.CreatedSeconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("digests");
        foreach (var digest in _signatures.Digests)
        {
            json.WriteStartObject();
            json.WriteString("covers", Part(digest.Covers));
            json.WriteString("algorithm", digest.Algorithm);
            json.WriteString("status", digest.Status.ToString());
            json.WriteString("stated", digest.Stated);
            json.WriteString("computed", digest.Computed);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("scriptlets");
        foreach (var scriptlet in _package.Scriptlets)
        {
            json.WriteStartObject();
            json.WriteString("kind", scriptlet.Kind);
            json.WriteString("interpreter", string.Join(' ', scriptlet.Interpreter));
            json.WriteString("body", scriptlet.Body);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("files");
        WriteFiles(json);
        json.WriteEndObject();
    }

    /// <summary>The list of files as JSON.</summary>
    public void WriteFiles(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var file in _package.Files)
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            json.WriteString("type", file.Type.ToString().ToLowerInvariant());
            json.WriteString("mode", Mode(file));
            json.WriteString("user", file.User);
            json.WriteString("group", file.Group);
            json.WriteNumber("size", file.Size);
            json.WriteString("digest", file.Digest);
            json.WriteString("flags", file.Flags.ToString().ToLowerInvariant());
            json.WriteString("capabilities", file.Capabilities);
            if (file.LinkTarget is { } target)
            {
                json.WriteString("target", target);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _package.Dispose();

    private static int Lines(RpmScriptlet scriptlet) => scriptlet.Body.TrimEnd('\n') is { Length: > 0 } body ? body.Split('\n').Length : 0;

    private static string Mode(RpmFileEntry file) => Convert.ToString(file.Mode & 0xFFF, 8).PadLeft(4, '0');

    private static string Part(RpmCoverage covers) => covers switch
    {
        RpmCoverage.Header => "header",
        RpmCoverage.Payload => "payload",
        _ => "header and payload",
    };

    // What a stranger wrote must not steer the terminal.
    private static string Printable(string text) => string.Create(text.Length, text, (span, from) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = char.IsControl(from[i]) ? '?' : from[i];
        }
    });
}
