using System.Security.Cryptography;
using System.Text;

namespace Ironhull.Packages.Tests.Rpm;

/// <summary>Metadata of a few packages, in createrepo_c's words.</summary>
internal static class RpmMdSample
{
    public const string Header = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

    /// <summary>Digest of a package by its file's name.</summary>
    public static string Id(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    public static string Package(
        string name, string version = "1.0", string release = "1", string epoch = "0", string architecture = "x86_64", long fileTime = 1_700_000_000,
        string? id = null, string? location = null, string format = "", string checksumType = "sha256") => $"""
        <package type="rpm">
          <name>{name}</name>
          <arch>{architecture}</arch>
          <version epoch="{epoch}" ver="{version}" rel="{release}"/>
          <checksum type="{checksumType}" pkgid="YES">{id ?? Id($"{name}-{epoch}:{version}-{release}.{architecture}")}</checksum>
          <summary>About {name}</summary>
          <description>Many words
        about it</description>
          <packager></packager>
          <url>https://example.org/{name}</url>
          <time file="{fileTime}" build="1690000000"/>
          <size package="4321" installed="9876" archive="10000"/>
          {location ?? $"<location href=\"Packages/{name[0]}/{name}-{version}-{release}.{architecture}.rpm\"/>"}
          <format>
            <rpm:license>MIT</rpm:license>
            <rpm:vendor>Vendor</rpm:vendor>
            <rpm:group>Unspecified</rpm:group>
            <rpm:buildhost>host</rpm:buildhost>
            <rpm:sourcerpm>{name}-{version}-{release}.src.rpm</rpm:sourcerpm>
            <rpm:header-range start="4504" end="6761"/>
            <rpm:provides>
              <rpm:entry name="{name}" flags="EQ" epoch="{epoch}" ver="{version}" rel="{release}"/>
            </rpm:provides>
            {format}
          </format>
        </package>

        """;

    public static string Wrap(string packages, int count) =>
        $"{Header}<metadata xmlns=\"http://linux.duke.edu/metadata/common\" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"{count}\">\n{packages}</metadata>";

    public static string Primary() => Wrap(
        Package("bash", "5.2", "1.azl3", format: "<rpm:requires><rpm:entry name=\"libc.so.6(GLIBC_2.34)(64bit)\"/></rpm:requires><file>/usr/bin/bash</file>") +
        Package("glibc", "2.38", "7.azl3") + Package("bash", "5.2", "1.azl3", architecture: "src"), 3);

    public static string FileLists(params (string Name, string Version, string Release, string Architecture, string[] Files)[] packages)
    {
        if (packages.Length == 0)
        {
            packages =
            [
                ("bash", "5.2", "1.azl3", "x86_64", ["/usr/bin/bash", "/usr/share/doc/bash"]),
                ("glibc", "2.38", "7.azl3", "x86_64", ["/usr/lib/libc.so.6", "/usr/share/doc/bash"]),
                ("bash", "5.2", "1.azl3", "src", ["/bash.spec"]),
            ];
        }

        var text = new StringBuilder(Header);
        text.Append($"<filelists xmlns=\"http://linux.duke.edu/metadata/filelists\" packages=\"{packages.Length}\">\n");
        foreach (var (name, version, release, architecture, files) in packages)
        {
            text.Append($"<package pkgid=\"{Id($"{name}-0:{version}-{release}.{architecture}")}\" name=\"{name}\" arch=\"{architecture}\">\n  <version epoch=\"0\" ver=\"{version}\" rel=\"{release}\"/>\n");
            foreach (var file in files)
            {
                text.Append($"  <file{(file.EndsWith("/doc/bash", StringComparison.Ordinal) ? " type=\"dir\"" : "")}>{file}</file>\n");
            }

            text.Append("</package>\n");
        }

        return text.Append("</filelists>").ToString();
    }
}
