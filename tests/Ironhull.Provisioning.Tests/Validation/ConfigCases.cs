using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Tests.Validation;

/// <summary>The table of configs: every row is registered for every version it applies to.</summary>
internal static class ConfigCases
{
    private static readonly string Zeros = new('0', 128);
    private static readonly string Long = new('x', 300);

    public static IReadOnlyList<ConfigCase> All { get; } =
    [
        .. Ignition(), .. Contents(), .. Files(), .. Directories(), .. Links(), .. Disks(), .. Raid(), .. Luks(), .. Filesystems(), .. Systemd(), .. Passwd(), .. KernelArguments(),
    ];

    /// <summary>Every row with every version it applies to.</summary>
    public static IEnumerable<(ConfigCase Case, SpecVersion Version)> Registered() =>
        All.SelectMany(c => SpecVersion.All.Where(v => v.Minor >= c.Since && v.Minor <= c.Until).Select(v => (c, v)));

    private static IEnumerable<ConfigCase> Ignition() =>
    [
        new("ignition: version only", ""),
        new("ignition: unknown key at the top", "\"x\":{\"a\":[{}]}", "warning $.x: unused key x"),
        new("ignition: unknown key below", "", "warning $.ignition.x: unused key x", Ignition: "\"x\":1"),
        new("ignition: key in another case", "\"Storage\":{}", "warning $.Storage: unused key Storage (it is written storage)"),
        new("ignition: nulls are absent", "\"storage\":null,\"systemd\":{\"units\":null}", "", Ignition: "\"config\":{\"merge\":null,\"replace\":null},\"timeouts\":null"),
        new("ignition: section of the wrong type", "\"storage\":[]", "error $.storage: an object is expected, not a list"),
        new("ignition: list of the wrong type", "\"storage\":{\"files\":{}}", "error $.storage.files: a list is expected, not an object"),
        new("ignition: text of the wrong type", "\"storage\":{\"files\":[{\"path\":1}]}", "error $.storage.files.0.path: a text is expected, not the number 1"),
        new("ignition: entry of the wrong type", "\"storage\":{\"files\":[\"/a\"]}", "error $.storage.files.0: an object is expected, not a text"),
        new("ignition: merge", "", "", Ignition: "\"config\":{\"merge\":[{\"source\":\"http://a/b\"},{\"source\":\"data:,x\"}]}"),
        new("ignition: merge without source, early", "", "", 0, 0, "\"config\":{\"merge\":[{}]}"),
        new("ignition: merge without source", "", "error $.ignition.config.merge.0: source is required", 1, Ignition: "\"config\":{\"merge\":[{}]}"),
        new("ignition: merge with empty source", "", "error $.ignition.config.merge.0: source is required", 1, Ignition: "\"config\":{\"merge\":[{\"source\":\"\"}]}"),
        new("ignition: merge twice", "", "error $.ignition.config.merge.1: duplicate entry defined", Ignition: "\"config\":{\"merge\":[{\"source\":\"http://a\"},{\"source\":\"http://a\"}]}"),
        new("ignition: merge with compression", "", "", 1, Ignition: "\"config\":{\"merge\":[{\"source\":\"http://a\",\"compression\":\"gzip\"}]}"),
        new("ignition: merge with compression too early", "", "warning $.ignition.config.merge.0.compression: unused key compression (known from spec 3.1.0 on)", 0, 0, "\"config\":{\"merge\":[{\"source\":\"http://a\",\"compression\":\"gzip\"}]}"),
        new("ignition: replace", "", "", Ignition: "\"config\":{\"replace\":{\"source\":\"tftp://a/b\"}}"),
        new("ignition: replace by a bad url", "", "error $.ignition.config.replace.source: invalid url scheme", Ignition: "\"config\":{\"replace\":{\"source\":\"ftp://a/b\"}}"),
        new("ignition: timeouts", "", "", Ignition: "\"timeouts\":{\"httpResponseHeaders\":5,\"httpTotal\":0}"),
        new("ignition: timeouts of the wrong type", "", "error $.ignition.timeouts.httpTotal: a whole number is expected, not a text", Ignition: "\"timeouts\":{\"httpTotal\":\"5\"}"),
        new("ignition: authority", "", "", Ignition: "\"security\":{\"tls\":{\"certificateAuthorities\":[{\"source\":\"https://a/ca\"}]}}"),
        new("ignition: authority without source", "", "error $.ignition.security.tls.certificateAuthorities.0: source is required", Ignition: "\"security\":{\"tls\":{\"certificateAuthorities\":[{}]}}", Judged: false),
        new("ignition: authority twice", "", "error $.ignition.security.tls.certificateAuthorities.1: duplicate entry defined", Ignition: "\"security\":{\"tls\":{\"certificateAuthorities\":[{\"source\":\"http://a\"},{\"source\":\"http://a\"}]}}"),
        new("ignition: proxy", "", "", 1, Ignition: "\"proxy\":{\"httpProxy\":\"http://p:8\",\"httpsProxy\":\"https://p\",\"noProxy\":[\"a\",\"*\"]}"),
        new("ignition: proxy too early", "", "warning $.ignition.proxy: unused key proxy (known from spec 3.1.0 on)", 0, 0, "\"proxy\":{\"httpProxy\":\"x\"}"),
        new("ignition: proxy of another scheme", "", "error $.ignition.proxy.httpProxy: proxies must be http(s)", 1, Ignition: "\"proxy\":{\"httpProxy\":\"ftp://p\"}"),
        new("ignition: proxy empty", "", "error $.ignition.proxy.httpProxy: proxies must be http(s)", 1, Ignition: "\"proxy\":{\"httpProxy\":\"\"}"),
        new("ignition: proxy that is no url", "", "error $.ignition.proxy.httpProxy: unable to parse url", 1, Ignition: "\"proxy\":{\"httpProxy\":\"http://%zz\"}"),
        new("ignition: proxy in plain text", "", "warning $.ignition.proxy.httpsProxy: insecure plaintext HTTP proxy specified for HTTPS resources", 1, Ignition: "\"proxy\":{\"httpsProxy\":\"http://p\"}"),
        new("ignition: proxy exception twice", "", "error $.ignition.proxy.noProxy.1: duplicate entry defined", 1, Ignition: "\"proxy\":{\"noProxy\":[\"a\",\"a\"]}"),
    ];

