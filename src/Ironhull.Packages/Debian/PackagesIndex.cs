using System.Buffers.Text;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Packages.Debian;

/// <summary>
/// Reads a <c>Packages</c> index (Debian repository format, "Packages Indices") in one pass over a stream, without holding
/// the text. Short fields that repeat are shared.
/// </summary>
public sealed class PackagesIndex
{
    private const int InitialBuffer = 1 << 18;

    /// <summary>The longest field that is read, in bytes.</summary>
    public const int MaximumLine = 4 << 20;

    private readonly Dictionary<ulong, string> _shared = [];
    private readonly Fields _fields = new();
    private readonly string _repositoryId;
    private readonly int _priority;
    private readonly string _name;
    private readonly List<DebianPackage> _packages = [];

    private PackagesIndex(string repositoryId, int priority, string name)
    {
        _repositoryId = repositoryId;
        _priority = priority;
        _name = name;
    }

    /// <summary>Reads all stanzas.</summary>
    /// <param name="text">The decompressed index; read to its end, not owned.</param>
    /// <param name="repositoryId">Goes into every package.</param>
    /// <param name="priority">Goes into every package.</param>
    /// <param name="name">Named in errors.</param>
    /// <returns>The packages in the index's order.</returns>
    /// <exception cref="HullException">HULL2002: a stanza is malformed or lacks a field that every package has.</exception>
    public static List<DebianPackage> Read(Stream text, string repositoryId, int priority, string name)
    {
        var index = new PackagesIndex(repositoryId, priority, name);
        index.Run(text);
        return index._packages;
    }

    private void Run(Stream text)
    {
        var buffer = new byte[InitialBuffer];
        var filled = 0;
        var line = 0L;
        while (true)
        {
            if (filled == buffer.Length)
            {
                if (buffer.Length >= MaximumLine)
                {
                    throw Bad(line, $"A line is longer than {MaximumLine} bytes.");
                }

                Array.Resize(ref buffer, buffer.Length * 2);
            }

            var read = text.Read(buffer.AsSpan(filled));
            filled += read;
            var rest = buffer.AsSpan(0, filled);
            for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            {
                Line(rest[..end], ++line);
            }

            if (read == 0)
            {
                if (!rest.IsEmpty)
                {
                    Line(rest, ++line);
                }

                Finish(line);
                return;
            }

            rest.CopyTo(buffer);
            filled = rest.Length;
        }
    }

    private void Line(ReadOnlySpan<byte> line, long number)
    {
        if (!line.IsEmpty && line[^1] == '\r')
        {
            line = line[..^1];
        }

        if (line.IsEmpty)
        {
            Finish(number);
            return;
        }

        if (line[0] is (byte)' ' or (byte)'\t')
        {
            if (!_fields.Started)
            {
                throw Bad(number, "A stanza begins with a continued line.");
            }

            _fields.Continue(line);
            return;
        }

        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            throw Bad(number, "A line is not a field.");
        }

        if (!_fields.Started)
        {
            _fields.Line = number;
        }

