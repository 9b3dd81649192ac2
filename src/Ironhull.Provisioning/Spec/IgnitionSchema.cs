using Ironhull.Provisioning.Json;
using static Ironhull.Provisioning.Spec.SpecType;

namespace Ironhull.Provisioning.Spec;

/// <summary>
/// The fields of every version: one table, each field with the version it came with. Source: the specification pages
/// "configuration-v3_0" to "configuration-v3_7_experimental" of Ignition.
/// </summary>
internal static class IgnitionSchema
{
    private static readonly SpecObject Verification = new(null, new SpecField("hash", Text));

    private static readonly SpecObject HttpHeader = new(By("name"), new("name", Text), new("value", Text));

    /// <summary>Configs and certificate authorities by URL, which had no compression at first.</summary>
    public static readonly SpecObject Reference = Resource(compressionSince: 1);

    /// <summary>Contents by URL.</summary>
    public static readonly SpecObject Contents = Resource(compressionSince: 0);

    private static readonly SpecObject Owner = new(null, new SpecField("id", Integer), new SpecField("name", Text));

    /// <summary>What concerns the config itself.</summary>
    public static readonly SpecObject Ignition = new(
        null,
        new("config", Of(new(null, new SpecField("merge", ListOf(Reference)), new SpecField("replace", Of(Reference))))),
        new("proxy", Of(new(null, new SpecField("httpProxy", Text), new SpecField("httpsProxy", Text), new SpecField("noProxy", Texts))), 1),
        new("security", Of(new(null, new SpecField("tls", Of(new(null, new SpecField("certificateAuthorities", ListOf(Reference)))))))),
        new("timeouts", Of(new(null, new SpecField("httpResponseHeaders", Integer), new SpecField("httpTotal", Integer)))),
        new("version", Text));

    private static readonly SpecObject KernelArguments = new(
        null, new("shouldExist", Texts with { Group = "argument" }), new("shouldNotExist", Texts with { Group = "argument" }));

    private static readonly SpecObject Group = new(
        By("name"), new("gid", Integer), new("name", Text), new("passwordHash", Text), new("shouldExist", Truth, 2), new("system", Truth));

    /// <summary>A user.</summary>
    public static readonly SpecObject User = new(
        By("name"),
        new("gecos", Text),
        new("groups", Texts),
        new("homeDir", Text),
        new("name", Text),
        new("noCreateHome", Truth),
        new("noLogInit", Truth),
        new("noUserGroup", Truth),
        new("passwordHash", Text),
        new("primaryGroup", Text),
        new("sshAuthorizedKeys", Texts),
        new("shell", Text),
        new("shouldExist", Truth, 2),
        new("system", Truth),
        new("uid", Integer));

    private static readonly SpecObject Directory = Node(new SpecField("mode", Integer));

    private static readonly SpecObject File = Node(
        new("append", ListOf(Contents, ListRule.Append)), new("contents", Of(Contents)), new("mode", Integer));

    private static readonly SpecObject Link = Node(new("hard", Truth), new("target", Text));

    private static readonly SpecObject Partition = new(
        PartitionKey,
        new("guid", Text),
        new("label", Text),
        new("number", Integer),
        new("resize", Truth, 2),
        new("shouldExist", Truth),
        new("sizeMiB", Integer),
        new("startMiB", Integer),
        new("typeGuid", Text),
        new("wipePartitionEntry", Truth));

    private static readonly SpecObject Disk = new(By("device"), new("device", Text), new("partitions", ListOf(Partition)), new("wipeTable", Truth));

    /// <summary>A file system.</summary>
    public static readonly SpecObject Filesystem = new(
        By("device"),
        new("device", Text),
        new("format", Text),
        new("label", Text),
        new("mountOptions", AppendedTexts, 1),
        new("options", AppendedTexts),
        new("path", Text),
        new("uuid", Text),
        new("wipeFilesystem", Truth));

    /// <summary>A Tang server.</summary>
    public static readonly SpecObject Tang = new(By("url"), new("advertisement", Text, 4), new("thumbprint", Text), new("url", Text));

    private static readonly SpecObject Clevis = new(
        null,
        new("custom", Of(new(null, new SpecField("config", Text), new SpecField("needsNetwork", Truth), new SpecField("pin", Text)))),
        new("tang", ListOf(Tang)),
        new("threshold", Integer),
        new("tpm2", Truth));

    private static readonly SpecObject Luks = new(
        By("name"),
        new("cex", Of(new(null, new SpecField("enabled", Truth))), 5),
        new("clevis", Of(Clevis)),
        new("device", Text),
        new("discard", Truth, 4),
        new("keyFile", Of(Contents)),
        new("label", Text),
        new("name", Text),
        new("openOptions", AppendedTexts, 4),
        new("options", AppendedTexts),
        new("uuid", Text),
        new("wipeVolume", Truth));

    private static readonly SpecObject Raid = new(
        By("name"), new("devices", Texts), new("level", Text), new("name", Text), new("options", AppendedTexts), new("spares", Integer));

    /// <summary>Disks, file systems and files.</summary>
    public static readonly SpecObject Storage = new(
        null,
        new("directories", ListOf(Directory, group: "node")),
        new("disks", ListOf(Disk)),
        new("files", ListOf(File, group: "node")),
        new("filesystems", ListOf(Filesystem)),
        new("links", ListOf(Link, group: "node")),
        new("luks", ListOf(Luks), 2),
        new("raid", ListOf(Raid)));

    /// <summary>A drop-in.</summary>
    public static readonly SpecObject Dropin = new(By("name"), new("contents", Text), new("name", Text));

    /// <summary>A unit.</summary>
    public static readonly SpecObject Unit = new(
        By("name"), new("contents", Text), new("dropins", ListOf(Dropin)), new("enabled", Truth), new("mask", Truth), new("name", Text));

    /// <summary>The whole config.</summary>
    public static SpecObject Config { get; } = new(
        null,
        new("ignition", Of(Ignition)),
        new("kernelArguments", Of(KernelArguments), 3),
        new("passwd", Of(new(null, new SpecField("groups", ListOf(Group)), new SpecField("users", ListOf(User))))),
        new("storage", Of(Storage)),
        new("systemd", Of(new(null, new SpecField("units", ListOf(Unit))))));

    private static SpecObject Resource(int compressionSince) => new(
        By("source"),
        new("compression", Text, compressionSince),
        new("httpHeaders", ListOf(HttpHeader), 1),
        new("source", Text),
        new("verification", Of(Verification)));

    private static SpecObject Node(params SpecField[] own) => new(
        By("path"), [new("group", Of(Owner)), new("overwrite", Truth), new("path", Text), new("user", Of(Owner)), .. own]);

    private static Func<ConfigObject, string> By(string key) => node => (node[key] as ConfigText)?.Value ?? "";

    private static string PartitionKey(ConfigObject node) =>
        node["number"] is ConfigNumber { Whole: { } number and not 0 }
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"number:{number}")
            : node["label"] is ConfigText label ? $"label:{label.Value}" : "";
}
