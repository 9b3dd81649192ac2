namespace Ironhull.Testing;

/// <summary>One release of rpm: that of this machine, or one in a tool root.</summary>
public sealed class RpmRelease
{
    private readonly ToolRoot? _root;
    private readonly Lazy<string> _version;

    private RpmRelease(string name, ToolRoot? root)
    {
        Name = name;
        _root = root;
        _version = new(() => Run("rpm", "--version").Trim());
    }

    /// <summary>4.18, of Debian 12: this machine's, and the release of Azure Linux 3.0.</summary>
    public static RpmRelease V418 { get; } = new("4.18", null);

    /// <summary>4.20, of Debian 13.</summary>
    public static RpmRelease V420 { get; } = new("4.20", ToolRoot.Rpm4);

    /// <summary>6, of Debian 14.</summary>
    public static RpmRelease V6 { get; } = new("6", ToolRoot.Rpm6);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RpmRelease> All { get; } = [V418, V420, V6];

    /// <summary>"4.18", "4.20" or "6".</summary>
    public string Name { get; }

    /// <summary>What <c>rpm --version</c> prints.</summary>
    public string Version => _version.Value;

    /// <summary>The release of a name.</summary>
    public static RpmRelease Get(string name) => All.First(r => r.Name == name);

    /// <summary>Runs a tool of the release that has to succeed.</summary>
    /// <returns>What it printed to its standard output.</returns>
    public string Run(string tool, params string[] arguments) => Try(tool, arguments).Success();

    /// <summary>Runs a tool of the release; it sees the temporary folder and the fixtures.</summary>
    public ToolResult Try(string tool, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null) =>
        _root is null ? HostTool.Try(tool, arguments, environment, folder) : _root.Try(tool, arguments, environment, folder);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
