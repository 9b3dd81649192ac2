using System.Text;
using Ironhull.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Ironhull.Yaml;

/// <summary>
/// Reads one YAML document into positioned nodes. Only what definitions need is accepted: maps with text keys, lists and
/// scalars. Anchors, aliases (and with them alias bombs and merge keys), tags and further documents are refused, and
/// size, depth and node count are bounded, so a hostile file costs no more than its length.
/// </summary>
public static class YamlDocument
{
    /// <summary>Largest file, in bytes.</summary>
    public const int MaximumBytes = 4 << 20;

    /// <summary>Deepest nesting.</summary>
    public const int MaximumDepth = 32;

    /// <summary>Largest number of nodes.</summary>
    public const int MaximumNodes = 250_000;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="name">The name that diagnostics show; the path when not given.</param>
    /// <param name="diagnostics">Takes duplicate keys; when absent they are thrown.</param>
    /// <exception cref="HullException">HULL4001, HULL4002, HULL4003, HULL4007, HULL4009.</exception>
    public static YamlNode Load(string path, string? name = null, DiagnosticBag? diagnostics = null)
    {
        name ??= path;
        string text;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (stream.Length > MaximumBytes)
            {
                throw DefinitionErrors.YamlLimit.Error($"The file has {stream.Length} bytes; at most {MaximumBytes} are read.", new Location(name));
            }

            using var reader = new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: true));
            text = reader.ReadToEnd();
        }
        catch (DecoderFallbackException e)
        {
            throw DefinitionErrors.YamlSyntax.Error("The file is not UTF-8.", new Location(name), "Save the file as UTF-8.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw DefinitionErrors.FileNotFound.Error($"'{path}' cannot be read: {e.Message}", new Location(name), cause: e);
        }

        return Parse(text, name, diagnostics);
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The document.</param>
    /// <param name="name">The file name that diagnostics show.</param>
    /// <param name="diagnostics">Takes duplicate keys; when absent they are thrown.</param>
    /// <exception cref="HullException">HULL4001, HULL4002, HULL4003, HULL4007.</exception>
    public static YamlNode Parse(string text, string name, DiagnosticBag? diagnostics = null)
    {
        if (text.Length > MaximumBytes)
        {
            throw DefinitionErrors.YamlLimit.Error($"The text has {text.Length} characters; at most {MaximumBytes} are read.", new Location(name));
        }

        var bag = diagnostics ?? new DiagnosticBag();
        YamlNode node;
        try
        {
            node = new Reader(text, name, bag).ReadDocument();
        }
        catch (YamlException e)
        {
            throw DefinitionErrors.YamlSyntax.Error(Sentence(e.Message), Place(name, e.Start), cause: e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // The scanner's own faults on malformed text (for example an escape beyond Unicode) are syntax errors to the user.
            throw DefinitionErrors.YamlSyntax.Error($"The text cannot be scanned: {e.Message}", new Location(name), cause: e);
        }

        if (diagnostics is null)
        {
            bag.ThrowIfAny();
        }

        return node;
    }

    private static Location Place(string name, in Mark mark) => new(name, (int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    private static string Sentence(string message) => message.EndsWith('.') ? message : message + ".";

    private sealed class Reader(string text, string name, DiagnosticBag diagnostics)
    {
        private readonly Parser _parser = new(new Scanner(new StringReader(text), skipComments: true));
        private int _nodes;

        public YamlNode ReadDocument()
        {
            Next<StreamStart>();
            var current = Next();
            if (current is StreamEnd)
            {
                throw DefinitionErrors.YamlSyntax.Error("The file is empty.", new Location(name, 1, 1), "Write the definition, or name another file.");
            }

            var node = ReadNode(Next(), 0);
            Next<DocumentEnd>();
            var after = Next();
            return after is StreamEnd
                ? node
                : throw DefinitionErrors.YamlFeature.Error("The file holds more than one document.", Where(after));
        }

        private YamlNode ReadNode(ParsingEvent current, int depth)
        {
            if (++_nodes > MaximumNodes)
            {
                throw DefinitionErrors.YamlLimit.Error($"The file has more than {MaximumNodes} values.", Where(current));
            }

            if (depth > MaximumDepth)
            {
                throw DefinitionErrors.YamlLimit.Error($"Values are nested more than {MaximumDepth} deep.", Where(current));
            }

            if (current is AnchorAlias alias)
            {
                throw DefinitionErrors.YamlFeature.Error($"The alias '*{alias.Value}' is not allowed.", Where(current));
            }

            if (current is NodeEvent { Anchor.IsEmpty: false } anchored)
            {
                throw DefinitionErrors.YamlFeature.Error($"The anchor '&{anchored.Anchor}' is not allowed.", Where(current));
            }

            if (current is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } } tagged)
            {
                throw DefinitionErrors.YamlFeature.Error($"The tag '{tagged.Tag}' is not allowed.", Where(current));
            }

            return current switch
            {
                Scalar scalar => new YamlScalar(Where(scalar), scalar.Value, scalar.Style == ScalarStyle.Plain),
                SequenceStart start => ReadSequence(start, depth),
                MappingStart start => ReadMap(start, depth),
                _ => throw DefinitionErrors.YamlSyntax.Error("A value is expected here.", Where(current)),
            };
        }

        private YamlSequence ReadSequence(SequenceStart start, int depth)
        {
            var items = new List<YamlNode>();
            for (var current = Next(); current is not SequenceEnd; current = Next())
            {
                items.Add(ReadNode(current, depth + 1));
            }

            return new YamlSequence(Where(start), items);
        }

        private YamlMap ReadMap(MappingStart start, int depth)
        {
            var entries = new List<YamlEntry>();
            var seen = new Dictionary<string, YamlScalar>(StringComparer.Ordinal);
            for (var current = Next(); current is not MappingEnd; current = Next())
            {
                if (ReadNode(current, depth + 1) is not YamlScalar key)
                {
                    throw DefinitionErrors.YamlFeature.Error("A key must be text.", Where(current), "Write the key as plain text.");
                }

                if (key is { IsPlain: true, Value: "<<" })
                {
                    throw DefinitionErrors.YamlFeature.Error("The merge key '<<' is not allowed.", key.Where);
                }

                var value = ReadNode(Next(), depth + 1);
                if (seen.TryGetValue(key.Value, out var first))
                {
                    diagnostics.Add(DefinitionErrors.Duplicate.With($"The key '{key.Value}' is already set in line {first.Where.Line}.", key.Where));
                    continue;
                }

                seen.Add(key.Value, key);
                entries.Add(new YamlEntry(key, value));
            }

            return new YamlMap(Where(start), entries);
        }

        private Location Where(ParsingEvent current) => Place(name, current.Start);

        private ParsingEvent Next() =>
            _parser.MoveNext() && _parser.Current is { } current
                ? current
                : throw DefinitionErrors.YamlSyntax.Error("The file ends in the middle of a value.", new Location(name));

        private void Next<T>()
            where T : ParsingEvent
        {
            var current = Next();
            if (current is not T)
            {
                throw DefinitionErrors.YamlSyntax.Error("Something else is expected here.", Where(current));
            }
        }
    }
}