        Field(line[..colon], line[(colon + 1)..].Trim((byte)' '), number);
    }

    private void Field(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, long number)
    {
        var f = _fields;
        f.Started = true;
        f.Folded = -1;
        switch (name)
        {
            case [(byte)'P', (byte)'a', ..] when name.SequenceEqual("Package"u8):
                // Two stanzas that ran together would be one package with the other's file.
                f.Name = f.Name is null ? Text(value) : throw Bad(number, "The field Package is there twice in one stanza.");
                break;
            case [(byte)'V', ..] when name.SequenceEqual("Version"u8):
                f.Version = Share(value);
                break;
            case [(byte)'A', ..] when name.SequenceEqual("Architecture"u8):
                f.Architecture = Share(value);
                break;
            case [(byte)'M', (byte)'u', ..] when name.SequenceEqual("Multi-Arch"u8):
                f.MultiArch = value.SequenceEqual("no"u8) ? "" : Share(value);
                break;
            case [(byte)'E', ..] when name.SequenceEqual("Essential"u8):
                f.Essential = value.SequenceEqual("yes"u8);
                break;
            case [(byte)'P', (byte)'r', (byte)'o', (byte)'t', ..] when name.SequenceEqual("Protected"u8):
                f.Protected = value.SequenceEqual("yes"u8);
                break;
            case [(byte)'P', (byte)'r', (byte)'e', ..] when name.SequenceEqual("Pre-Depends"u8):
                f.Relation(0, Share(value));
                break;
            case [(byte)'D', (byte)'e', (byte)'p', ..] when name.SequenceEqual("Depends"u8):
                f.Relation(1, Share(value));
                break;
            case [(byte)'R', (byte)'e', (byte)'c', ..] when name.SequenceEqual("Recommends"u8):
                f.Relation(2, Share(value));
                break;
            case [(byte)'S', (byte)'u', ..] when name.SequenceEqual("Suggests"u8):
                f.Relation(3, Share(value));
                break;
            case [(byte)'C', ..] when name.SequenceEqual("Conflicts"u8):
                f.Relation(4, Share(value));
                break;
            case [(byte)'B', ..] when name.SequenceEqual("Breaks"u8):
                f.Relation(5, Share(value));
                break;
            case [(byte)'R', (byte)'e', (byte)'p', ..] when name.SequenceEqual("Replaces"u8):
                f.Relation(6, Share(value));
                break;
            case [(byte)'P', (byte)'r', (byte)'o', (byte)'v', ..] when name.SequenceEqual("Provides"u8):
                f.Relation(7, Share(value));
                break;
            case [(byte)'S', (byte)'o', ..] when name.SequenceEqual("Source"u8):
                f.Source = Share(value);
                break;
            case [(byte)'S', (byte)'e', ..] when name.SequenceEqual("Section"u8):
                f.Section = Share(value);
                break;
            case [(byte)'P', (byte)'r', (byte)'i', ..] when name.SequenceEqual("Priority"u8):
                f.ArchivePriority = Share(value);
                break;
            case [(byte)'D', (byte)'e', (byte)'s', ..] when name.SequenceEqual("Description"u8):
                f.Summary = Text(value);
                break;
            case [(byte)'H', ..] when name.SequenceEqual("Homepage"u8):
                f.Homepage = Share(value);
                break;
            case [(byte)'F', ..] when name.SequenceEqual("Filename"u8):
                f.FileName = Text(value);
                break;
            case [(byte)'S', (byte)'i', ..] when name.SequenceEqual("Size"u8):
                f.Size = Number(value, number);
                break;
            case [(byte)'I', ..] when name.SequenceEqual("Installed-Size"u8):
                f.InstalledSize = Number(value, number);
                break;
            case [(byte)'S', (byte)'H', (byte)'A', (byte)'2', ..] when name.SequenceEqual("SHA256"u8):
                f.Sha256 = Digest(value, number);
                break;
        }
    }

    private void Finish(long number)
    {
        var f = _fields;
        if (!f.Started)
        {
            return;
        }

        if (f.Name is not { Length: > 0 } name || f.Version is not { Length: > 0 } version || f.Architecture is null || f.FileName is not { Length: > 0 } fileName ||
            f.Size < 0 || f.Sha256 is not { } sha256)
        {
            throw Bad(f.Line, $"The stanza of '{f.Name}' lacks Package, Version, Architecture, Filename, Size or SHA256.");
        }

        if (fileName[0] == '/' || fileName.Contains("..", StringComparison.Ordinal) || fileName.AsSpan().ContainsAny('?', '#', '\\'))
        {
            throw Bad(f.Line, $"The stanza of '{name}' names the unsafe path '{fileName}'.");
        }

        var (source, sourceVersion) = (name, version);
        if (f.Source is { Length: > 0 } field)
        {
            // "name" or "name (version)".
            var open = field.IndexOf('(', StringComparison.Ordinal);
            source = open < 0 ? field : field[..open].TrimEnd();
            sourceVersion = open < 0 ? version : field[(open + 1)..].TrimEnd(')', ' ');
        }

        _packages.Add(new DebianPackage
        {
            Name = name,
            Version = version,
            Architecture = f.Architecture,
            MultiArch = f.MultiArch,
            Essential = f.Essential,
            Protected = f.Protected,
            PreDepends = f.Relations[0],
            Depends = f.Relations[1],
            Recommends = f.Relations[2],
            Suggests = f.Relations[3],
            Conflicts = f.Relations[4],
            Breaks = f.Relations[5],
            Replaces = f.Relations[6],
            Provides = f.Relations[7],
            Source = source,
            SourceVersion = sourceVersion,
            Section = f.Section,
            ArchivePriority = f.ArchivePriority,
            Summary = f.Summary,
            Homepage = f.Homepage,
            FileName = fileName,
            Size = f.Size,
            Sha256 = sha256,
            InstalledSize = Math.Max(0, f.InstalledSize),
            RepositoryId = _repositoryId,
            RepositoryPriority = _priority,
        });
        f.Clear();
    }

    private string Share(ReadOnlySpan<byte> value)
    {
        if (value.Length > 48)
        {
            return Text(value);
        }

        // FNV-1a, 64 bits; a clash only costs the sharing.
        var hash = 14695981039346656037UL;
        foreach (var b in value)
        {
            hash = (hash ^ b) * 1099511628211UL;
        }

        if (_shared.TryGetValue(hash, out var text))
        {
            return Equal(text, value) ? text : Text(value);
        }

        return _shared[hash] = Text(value);
    }

    private static bool Equal(string text, ReadOnlySpan<byte> value)
    {
        if (text.Length != value.Length)
        {
            return false;
        }

        for (var i = 0; i < value.Length; i++)
        {
            if (text[i] != value[i] || value[i] >= 0x80)
            {
                return false;
            }
        }

        return true;
    }

    private static string Text(ReadOnlySpan<byte> value) => value.IsEmpty ? "" : Encoding.UTF8.GetString(value);

    private long Number(ReadOnlySpan<byte> value, long line) =>
        Utf8Parser.TryParse(value, out long number, out var used) && used == value.Length && number >= 0 ? number : throw Bad(line, $"'{Text(value[..Math.Min(40, value.Length)])}' is not a size.");

    private Sha256Digest Digest(ReadOnlySpan<byte> value, long line)
    {
        Span<byte> bytes = stackalloc byte[Sha256Digest.Size];
        return value.Length == Sha256Digest.Size * 2 && Convert.FromHexString(value, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? new(bytes)
            : throw Bad(line, "The field SHA256 is not a digest.");
    }

    private HullException Bad(long line, string message) =>
        PackageErrors.MalformedIndex.Error(message, new(_name, Line: (int)Math.Min(line, int.MaxValue)));

    private sealed class Fields
    {
        public readonly string[] Relations = new string[8];

        public Fields() => Clear();

        public bool Started { get; set; }

        public long Line { get; set; }

        public int Folded { get; set; }

        public string? Name { get; set; }

        public string? Version { get; set; }

        public string? Architecture { get; set; }

        public string MultiArch { get; set; } = "";

        public bool Essential { get; set; }

        public bool Protected { get; set; }

        public string? Source { get; set; }

        public string Section { get; set; } = "";

        public string ArchivePriority { get; set; } = "";

        public string Summary { get; set; } = "";

        public string Homepage { get; set; } = "";

        public string? FileName { get; set; }

        public long Size { get; set; }

        public Sha256Digest? Sha256 { get; set; }

        public long InstalledSize { get; set; }

        public void Relation(int which, string value)
        {
            Relations[which] = value;
            Folded = which;
        }

        /// <summary>A continued line matters in relationship fields only.</summary>
        public void Continue(ReadOnlySpan<byte> line)
        {
            if (Folded >= 0)
            {
                Relations[Folded] += " " + Encoding.UTF8.GetString(line.Trim((byte)' '));
            }
        }

        public void Clear()
        {
            Started = false;
            Folded = -1;
            Name = Version = Architecture = Source = FileName = null;
            MultiArch = Section = ArchivePriority = Summary = Homepage = "";
            Essential = Protected = false;
            Size = -1;
            Sha256 = null;
            InstalledSize = 0;
            Array.Fill(Relations, "");
        }
    }
}