    private static ConfigCase Source(string name, string source, string? wrong = null, int since = 0, int until = 7, bool judged = true) => new(
        $"resource: {name}", $"\"storage\":{{\"files\":[{{\"path\":\"/a\",\"contents\":{{\"source\":{Json(source)}}}}}]}}", wrong is null ? "" : $"error $.storage.files.0.contents.source: {wrong}", since, until, Judged: judged);

    private static ConfigCase Hash(string name, string hash, string? wrong = null, int since = 0, int until = 7) => new(
        $"resource: {name}", $"\"storage\":{{\"files\":[{{\"path\":\"/a\",\"contents\":{{\"source\":\"\",\"verification\":{{\"hash\":\"{hash}\"}}}}}}]}}", wrong is null ? "" : $"error $.storage.files.0.contents.verification.hash: {wrong}", since, until);

    private static ConfigCase Headers(string name, string source, string headers, string expect, int since = 1, int until = 7) => new(
        $"resource: {name}", $"\"storage\":{{\"files\":[{{\"path\":\"/a\",\"contents\":{{{source}\"httpHeaders\":{headers}}}}}]}}", expect, since, until);

    private static string Json(string text) => $"\"{System.Text.Json.JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static IEnumerable<ConfigCase> Contents() =>
    [
        Source("empty source", ""), Source("http", "http://a/b?c=d#e"), Source("https with user and port", "https://u:p@a:8443/b"), Source("tftp", "tftp://a/b"), Source("http without host", "http:b"),
        Source("address of version 6", "http://[fe80::1]:80/"), Source("address without bracket", "http://[fe80::1/", "unable to parse url"), Source("port that is none", "http://a:b/", "unable to parse url"),
        Source("blank in a host", "http://a b/", "unable to parse url"), Source("blank in a path", "http://a/b c"), Source("bad escape", "http://a/%zz", "unable to parse url"),
        Source("control character", "http://a/\n", "unable to parse url"), Source("no scheme", "/a", "invalid url scheme"), Source("empty scheme", ":a", "unable to parse url"), Source("unknown scheme", "ftp://a", "invalid url scheme"),
        Source("blank before", " http://a", "unable to parse url"), Source("bad user", "https://a%b@c/", "unable to parse url"),
        Source("s3", "s3://bucket/key"), Source("s3 with version", "s3://bucket/key?versionId=1"), Source("s3 with empty version", "s3://bucket/key?versionId=", "invalid S3 object VersionId"),
        Source("gs", "gs://bucket/key", since: 2), Source("gs too early", "gs://bucket/key", "invalid url scheme", until: 1),
        Source("arn", "arn:aws:s3:::bucket/key", since: 4), Source("arn too early", "arn:aws:s3:::bucket/key", "invalid url scheme", until: 3),
        Source("arn of another service", "arn:aws:ec2:::bucket/key", "invalid S3 ARN format", 4), Source("arn without key", "arn:aws:s3:::bucket", "invalid S3 ARN format", 4),
        Source("arn of an access point", "arn:aws:s3:us:1:accesspoint/a/key", since: 4), Source("arn of an access point without key", "arn:aws:s3:us:1:accesspoint/a", "invalid S3 ARN format", 4),
        Source("arn with empty version", "arn:aws:s3:::bucket/key?versionId=", "invalid S3 object VersionId", 4),
        Source("file", "file:///a/b", since: 7), Source("file too early", "file:///a/b", "invalid url scheme", until: 6), Source("file with host", "file://a/b", "path not absolute", 7), Source("file not simplified", "file:///a/../b", "path is not fully simplified", 7),
        Source("data", "data:,a%20b"), Source("data empty", "data:,"), Source("data in base64", "data:;base64,aGk="), Source("data with type", "data:text/plain;charset=utf-8;base64,aGk="),
        Source("data without comma", "data:", "missing comma before data"), Source("data with a bad type", "data:text,x", "invalid media type", judged: false), Source("data with a bad parameter", "data:;a,x", "a parameter has no value", judged: false),
        Source("data with a bad escape", "data:,%zz", "invalid escape", judged: false), Source("data with a bad character", "data:,a b", "invalid data character"), Source("data beyond ASCII", "data:,é", "invalid data character"),
        Source("data in bad base64", "data:;base64,aGk", "illegal base64 data", judged: false), Source("data with base64 of urls", "data:;base64,a-_=", "invalid data character"), Source("data in capitals", "DATA:,x", "missing data prefix"),
        Source("data with escapes in base64", "data:;base64,aGVs%62G8=", "illegal base64 data", judged: false),
        Hash("sha512", $"sha512-{Zeros}"), Hash("sha256", $"sha256-{Zeros[..64]}", since: 1), Hash("sha256 too early", $"sha256-{Zeros[..64]}", "unrecognized hash function", until: 0),
        Hash("hash of another kind", "md5-00", "unrecognized hash function"), Hash("hash without dash", "sha512", "malformed hash specifier"), Hash("hash empty", "", "malformed hash specifier"), Hash("hash too short", "sha512-00", "incorrect size for hash sum"),
        new("resource: hash without source", $"\"storage\":{{\"files\":[{{\"path\":\"/a\",\"contents\":{{\"verification\":{{\"hash\":\"sha512-{Zeros}\"}}}}}}]}}", "error $.storage.files.0.contents.verification.hash: source must be specified if verification is specified"),
        new("resource: hash null", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"verification\":{\"hash\":null}}}]}"),
        new("resource: gzip", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"http://a\",\"compression\":\"gzip\"}}]}"),
        new("resource: no compression", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"http://a\",\"compression\":\"\"}}]}"),
        new("resource: unknown compression", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"http://a\",\"compression\":\"xz\"}}]}", "error $.storage.files.0.contents.compression: invalid compression method"),
        Headers("headers", "\"source\":\"https://a\",", "[{\"name\":\"a\",\"value\":\"b\"},{\"name\":\"c\"}]", ""),
        Headers("headers too early", "\"source\":\"https://a\",", "[]", "warning $.storage.files.0.contents.httpHeaders: unused key httpHeaders (known from spec 3.1.0 on)", 0, 0),
        Headers("headers without source", "", "[{\"name\":\"a\",\"value\":\"b\"}]", "error $.storage.files.0.contents.httpHeaders: unable to parse url"),
        Headers("headers with another scheme", "\"source\":\"tftp://a\",", "[{\"name\":\"a\",\"value\":\"b\"}]", "error $.storage.files.0.contents.httpHeaders: cannot use HTTP headers with this source scheme"),
        Headers("header without name", "\"source\":\"https://a\",", "[{\"value\":\"b\"}]", "error $.storage.files.0.contents.httpHeaders.0.name: HTTP header name can't be empty"),
        Headers("header with empty value", "\"source\":\"https://a\",", "[{\"name\":\"a\",\"value\":\"\"}]", "error $.storage.files.0.contents.httpHeaders.0.value: unable to parse HTTP header"),
        Headers("header twice", "\"source\":\"https://a\",", "[{\"name\":\"a\"},{\"name\":\"a\"}]", "error $.storage.files.0.contents.httpHeaders.1: duplicate entry defined"),
    ];

