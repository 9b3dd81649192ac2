using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Selinux;

/// <summary>
/// The context that a policy gives to each path (selabel_file(5)): a path that is named in full comes before every regular expression,
/// and of the expressions that match, the last one counts. Answers are those of libselinux 3.8. Safe for concurrent use.
/// </summary>
public sealed class FileContexts
{
    /// <summary>The text that stands for "this path has no label of its own".</summary>
    public const string NoContext = "<<none>>";

    // libselinux/src/label_file.h, SPEC_NODE_MAX_DEPTH: so many leading folders sort the expressions.
    private const int StemDepth = 3;

    private readonly Dictionary<string, List<Entry>> _literals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Entry>> _expressions = new(StringComparer.Ordinal);
    private readonly PathSubstitutions _own;
    private readonly PathSubstitutions _distribution;

    /// <summary>Reads a policy's files.</summary>
    /// <param name="files">Names and texts, in the order <c>file_contexts</c>, <c>.homedirs</c>, <c>.local</c>: what comes later counts more.</param>
    /// <param name="own">The text of <c>file_contexts.subs</c>.</param>
    /// <param name="distribution">The text of <c>file_contexts.subs_dist</c>, applied after the other.</param>
    /// <exception cref="HullException">HULL5301: lines that cannot be read, all of them.</exception>
    public FileContexts(IEnumerable<(string Name, string Text)> files, string own = "", string distribution = "")
    {
        _own = PathSubstitutions.Parse(own);
        _distribution = PathSubstitutions.Parse(distribution);
        var problems = new List<Diagnostic>();
        var order = 0;
        foreach (var (name, text) in files)
        {
            var number = 0;
            foreach (var line in text.Split('\n'))
            {
                Add(line, ++order, new(name, ++number), problems);
            }
        }

        if (problems.Count > 0)
        {
            throw new HullException(problems);
        }

        foreach (var list in _literals.Values)
        {
            // An entry for one type of file comes before one for all; of two of the same kind the first counts.
            list.Sort((a, b) => a.Type.HasValue == b.Type.HasValue ? a.Order.CompareTo(b.Order) : a.Type.HasValue ? -1 : 1);
        }
    }

    /// <summary>The context of a path, or null when it has none.</summary>
    /// <param name="path">Absolute; as it is named on the running system.</param>
    /// <param name="type">What is at the path; null asks as <c>matchpathcon</c> does without a mode.</param>
    public string? Lookup(string path, InodeType? type)
    {
        var key = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(Clean(path)));
        if (_own.Apply(key) is { } own)
        {
            key = _distribution.Apply(own) ?? own;
        }
        else
        {
            key = _distribution.Apply(key) ?? key;
        }

        if (_literals.TryGetValue(key, out var literals) && literals.Find(e => e.Serves(type)) is { } literal)
        {
            return literal.Context == NoContext ? null : literal.Context;
        }

        return Search(key, type) is { } found && found.Context != NoContext ? found.Context : null;
    }

    // From the deepest folder that expressions start with to none; an entry of a folder further out counts when it comes later.
    private Entry? Search(string key, InodeType? type)
    {
        Entry? best = null;
        var stem = PathStem(key);
        while (true)
        {
            if (_expressions.TryGetValue(stem, out var list))
            {
                for (var i = list.Count - 1; i >= 0 && (best is null || list[i].Order > best.Order); i--)
                {
                    if (list[i].Serves(type) && list[i].Expression.Matches(key))
                    {
                        best = list[i];
                        if (best.Context == NoContext)
                        {
                            return best;
                        }

                        break;
                    }
                }
            }

            if (stem.Length == 0)
            {
                return best;
            }

            stem = stem[..stem.LastIndexOf('/')];
        }
    }

    private static string PathStem(string key)
    {
        var end = 0;
        for (var depth = 0; depth < StemDepth; depth++)
        {
            var next = end < key.Length && key[end] == '/' ? key.IndexOf('/', end + 1) : -1;
            if (next < 0)
            {
                break;
            }

            end = next;
        }

        return key[..end];
    }

    private static string Clean(string path)
    {
        while (path.Contains("//", StringComparison.Ordinal))
        {
            path = path.Replace("//", "/", StringComparison.Ordinal);
        }

        return path.Length > 1 && path[^1] == '/' ? path[..^1] : path;
    }

    private void Add(string line, int order, Location where, List<Diagnostic> problems)
    {
        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words[0].StartsWith('#'))
        {
            return;
        }

        InodeType? type = null;
        if (words.Length is not (2 or 3) || words.Any(w => !Ascii.IsValid(w)) || (words.Length == 3 && !TryType(words[1], out type)))
        {
            problems.Add(SelinuxErrors.FileContexts.With($"'{line.Trim()}' is no entry.", where));
            return;
        }

        var expression = new PathExpression(words[0], where);
        var entry = new Entry(expression, type, words[^1], order);
        var (table, key) = expression.Literal is { } literal ? (_literals, literal) : (_expressions, PathExpression.Stem(words[0], StemDepth));
        if (!table.TryGetValue(key, out var list))
        {
            table.Add(key, list = []);
        }

        list.Add(entry);
    }

    private static bool TryType(string word, out InodeType? type)
    {
        type = word switch
        {
            "--" => InodeType.File,
            "-d" => InodeType.Directory,
            "-l" => InodeType.SymbolicLink,
            "-c" => InodeType.CharacterDevice,
            "-b" => InodeType.BlockDevice,
            "-p" => InodeType.Fifo,
            "-s" => InodeType.Socket,
            _ => null,
        };
        return type is not null;
    }

    private sealed record Entry(PathExpression Expression, InodeType? Type, string Context, int Order)
    {
        public bool Serves(InodeType? type) => Type is null || type is null || Type == type;
    }
}
