using Ironhull.Provisioning.Json;

namespace Ironhull.Provisioning.Model;

/// <summary>A whole config.</summary>
/// <param name="node">The object.</param>
public sealed class IgnitionConfig(ConfigObject node) : ConfigView(node)
{
    /// <summary>What concerns the config itself.</summary>
    public IgnitionSection Ignition => new(Object("ignition"));

    /// <summary>Words of the kernel command line.</summary>
    public KernelArguments KernelArguments => new(Object("kernelArguments"));

    /// <summary>Users and groups.</summary>
    public PasswdSection Passwd => new(Object("passwd"));

    /// <summary>Disks, file systems and files.</summary>
    public StorageSection Storage => new(Object("storage"));

    /// <summary>Units of systemd.</summary>
    public SystemdSection Systemd => new(Object("systemd"));
}

/// <summary>What concerns the config itself.</summary>
/// <param name="node">The object.</param>
public sealed class IgnitionSection(ConfigObject node) : ConfigView(node)
{
    /// <summary>The version of the specification.</summary>
    public string? Version => Text("version");

    /// <summary>Configs that are merged into this one.</summary>
    public IReadOnlyList<Resource> Merge => new References(Object("config")).Merge;

    /// <summary>The config that takes this one's place; without source there is none.</summary>
    public Resource Replace => new References(Object("config")).Replace;

    /// <summary>Proxies.</summary>
    public Proxy Proxy => new(Object("proxy"));

    /// <summary>Certificate authorities beside those of the system.</summary>
    public IReadOnlyList<Resource> CertificateAuthorities => new Security(Object("security")).CertificateAuthorities;

    /// <summary>Time limits.</summary>
    public Timeouts Timeouts => new(Object("timeouts"));

    private sealed class References(ConfigObject node) : ConfigView(node)
    {
        public IReadOnlyList<Resource> Merge => Items("merge", n => new Resource(n));

        public Resource Replace => new(Object("replace"));
    }

    private sealed class Security(ConfigObject node) : ConfigView(node)
    {
        public IReadOnlyList<Resource> CertificateAuthorities => new Tls(Object("tls")).CertificateAuthorities;
    }

    private sealed class Tls(ConfigObject node) : ConfigView(node)
    {
        public IReadOnlyList<Resource> CertificateAuthorities => Items("certificateAuthorities", n => new Resource(n));
    }
}

/// <summary>Proxies.</summary>
/// <param name="node">The object.</param>
public sealed class Proxy(ConfigObject node) : ConfigView(node)
{
    /// <summary>The proxy of http, and of https where it has none of its own.</summary>
    public string? HttpProxy => Text("httpProxy");

    /// <summary>The proxy of https.</summary>
    public string? HttpsProxy => Text("httpsProxy");

    /// <summary>Hosts that are reached without proxy.</summary>
    public IReadOnlyList<string> NoProxy => Texts("noProxy");
}

/// <summary>Time limits.</summary>
/// <param name="node">The object.</param>
public sealed class Timeouts(ConfigObject node) : ConfigView(node)
{
    /// <summary>Seconds until a server's headers must be there; 0 for no limit.</summary>
    public long? HttpResponseHeaders => Integer("httpResponseHeaders");

    /// <summary>Seconds that a fetch may take with all retries; 0 for no limit.</summary>
    public long? HttpTotal => Integer("httpTotal");
}

/// <summary>Words of the kernel command line.</summary>
/// <param name="node">The object.</param>
public sealed class KernelArguments(ConfigObject node) : ConfigView(node)
{
    /// <summary>Those that have to be there.</summary>
    public IReadOnlyList<string> ShouldExist => Texts("shouldExist");

    /// <summary>Those that must not be there.</summary>
    public IReadOnlyList<string> ShouldNotExist => Texts("shouldNotExist");
}