    private static ConfigCase Storage(string name, string list, string body, string expect = "", int since = 0, int until = 7, bool judged = true) =>
        new(name, $"\"storage\":{{\"{list}\":{body}}}", expect, since, until, Judged: judged);

    private static IEnumerable<ConfigCase> Files() =>
    [
        Storage("files: none", "files", "[]"),
        Storage("files: complete", "files", "[{\"path\":\"/a\",\"overwrite\":true,\"mode\":420,\"user\":{\"id\":0},\"group\":{\"name\":\"root\"},\"contents\":{\"source\":\"data:,x\"},\"append\":[{\"source\":\"data:,y\"},{\"source\":\"data:,y\"}]}]"),
        Storage("files: the root", "files", "[{\"path\":\"/\"}]"),
        Storage("files: without path", "files", "[{}]", "error $.storage.files.0.path: path not specified"),
        Storage("files: relative", "files", "[{\"path\":\"a\"}]", "error $.storage.files.0.path: path not absolute"),
        Storage("files: with dots", "files", "[{\"path\":\"/a/../b\"}]", "error $.storage.files.0.path: path is not fully simplified"),
        Storage("files: with a slash at the end", "files", "[{\"path\":\"/a/\"}]", "error $.storage.files.0.path: path is not fully simplified"),
        Storage("files: with doubled slashes", "files", "[{\"path\":\"//a\"}]", "error $.storage.files.0.path: path is not fully simplified"),
        Storage("files: a name of dots", "files", "[{\"path\":\"/...\"}]"),
        Storage("files: twice", "files", "[{\"path\":\"/a\"},{\"path\":\"/a\"}]", "error $.storage.files.1: duplicate entry defined"),
        Storage("files: overwrite without source", "files", "[{\"path\":\"/a\",\"overwrite\":true}]", "error $.storage.files.0.overwrite: overwrite must be false if source is unspecified"),
        Storage("files: overwrite with empty source", "files", "[{\"path\":\"/a\",\"overwrite\":true,\"contents\":{\"source\":\"\"}}]"),
        Storage("files: mode too large", "files", "[{\"path\":\"/a\",\"mode\":4096}]", "error $.storage.files.0.mode: illegal file mode"),
        Storage("files: mode negative", "files", "[{\"path\":\"/a\",\"mode\":-1}]", "error $.storage.files.0.mode: illegal file mode\nwarning $.storage.files.0.mode: setuid/setgid/sticky bits are not supported in spec versions older than 3.4.0", 0, 3),
        Storage("files: mode negative, later", "files", "[{\"path\":\"/a\",\"mode\":-1}]", "error $.storage.files.0.mode: illegal file mode", 4),
        Storage("files: special bits too early", "files", "[{\"path\":\"/a\",\"mode\":2541}]", "warning $.storage.files.0.mode: setuid/setgid/sticky bits are not supported in spec versions older than 3.4.0", 0, 3),
        Storage("files: special bits", "files", "[{\"path\":\"/a\",\"mode\":2541}]", "", 4),
        Storage("files: mode as text", "files", "[{\"path\":\"/a\",\"mode\":\"0644\"}]", "error $.storage.files.0.mode: a whole number is expected, not a text"),
        Storage("files: mode with a fraction", "files", "[{\"path\":\"/a\",\"mode\":420.0}]", "error $.storage.files.0.mode: a whole number is expected, not the number 420.0"),
        Storage("files: mode beyond 64 bits", "files", "[{\"path\":\"/a\",\"mode\":99999999999999999999}]", "error $.storage.files.0.mode: a whole number is expected, not the number 99999999999999999999"),
        Storage("files: owner by both", "files", "[{\"path\":\"/a\",\"user\":{\"id\":1,\"name\":\"a\"}}]", "error $.storage.files.0.user: cannot set both id and name"),
        Storage("files: group by both", "files", "[{\"path\":\"/a\",\"group\":{\"id\":1,\"name\":\"a\"}}]", "error $.storage.files.0.group: cannot set both id and name"),
        Storage("files: owner by number and empty name", "files", "[{\"path\":\"/a\",\"user\":{\"id\":1,\"name\":\"\"}}]"),
        Storage("files: append without source", "files", "[{\"path\":\"/a\",\"append\":[{}]}]"),
        Storage("files: append with bad source", "files", "[{\"path\":\"/a\",\"append\":[{\"source\":\"x\"}]}]", "error $.storage.files.0.append.0.source: invalid url scheme"),
        Storage("files: below a file", "files", "[{\"path\":\"/a\"},{\"path\":\"/a/b/c\"}]", "", 0, 5),
        Storage("files: below a file, later", "files", "[{\"path\":\"/a\"},{\"path\":\"/a/b/c\"}]", "error $.storage.files.1.path: path runs through a file of the config", 6),
        Storage("files: key of 2.x", "files", "[{\"path\":\"/a\",\"filesystem\":\"root\"}]", "warning $.storage.files.0.filesystem: unused key filesystem"),
    ];

