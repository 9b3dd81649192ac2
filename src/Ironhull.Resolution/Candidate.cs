namespace Ironhull.Resolution;

/// <summary>One version of one package that may be chosen; what the solver has variables for.</summary>
public class Candidate
{
    /// <summary>A candidate.</summary>
    /// <param name="name">Package name.</param>
    /// <param name="version">Full version.</param>
    /// <param name="architecture">Architecture.</param>
    /// <param name="digest">SHA-256 of the package file in lower-case hexadecimal.</param>
    public Candidate(string name, string version, string architecture, string digest)
    {
        Name = name;
        Version = version;
        Architecture = architecture;
        Id = $"{name}={version}:{architecture}@{digest}";
    }

    /// <summary>Stable identity: name, version, architecture and SHA-256.</summary>
    public string Id { get; }

    /// <summary>Package name.</summary>
    public string Name { get; }

    /// <summary>Full version.</summary>
    public string Version { get; }

    /// <summary>Architecture.</summary>
    public string Architecture { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Version}";
}
