using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ironhull.Machines.Acceptance;

/// <summary>What a first boot has to leave on a machine: every path with kind, mode, owner and contents, every unit with its state. All of it is asked for at once and compared line by line.</summary>
internal sealed class ExpectedTree
{
    private readonly SortedDictionary<string, string> _nodes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _units = new(StringComparer.Ordinal);

    private readonly HashSet<string> _unlabelled = new(StringComparer.Ordinal);

    /// <summary>How many paths and units it names.</summary>
    public int Count => _nodes.Count + _units.Count;

    /// <summary>A file.</summary>
    /// <param name="path">Where.</param>
    /// <param name="mode">The mode in octal digits.</param>
    /// <param name="contents">What is in it.</param>
    /// <param name="owner">User and group.</param>
    /// <param name="isProvisioned">Whether the first boot makes it; what programs make later has the labels that they give.</param>
    public ExpectedTree File(string path, string mode, string contents, string owner = "root:root", bool isProvisioned = true) => File(path, mode, Encoding.UTF8.GetBytes(contents), owner, isProvisioned);

    /// <inheritdoc cref="File(string, string, string, string, bool)"/>
    public ExpectedTree File(string path, string mode, ReadOnlySpan<byte> contents, string owner = "root:root", bool isProvisioned = true)
    {
        if (!isProvisioned || path.StartsWith("/run/", StringComparison.Ordinal))
        {
            _unlabelled.Add(path);
        }

        _nodes[path] = $"regular file|{mode}|{owner}|{Convert.ToHexStringLower(SHA256.HashData(contents))}";
        return this;
    }

    /// <summary>A folder.</summary>
    public ExpectedTree Folder(string path, string mode, string owner = "root:root")
    {
        _nodes[path] = $"directory|{mode}|{owner}|-";
        return this;
    }

    /// <summary>A symbolic link.</summary>
    public ExpectedTree Link(string path, string target)
    {
        _nodes[path] = $"symbolic link|777|root:root|{target}";
        return this;
    }

    /// <summary>A path where nothing may be.</summary>
    public ExpectedTree Nothing(string path)
    {
        _nodes[path] = "nothing";
        return this;
    }

    /// <summary>A unit.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="enabled">What <c>systemctl is-enabled</c> says.</param>
    /// <param name="active">What <c>systemctl is-active</c> says.</param>
    public ExpectedTree Unit(string name, string enabled, string active)
    {
        _units[name] = $"{enabled}|{active}";
        return this;
    }

    /// <summary>Compares a machine with it, labels too: those of the policy's file contexts.</summary>
    /// <exception cref="CheckFailedException">Something differs; all that does is named.</exception>
    public async Task CompareAsync(Machine machine, CancellationToken cancel)
    {
        const string Script =
            """
            while read -r kind name; do
              if [ "$kind" = unit ]; then echo "$name|$(systemctl is-enabled "$name" 2>/dev/null)|$(systemctl is-active "$name")"; continue; fi
              if [ -L "$name" ]; then what=$(readlink "$name"); elif [ -f "$name" ]; then what=$(sha256sum < "$name"); what=${what%% *}; else what=-; fi
              if [ -e "$name" ] || [ -L "$name" ]; then stat -c "%n|%F|%a|%U:%G|$what" "$name"; [ "$kind" = made ] || matchpathcon -V "$name" | grep -v ' verified'; else echo "$name|nothing"; fi
            done
            exit 0
            """;
        var input = string.Concat(_nodes.Keys.Select(n => $"{(_unlabelled.Contains(n) ? "made" : "node")} {n}\n").Concat(_units.Keys.Select(u => $"unit {u}\n")));
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(input));
        var found = Check.Lines((await machine.SshAsync(Script, stream, cancel).ConfigureAwait(false)).Replace("|regular empty file|", "|regular file|", StringComparison.Ordinal));
        string[] expected = [.. _nodes.Concat(_units).Select(e => $"{e.Key}|{e.Value}")];
        Check.None([.. expected.Except(found).Select(l => "- " + l), .. found.Except(expected).Select(l => "+ " + l)], string.Create(
            CultureInfo.InvariantCulture, $"The tree is not as expected (- expected, + found), in {expected.Length} lines"));
    }
}