    private static IEnumerable<ConfigCase> Directories() =>
    [
        Storage("directories: complete", "directories", "[{\"path\":\"/a\",\"overwrite\":true,\"mode\":493,\"user\":{\"name\":\"a\"},\"group\":{\"id\":1}}]"),
        Storage("directories: relative", "directories", "[{\"path\":\"a/b\"}]", "error $.storage.directories.0.path: path not absolute"),
        Storage("directories: mode too large", "directories", "[{\"path\":\"/a\",\"mode\":5000}]", "error $.storage.directories.0.mode: illegal file mode", 4),
        Storage("directories: sticky too early", "directories", "[{\"path\":\"/a\",\"mode\":1023}]", "warning $.storage.directories.0.mode: setuid/setgid/sticky bits are not supported in spec versions older than 3.4.0", 0, 3),
        Storage("directories: twice", "directories", "[{\"path\":\"/a\"},{\"path\":\"/a\"}]", "error $.storage.directories.1: duplicate entry defined"),
        new("directories: also a file", "\"storage\":{\"files\":[{\"path\":\"/a\"}],\"directories\":[{\"path\":\"/a\"}]}", "error $.storage.files.0: duplicate entry defined"),
        new("directories: below a file, later", "\"storage\":{\"files\":[{\"path\":\"/a\"}],\"directories\":[{\"path\":\"/a/b\"}]}", "error $.storage.directories.0.path: path runs through a file of the config", 6),
        new("directories: below a link", "\"storage\":{\"links\":[{\"path\":\"/a\",\"target\":\"b\"}],\"directories\":[{\"path\":\"/a/b/c\"}]}", "error $.storage.directories.0: directory path includes link in config"),
        new("directories: beside a link", "\"storage\":{\"links\":[{\"path\":\"/a\",\"target\":\"b\"}],\"directories\":[{\"path\":\"/ab\"}]}"),
    ];

    private static IEnumerable<ConfigCase> Links() =>
    [
        Storage("links: soft", "links", "[{\"path\":\"/a\",\"target\":\"../b\",\"user\":{\"id\":1},\"overwrite\":false}]"),
        Storage("links: hard", "links", "[{\"path\":\"/a\",\"target\":\"/b\",\"hard\":true}]"),
        Storage("links: without target, early", "links", "[{\"path\":\"/a\"}]", "", 0, 2),
        Storage("links: without target", "links", "[{\"path\":\"/a\"}]", "error $.storage.links.0.target: link target is required", 3),
        Storage("links: with empty target", "links", "[{\"path\":\"/a\",\"target\":\"\"}]", "error $.storage.links.0.target: link target is required", 3),
        Storage("links: below a link", "links", "[{\"path\":\"/a\",\"target\":\"b\"},{\"path\":\"/a/c\",\"target\":\"d\"}]", "error $.storage.links.1: link path includes link in config"),
        new("links: on the way to a file", "\"storage\":{\"links\":[{\"path\":\"/a\",\"target\":\"b\"}],\"files\":[{\"path\":\"/a/c\"}]}", "error $.storage.files.0: file path includes link in config"),
        new("links: also a file", "\"storage\":{\"links\":[{\"path\":\"/a\",\"target\":\"b\"}],\"files\":[{\"path\":\"/a\"}]}", "error $.storage.links.0: duplicate entry defined"),
        new("links: hard to a directory", "\"storage\":{\"links\":[{\"path\":\"/a\",\"target\":\"/b/../d\",\"hard\":true}],\"directories\":[{\"path\":\"/d\"}]}", "error $.storage.links.0: hard link target is a directory"),
        new("links: soft to a directory", "\"storage\":{\"links\":[{\"path\":\"/a\",\"target\":\"/d\"}],\"directories\":[{\"path\":\"/d\"}]}"),
        new("links: hard with owner, early", "\"storage\":{\"links\":[{\"path\":\"/a\",\"target\":\"/b\",\"hard\":true,\"user\":{\"id\":1}}]}", "", 0, 3),
        new("links: hard with owner", "\"storage\":{\"links\":[{\"path\":\"/a\",\"target\":\"/b\",\"hard\":true,\"user\":{\"id\":1},\"group\":{\"name\":\"x\"}}]}", "warning $.storage.links.0.group.name: user/group ignored for hard link\nwarning $.storage.links.0.user.id: user/group ignored for hard link", 4),
        Storage("links: mode", "links", "[{\"path\":\"/a\",\"target\":\"b\",\"mode\":1}]", "warning $.storage.links.0.mode: unused key mode"),
    ];

    private static ConfigCase Partitions(string name, string partitions, string expect = "", int since = 0, int until = 7) =>
        Storage($"disks: {name}", "disks", $"[{{\"device\":\"/dev/a\",\"partitions\":{partitions}}}]", expect.Replace("@", "$.storage.disks.0.partitions", StringComparison.Ordinal), since, until);

