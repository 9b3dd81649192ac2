using Ironhull.Diagnostics;

namespace Ironhull.Formats.Ipe;

/// <summary>Reads a policy line by line and collects what is wrong.</summary>
internal sealed class IpePolicyParser(string path)
{
    private const string NameKey = "policy_name=", VersionKey = "policy_version=", OperationKey = "op=", ActionKey = "action=", Default = "DEFAULT";
    private readonly List<Diagnostic> _problems = [];
    private readonly Dictionary<IpeOperation, IpeAction> _defaults = [];
    private readonly List<IpeRule> _rules = [];
    private (string Name, IpePolicyVersion Version)? _header;
    private bool _headerSeen;
    private IpeAction? _global;
    private int _line;

    public IpePolicy Parse(string text)
    {
        if (text.Length > IpePolicy.LongestText)
        {
            throw EnforcementErrors.MalformedPolicy.Error($"The policy has {text.Length} characters; at most {IpePolicy.LongestText} are allowed.", new Location(path));
        }

        foreach (var line in text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n', '\r'))
        {
            _line++;
            var words = line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0 && IsText(line))
            {
                Line(words);
            }
        }

        Finish();
        return _problems.Count > 0 ? throw new HullException(_problems) : new(_header!.Value.Name, _header.Value.Version, _global, _defaults, _rules);
    }

    private bool IsText(string line)
    {
        if (line.All(c => c is '\t' or (>= ' ' and <= '~')))
        {
            return true;
        }

        Problem("The line has a character that is not printable ASCII.");
        return false;
    }

    private void Line(string[] words)
    {
        if (!_headerSeen)
        {
            _headerSeen = true;
            Header(words);
        }
        else if (words[0] == Default)
        {
            DefaultRule(words[1..]);
        }
        else
        {
            Rule(words);
        }
    }

    private void Header(string[] words)
    {
        if (words.Length != 2 || !words[0].StartsWith(NameKey, StringComparison.Ordinal) || !words[1].StartsWith(VersionKey, StringComparison.Ordinal))
        {
            Problem("The first line is not 'policy_name=NAME policy_version=MAJOR.MINOR.REVISION'.");
            return;
        }

        var (name, version) = (words[0][NameKey.Length..], words[1][VersionKey.Length..]);
        // The name becomes a folder in securityfs, and systemd looks for NAME.p7b.
        if (name.Length is 0 or > 200 || name[0] == '.' || name.Contains('/', StringComparison.Ordinal))
        {
            Problem($"'{name}' cannot be a policy's name: it is used as a file name.");
        }
        else if (!IpePolicyVersion.TryParse(version, out var parsed))
        {
            Problem($"'{version}' is not a version: three numbers from 0 to 65535 with dots between.");
        }
        else
        {
            _header = (name, parsed);
        }
    }

    private void DefaultRule(string[] words)
    {
        var operation = words.Length == 2 ? Operation(words[0]) : null;
        if (words.Length is not (1 or 2) || (words.Length == 2 && operation is null) || Action(words[^1]) is not { } action)
        {
            Problem("A default is 'DEFAULT [op=OPERATION] action=ALLOW|DENY'.");
            return;
        }

        var repeated = operation is { } own ? !_defaults.TryAdd(own, action) : _global is not null;
        _global = operation is null ? action : _global;
        if (repeated)
        {
            Problem("The same default is given twice.");
        }
    }

    private void Rule(string[] words)
    {
        if (Operation(words[0]) is not { } operation)
        {
            Problem($"'{words[0]}' does not begin a rule: op= with one of {string.Join(", ", IpeWords.Operations.Select(o => o.Word))}, or DEFAULT.");
            return;
        }

        if (words.Length < 2 || Action(words[^1]) is not { } action)
        {
            Problem("A rule ends with action=ALLOW or action=DENY.");
            return;
        }

        var properties = words[1..^1].Select(Property).ToList();
        var unknown = properties.FindIndex(p => p is null);
        if (unknown >= 0)
        {
            Problem($"'{words[1 + unknown]}' is not a property: {string.Join(", ", IpeWords.Flags.Select(f => f + "=TRUE|FALSE"))}, {string.Join(", ", IpeWords.Digests.Select(d => d + "=ALGORITHM:HEX"))}.");
            return;
        }

        _rules.Add(new(operation, properties!, action, _line));
    }

    private void Finish()
    {
        if (!_headerSeen)
        {
            _line = 0;
            Problem("The policy is empty.");
        }
        else if (_global is null && IpeWords.Operations.Where(o => !_defaults.ContainsKey(o.Operation)).Select(o => o.Word).ToList() is { Count: > 0 } missing)
        {
            _line = 0;
            Problem($"There is no 'DEFAULT action=…', and no default for {string.Join(", ", missing)}.");
        }
    }

    private static IpeOperation? Operation(string word) => word.StartsWith(OperationKey, StringComparison.Ordinal)
        ? IpeWords.Operations.Where(o => o.Word == word[OperationKey.Length..]).Select(o => (IpeOperation?)o.Operation).FirstOrDefault()
        : null;

    private static IpeAction? Action(string word) => word switch
    {
        ActionKey + "ALLOW" => IpeAction.Allow,
        ActionKey + "DENY" => IpeAction.Deny,
        _ => null,
    };

    private static IpeProperty? Property(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return null;
        }

        var (name, value) = (word[..equals], word[(equals + 1)..]);
        var known = IpeWords.Flags.Contains(name) ? value is "TRUE" or "FALSE" : IpeWords.Digests.Contains(name) && IsDigest(value);
        return known ? new(name, value) : null;
    }

    private static bool IsDigest(string value)
    {
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        var hex = value.AsSpan(colon + 1);
        return colon > 0 && hex.Length > 0 && hex.Length % 2 == 0 && !hex.ContainsAnyExcept("0123456789abcdefABCDEF");
    }

    private void Problem(string message) => _problems.Add(EnforcementErrors.MalformedPolicy.With(message, new Location(path, _line)));
}