    private static IEnumerable<ConfigCase> Disks() =>
    [
        Storage("disks: complete", "disks", "[{\"device\":\"/dev/a\",\"wipeTable\":true,\"partitions\":[{\"number\":1,\"label\":\"a\",\"sizeMiB\":10,\"startMiB\":1,\"typeGuid\":\"0fc63daf-8483-4772-8e79-3d69d8477de4\",\"guid\":\"\",\"wipePartitionEntry\":true,\"shouldExist\":true}]}]"),
        Storage("disks: without device", "disks", "[{\"partitions\":[{\"number\":1},{\"number\":1}]}]", "error $.storage.disks.0.device: disk device is required\nerror $.storage.disks.0.partitions.1: duplicate entry defined"),
        Storage("disks: relative device", "disks", "[{\"device\":\"sda\"}]", "error $.storage.disks.0.device: path not absolute"),
        Storage("disks: twice", "disks", "[{\"device\":\"/a\"},{\"device\":\"/a\"}]", "error $.storage.disks.1: duplicate entry defined"),
        Partitions("by label only", "[{\"label\":\"a\"},{\"label\":\"b\"}]"),
        Partitions("nameless", "[{}]", "error @.0: a partition number >= 1 or a label must be specified"),
        Partitions("number twice", "[{\"number\":1},{\"number\":1}]", "error @.1: duplicate entry defined\nerror @.1: partition numbers collide"),
        Partitions("label twice", "[{\"number\":1,\"label\":\"a\"},{\"number\":2,\"label\":\"a\"}]", "error @.1: cannot use the same partition label twice"),
        Partitions("label too long", "[{\"label\":\"1234567890123456789012345678901234567\"}]", "error @.0.label: partition labels may not exceed 36 characters"),
        Partitions("label too long in bytes", "[{\"label\":\"äääääääääääääääääää\"}]", "error @.0.label: partition labels may not exceed 36 characters"),
        Partitions("label with a colon", "[{\"label\":\"a:b\"}]", "error @.0.label: partition label will be truncated to text before the colon"),
        Partitions("bad guid", "[{\"number\":1,\"guid\":\"x\",\"typeGuid\":\"0fc63daf-8483-4772-8e79-3d69d8477deg\"}]", "error @.0.guid: doesn't match the form \"01234567-89AB-CDEF-EDCB-A98765432101\"\nerror @.0.typeGuid: doesn't match the form \"01234567-89AB-CDEF-EDCB-A98765432101\""),
        Partitions("guid in braces", "[{\"number\":1,\"guid\":\"{0fc63daf-8483-4772-8e79-3d69d8477de4}\"}]", "error @.0.guid: doesn't match the form \"01234567-89AB-CDEF-EDCB-A98765432101\""),
        Partitions("that overlap", "[{\"number\":1,\"startMiB\":1,\"sizeMiB\":10},{\"number\":2,\"startMiB\":5,\"sizeMiB\":1}]", "error @.1: partitions overlap"),
        Partitions("that touch", "[{\"number\":1,\"startMiB\":1,\"sizeMiB\":10},{\"number\":2,\"startMiB\":11,\"sizeMiB\":0}]"),
        Partitions("of unknown start", "[{\"number\":1,\"startMiB\":0,\"sizeMiB\":10},{\"number\":2,\"startMiB\":5,\"sizeMiB\":10}]"),
        Partitions("that end in the same place", "[{\"number\":1,\"startMiB\":10,\"sizeMiB\":0},{\"number\":2,\"startMiB\":10,\"sizeMiB\":0}]", "error @.1: partitions overlap"),
        Partitions("removed", "[{\"number\":1,\"shouldExist\":false,\"wipePartitionEntry\":true}]"),
        Partitions("removed with a label", "[{\"number\":1,\"label\":\"a\",\"shouldExist\":false}]", "error @.0: shouldExist specified false with other options also specified", 0, 6),
        Partitions("removed by label", "[{\"label\":\"a\",\"shouldExist\":false}]", "error @: shouldExist is false for a partition and other partition(s) has start or size 0", 7),
        Partitions("removed with a size", "[{\"number\":1,\"shouldExist\":false,\"sizeMiB\":0}]", "error @.0: shouldExist specified false with other options also specified"),
        Partitions("removed with a type", "[{\"number\":1,\"shouldExist\":false,\"typeGuid\":\"0fc63daf-8483-4772-8e79-3d69d8477de4\"}]", "error @.0: shouldExist specified false with other options also specified"),
        Partitions("removed beside one of any number", "[{\"number\":1,\"shouldExist\":false},{\"label\":\"a\"}]", "error @: shouldExist is false for a partition and other partition(s) has start or size 0"),
        Partitions("resized", "[{\"number\":1,\"resize\":true}]", "", 2),
        Partitions("resized too early", "[{\"number\":1,\"resize\":true}]", "warning @.0.resize: unused key resize (known from spec 3.2.0 on)", 0, 1),
    ];

    private static IEnumerable<ConfigCase> Raid() =>
    [
        Storage("raid: complete", "raid", "[{\"name\":\"a\",\"level\":\"raid1\",\"devices\":[\"/a\",\"/b\"],\"spares\":1,\"options\":[\"-x\",\"-x\"]}]"),
        .. new[] { "linear", "raid0", "0", "stripe", "1", "mirror", "4", "raid4", "5", "raid5", "6", "raid6", "10", "raid10" }
            .Select(level => Storage($"raid: level {level}", "raid", $"[{{\"name\":\"a\",\"level\":\"{level}\",\"devices\":[\"/a\"]}}]")),
        Storage("raid: unknown level", "raid", "[{\"name\":\"a\",\"level\":\"raid7\",\"devices\":[\"/a\"]}]", "error $.storage.raid.0.level: unrecognized raid level"),
        Storage("raid: no level, early", "raid", "[{\"name\":\"a\",\"devices\":[\"/a\"]}]", "error $.storage.raid.0.level: unrecognized raid level", 0, 2),
        Storage("raid: no level", "raid", "[{\"name\":\"a\",\"devices\":[\"/a\"]}]", "error $.storage.raid.0.level: raid level is required", 3),
        Storage("raid: spares of a stripe", "raid", "[{\"name\":\"a\",\"level\":\"stripe\",\"devices\":[\"/a\"],\"spares\":1}]", "error $.storage.raid.0.level: spares unsupported for linear and raid0 arrays"),
        Storage("raid: no devices", "raid", "[{\"name\":\"a\",\"level\":\"raid1\"}]", "error $.storage.raid.0.devices: raid devices required"),
        Storage("raid: relative device", "raid", "[{\"name\":\"a\",\"level\":\"raid1\",\"devices\":[\"a\"]}]", "error $.storage.raid.0.devices.0: path not absolute"),
        Storage("raid: device twice", "raid", "[{\"name\":\"a\",\"level\":\"raid1\",\"devices\":[\"/a\",\"/a\"]}]", "error $.storage.raid.0.devices.1: duplicate entry defined"),
        Storage("raid: twice", "raid", "[{\"name\":\"a\",\"level\":\"1\",\"devices\":[\"/a\"]},{\"name\":\"a\",\"level\":\"1\",\"devices\":[\"/b\"]}]", "error $.storage.raid.1: duplicate entry defined"),
    ];

    private static ConfigCase Volume(string name, string keys, string expect = "", int since = 2, int until = 7) =>
        Storage($"luks: {name}", "luks", $"[{{\"name\":\"a\",\"device\":\"/a\"{(keys.Length > 0 ? "," : "")}{keys}}}]", expect.Replace("@", "$.storage.luks.0", StringComparison.Ordinal), since, until);

    private static IEnumerable<ConfigCase> Luks() =>
    [
        Volume("plain", ""),
        Volume("complete", "\"label\":\"l\",\"uuid\":\"u\",\"keyFile\":{\"source\":\"data:,x\"},\"options\":[\"-a\",\"-a\"],\"wipeVolume\":true,\"clevis\":{\"tpm2\":true,\"threshold\":1,\"tang\":[{\"url\":\"http://t\",\"thumbprint\":\"x\"}]}"),
        Storage("luks: too early", "luks", "[{}]", "warning $.storage.luks: unused key luks (known from spec 3.2.0 on)", 0, 1),
        Storage("luks: without device", "luks", "[{\"name\":\"a\"}]", "error $.storage.luks.0.device: disk device is required", 2),
        Storage("luks: relative device", "luks", "[{\"name\":\"a\",\"device\":\"b\"}]", "error $.storage.luks.0.device: path not absolute", 2),
        Storage("luks: name with a slash", "luks", "[{\"name\":\"a/b\",\"device\":\"/a\"}]", "error $.storage.luks.0.name: device names cannot contain slashes", 2),
        Storage("luks: twice", "luks", "[{\"name\":\"a\",\"device\":\"/a\"},{\"name\":\"a\",\"device\":\"/b\"}]", "error $.storage.luks.1: duplicate entry defined", 2),
        Volume("label too long", $"\"label\":\"{Long[..48]}\"", "error @.label: luks device labels cannot be longer than 47 characters"),
        Volume("bad key", "\"keyFile\":{\"source\":\"x\"}", "error @.keyFile.source: invalid url scheme\nerror @.keys: invalid key-file source"),
        Volume("custom", "\"clevis\":{\"custom\":{\"pin\":\"sss\",\"config\":\"{}\",\"needsNetwork\":true}}"),
        Volume("custom with others", "\"clevis\":{\"tpm2\":true,\"custom\":{\"pin\":\"sss\",\"config\":\"{}\"}}", "error @.clevis: cannot use custom clevis config with tpm2, tang, or threshold"),
        Volume("custom of an unknown pin", "\"clevis\":{\"custom\":{\"pin\":\"x\",\"config\":\"{}\"}}", "error @.clevis.custom.pin: unsupported clevis pin"),
        Volume("custom without config", "\"clevis\":{\"custom\":{\"pin\":\"tpm2\"}}", "error @.clevis.custom.config: missing required custom clevis config"),
        Volume("custom without pin", "\"clevis\":{\"custom\":{\"config\":\"{}\"}}", "error @.clevis.custom.pin: missing required custom clevis pin", 3),
        Volume("custom by trustee", "\"clevis\":{\"custom\":{\"pin\":\"trustee\",\"config\":\"{}\"}}", "", 6),
        Volume("custom by trustee too early", "\"clevis\":{\"custom\":{\"pin\":\"trustee\",\"config\":\"{}\"}}", "error @.clevis.custom.pin: unsupported clevis pin", 2, 5),
        Volume("tang without url", "\"clevis\":{\"tang\":[{\"thumbprint\":\"x\"}]}", "error @.clevis.tang.0.url: invalid url scheme"),
        Volume("tang without thumbprint", "\"clevis\":{\"tang\":[{\"url\":\"https://t\"}]}", "error @.clevis.tang.0.thumbprint: thumbprint is required"),
        Volume("tang twice", "\"clevis\":{\"tang\":[{\"url\":\"https://t\",\"thumbprint\":\"x\"},{\"url\":\"https://t\",\"thumbprint\":\"y\"}]}", "error @.clevis.tang.1: duplicate entry defined"),
        Volume("advertisement", "\"clevis\":{\"tang\":[{\"url\":\"https://t\",\"thumbprint\":\"x\",\"advertisement\":\"{}\"}]}", "", 4),
        Volume("advertisement that is no JSON", "\"clevis\":{\"tang\":[{\"url\":\"https://t\",\"thumbprint\":\"x\",\"advertisement\":\"{\"}]}", "error @.clevis.tang.0.advertisement: advertisement is not valid JSON", 4),
        Volume("advertisement too early", "\"clevis\":{\"tang\":[{\"url\":\"https://t\",\"thumbprint\":\"x\",\"advertisement\":\"{\"}]}", "warning @.clevis.tang.0.advertisement: unused key advertisement (known from spec 3.4.0 on)", 2, 3),
        Volume("discard and open options", "\"discard\":true,\"openOptions\":[\"a\",\"a\"]", "", 4),
        Volume("discard too early", "\"discard\":true", "warning @.discard: unused key discard (known from spec 3.4.0 on)", 2, 3),
        Volume("cex", "\"cex\":{\"enabled\":true}", "", 5),
        Volume("cex too early", "\"cex\":{\"enabled\":true}", "warning @.cex: unused key cex (known from spec 3.5.0 on)", 2, 4),
        Volume("cex with clevis", "\"cex\":{\"enabled\":true},\"clevis\":{\"tpm2\":true}", "error @.cex: cannot use cex with clevis", 5),
    ];

    private static ConfigCase Filesystem(string name, string keys, string expect = "", int since = 0, int until = 7) =>
        Storage($"filesystems: {name}", "filesystems", $"[{{\"device\":\"/a\",{keys}}}]", expect.Replace("@", "$.storage.filesystems.0", StringComparison.Ordinal), since, until);

    private const string FormatMissing = "error @.format: format cannot be empty when path, label, uuid, wipeFilesystem, options, or mountOptions is specified";

    private static IEnumerable<ConfigCase> Filesystems() =>
    [
        Filesystem("complete", "\"format\":\"ext4\",\"path\":\"/var\",\"label\":\"VAR\",\"uuid\":\"u\",\"wipeFilesystem\":true,\"options\":[\"-a\",\"-a\"]"),
        .. new[] { "ext4", "btrfs", "xfs", "vfat", "swap" }.Select(f => Filesystem($"format {f}", $"\"format\":\"{f}\"")),
        .. new[] { ("ext4", 16), ("btrfs", 256), ("xfs", 12), ("vfat", 11), ("swap", 15) }.SelectMany(f => new[]
        {
            Filesystem($"longest label of {f.Item1}", $"\"format\":\"{f.Item1}\",\"label\":\"{Long[..f.Item2]}\""),
            Filesystem($"label too long for {f.Item1}", $"\"format\":\"{f.Item1}\",\"label\":\"{Long[..(f.Item2 + 1)]}\"", $"error @.label: filesystem labels cannot be longer than {f.Item2} characters when using {f.Item1}"),
        }),
        Filesystem("format none", "\"format\":\"none\"", "", 3),
        Filesystem("format none too early", "\"format\":\"none\"", "error @.format: invalid filesystem format", 0, 2),
        Filesystem("unknown format", "\"format\":\"ext3\"", "error @.format: invalid filesystem format"),
        Filesystem("path without format", "\"path\":\"/a\"", FormatMissing),
        Filesystem("uuid without format", "\"uuid\":\"u\"", FormatMissing),
        Filesystem("wipe without format", "\"wipeFilesystem\":true", FormatMissing),
        Filesystem("options without format", "\"format\":\"\",\"options\":[\"a\"]", FormatMissing),
        Filesystem("mount options without format", "\"mountOptions\":[\"a\"]", FormatMissing, 1),
        Filesystem("label without format", "\"label\":\"a\"", $"{FormatMissing}\nerror @.label: filesystem must specify format if label is specified"),
        Filesystem("relative path", "\"format\":\"ext4\",\"path\":\"a\"", "error @.path: path not absolute"),
        Filesystem("mount options", "\"format\":\"ext4\",\"mountOptions\":[\"a\",\"a\"]", "", 1),
        Filesystem("mount options too early", "\"format\":\"ext4\",\"mountOptions\":[\"a\"]", "warning @.mountOptions: unused key mountOptions (known from spec 3.1.0 on)", 0, 0),
        Storage("filesystems: without device", "filesystems", "[{\"format\":\"ext4\"}]", "error $.storage.filesystems.0.device: path not specified"),
        Storage("filesystems: twice", "filesystems", "[{\"device\":\"/a\",\"format\":\"ext4\"},{\"device\":\"/a\",\"format\":\"xfs\"}]", "error $.storage.filesystems.1: duplicate entry defined"),
        Storage("filesystems: virtiofs", "filesystems", "[{\"device\":\"tag\",\"format\":\"virtiofs\",\"path\":\"/a\",\"mountOptions\":[\"ro\"]}]", "", 7),
        Storage("filesystems: virtiofs without tag", "filesystems", "[{\"format\":\"virtiofs\"}]", "error $.storage.filesystems.0.device: device not specified", 7),
        Storage("filesystems: virtiofs of a long tag", "filesystems", $"[{{\"device\":\"{Long[..37]}\",\"format\":\"virtiofs\"}}]", "error $.storage.filesystems.0.device: virtiofs tags cannot be longer than 36 bytes", 7),
        Filesystem("virtiofs with what disks have", "\"format\":\"virtiofs\",\"label\":\"a\",\"uuid\":\"u\",\"wipeFilesystem\":true,\"options\":[\"a\"]", "error @.label: label is not supported for virtiofs\nerror @.options: options is not supported for virtiofs\nerror @.uuid: uuid is not supported for virtiofs\nerror @.wipeFilesystem: wipeFilesystem is not supported for virtiofs", 7),
        Filesystem("virtiofs too early", "\"format\":\"virtiofs\"", "error @.format: invalid filesystem format", 0, 6),
        new("filesystems: on a partitioned disk", "\"storage\":{\"disks\":[{\"device\":\"/a\",\"partitions\":[{\"number\":1}]}],\"filesystems\":[{\"device\":\"/a\",\"format\":\"ext4\"}]}", "warning $.storage.filesystems.0.device: filesystem overwrites partitioned device", 4),
        new("filesystems: on a wiped disk", "\"storage\":{\"disks\":[{\"device\":\"/a\",\"wipeTable\":true}],\"filesystems\":[{\"device\":\"/a\",\"format\":\"ext4\"}]}", "warning $.storage.filesystems.0.device: device matches disk with wipeTable enabled; filesystem will be wiped", 4),
        new("filesystems: on a wiped disk, wiped too", "\"storage\":{\"disks\":[{\"device\":\"/a\",\"wipeTable\":true}],\"filesystems\":[{\"device\":\"/a\",\"format\":\"ext4\",\"wipeFilesystem\":true}]}"),
    ];

    private static ConfigCase Unit(string name, string contents, string expect = "", bool judged = true) => new(
        $"systemd: {name}", $"\"systemd\":{{\"units\":[{{\"name\":\"a.service\",\"contents\":{Json(contents)}}}]}}", expect.Replace("@", "$.systemd.units.0.contents", StringComparison.Ordinal), Judged: judged);

    private static IEnumerable<ConfigCase> Systemd() =>
    [
        .. new[] { "service", "socket", "device", "mount", "automount", "swap", "target", "path", "timer", "snapshot", "slice", "scope" }
            .Select(t => new ConfigCase($"systemd: type {t}", $"\"systemd\":{{\"units\":[{{\"name\":\"a.{t}\",\"enabled\":false,\"mask\":true}}]}}")),
        new("systemd: complete", "\"systemd\":{\"units\":[{\"name\":\"a@b.service\",\"enabled\":true,\"mask\":false,\"contents\":\"[Unit]\\nA=b\\n[Install]\\nWantedBy=x\",\"dropins\":[{\"name\":\"a.conf\",\"contents\":\"[Unit]\\nA=\"}]}]}"),
        new("systemd: name without type", "\"systemd\":{\"units\":[{\"name\":\"a\"}]}", "error $.systemd.units.0.name: invalid systemd unit extension"),
        new("systemd: name of another type", "\"systemd\":{\"units\":[{\"name\":\"a.Service\"}]}", "error $.systemd.units.0.name: invalid systemd unit extension"),
        new("systemd: name missing", "\"systemd\":{\"units\":[{}]}", "error $.systemd.units.0.name: invalid systemd unit extension"),
        new("systemd: twice", "\"systemd\":{\"units\":[{\"name\":\"a.service\"},{\"name\":\"a.service\"}]}", "error $.systemd.units.1: duplicate entry defined"),
        new("systemd: enabled without install section", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"enabled\":true,\"contents\":\"[Unit]\\nA=b\"}]}", "warning $.systemd.units.0.contents: unit \"a.service\" is enabled, but has no install section so enable does nothing"),
        new("systemd: enabled with an empty install section", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"enabled\":true,\"contents\":\"[Install]\\n\"}]}", "warning $.systemd.units.0.contents: unit \"a.service\" is enabled, but has no install section so enable does nothing"),
        new("systemd: enabled without contents", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"enabled\":true}]}"),
        new("systemd: drop-in of another type", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"dropins\":[{\"name\":\"a.cfg\"}]}]}", "error $.systemd.units.0.dropins.0.name: invalid systemd drop-in extension"),
        new("systemd: drop-in twice", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"dropins\":[{\"name\":\"a.conf\"},{\"name\":\"a.conf\"}]}]}", "error $.systemd.units.0.dropins.1: duplicate entry defined"),
        new("systemd: drop-in with bad contents", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"dropins\":[{\"name\":\"a.conf\",\"contents\":\"[A\"}]}]}", "error $.systemd.units.0.dropins.0.contents: invalid unit content: unable to find end of section"),
        Unit("empty contents", ""), Unit("comments", "# a\n;b\n[Unit]\n# c\nA=b\n"), Unit("junk before a section", "junk\n[Unit]\nA=b"), Unit("continued lines", "[Unit]\nA=b\\\n  c\\\nd\nE=f"),
        Unit("continued to the end", "[Unit]\nA=b\\"), Unit("name with blanks", "[Unit]\nA b = c"), Unit("no name", "[Unit]\n=b"), Unit("carriage returns", "[Unit]\r\nA=b\r\n"),
        Unit("section without end", "[Unit", "error @: invalid unit content: unable to find end of section"), Unit("text behind a section", "[Unit]x\n", "error @: invalid unit content: found garbage after section name", judged: false),
        Unit("line without equals sign", "[Unit]\nA\nB=c", "error @: invalid unit content: unexpected newline encountered while parsing option name"), Unit("end without equals sign", "[Unit]\nA", "error @: invalid unit content: EOF"),
        Unit("continued into a blank line", "[Unit]\nA=b\\\n\nfoo", "error @: invalid unit content: EOF"),
        new("systemd: unit also a file, early", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"contents\":\"[A]\"}]},\"storage\":{\"files\":[{\"path\":\"/etc/systemd/system/a.service\"}]}", "", 0, 3),
        new("systemd: unit also a file", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"contents\":\"[A]\"}]},\"storage\":{\"files\":[{\"path\":\"/etc/systemd/system/a.service\"}]}", "error $.storage.files.0.path: path conflicts with systemd unit or dropin", 4),
        new("systemd: drop-in also a link", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"dropins\":[{\"name\":\"a.conf\",\"contents\":\"[A]\"}]}]},\"storage\":{\"links\":[{\"path\":\"/etc/systemd/system/a.service.d/a.conf\",\"target\":\"x\"}]}", "error $.storage.links.0.path: path conflicts with systemd unit or dropin", 4),
        new("systemd: unit also a directory", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"contents\":\"[A]\"}]},\"storage\":{\"directories\":[{\"path\":\"/etc/systemd/system/a.service\"}]}", "error $.storage.directories.0.path: path conflicts with systemd unit or dropin", 4),
    ];

    private static IEnumerable<ConfigCase> Passwd() =>
    [
        new("passwd: complete", "\"passwd\":{\"users\":[{\"name\":\"a\",\"passwordHash\":\"x\",\"sshAuthorizedKeys\":[\"k\",\"l\"],\"uid\":1000,\"gecos\":\"A\",\"homeDir\":\"/h\",\"noCreateHome\":true,\"primaryGroup\":\"g\",\"groups\":[\"g\",\"h\"],\"noUserGroup\":true,\"noLogInit\":true,\"shell\":\"/bin/sh\",\"system\":false}],\"groups\":[{\"name\":\"g\",\"gid\":7,\"passwordHash\":\"!\",\"system\":true}]}"),
        new("passwd: user twice", "\"passwd\":{\"users\":[{\"name\":\"a\"},{\"name\":\"a\"}]}", "error $.passwd.users.1: duplicate entry defined"),
        new("passwd: group twice", "\"passwd\":{\"groups\":[{\"name\":\"a\"},{\"name\":\"a\"}]}", "error $.passwd.groups.1: duplicate entry defined"),
        new("passwd: key twice", "\"passwd\":{\"users\":[{\"name\":\"a\",\"sshAuthorizedKeys\":[\"k\",\"k\"]}]}", "error $.passwd.users.0.sshAuthorizedKeys.1: duplicate entry defined"),
        new("passwd: membership twice", "\"passwd\":{\"users\":[{\"name\":\"a\",\"groups\":[\"g\",\"g\"]}]}", "error $.passwd.users.0.groups.1: duplicate entry defined"),
        new("passwd: same name for both", "\"passwd\":{\"users\":[{\"name\":\"a\"}],\"groups\":[{\"name\":\"a\"}]}"),
        new("passwd: number as text", "\"passwd\":{\"users\":[{\"name\":\"a\",\"uid\":\"1\"}]}", "error $.passwd.users.0.uid: a whole number is expected, not a text"),
        new("passwd: removed", "\"passwd\":{\"users\":[{\"name\":\"a\",\"shouldExist\":false}],\"groups\":[{\"name\":\"a\",\"shouldExist\":false}]}", "", 2),
        new("passwd: removed too early", "\"passwd\":{\"users\":[{\"name\":\"a\",\"shouldExist\":false}]}", "warning $.passwd.users.0.shouldExist: unused key shouldExist (known from spec 3.2.0 on)", 0, 1),
    ];

    private static IEnumerable<ConfigCase> KernelArguments() =>
    [
        new("kernelArguments: both", "\"kernelArguments\":{\"shouldExist\":[\"a\",\"b=c d\"],\"shouldNotExist\":[\"e\"]}", "", 3),
        new("kernelArguments: too early", "\"kernelArguments\":{\"shouldExist\":[\"a\"]}", "warning $.kernelArguments: unused key kernelArguments (known from spec 3.3.0 on)", 0, 2),
        new("kernelArguments: twice", "\"kernelArguments\":{\"shouldExist\":[\"a\",\"a\"]}", "error $.kernelArguments.shouldExist.1: duplicate entry defined", 3),
        new("kernelArguments: wanted and not", "\"kernelArguments\":{\"shouldExist\":[\"a\"],\"shouldNotExist\":[\"a\"]}", "error $.kernelArguments.shouldNotExist.0: duplicate entry defined", 3),
        new("kernelArguments: wrong type", "\"kernelArguments\":{\"shouldExist\":\"a\"}", "error $.kernelArguments.shouldExist: a list is expected, not a text", 3),
    ];
}
