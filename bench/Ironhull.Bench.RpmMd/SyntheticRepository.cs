using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Ironhull.Bench.RpmMd;

/// <summary>Writes metadata of made-up packages, the same in every run, in the proportions of a whole distribution's.</summary>
internal sealed class SyntheticRepository(int packages)
{
    private const int Paths = 40;
    private const string Words = "a container runtime library for reading writing and verifying images of the operating system with tools documentation headers plugins bindings fonts themes ";

    /// <summary>Writes primary.xml.gz and filelists.xml.gz.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        using var primary = Open(Path.Combine(folder, "primary.xml.gz"));
        using var fileLists = Open(Path.Combine(folder, "filelists.xml.gz"));
        primary.Write(string.Create(CultureInfo.InvariantCulture, $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata xmlns=\"http://linux.duke.edu/metadata/common\" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"{packages}\">\n"));
        fileLists.Write(string.Create(CultureInfo.InvariantCulture, $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<filelists xmlns=\"http://linux.duke.edu/metadata/filelists\" packages=\"{packages}\">\n"));
        for (var i = 0; i < packages; i++)
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(i)));
            primary.Write(Package(i, digest));
            fileLists.Write(Files(i, digest));
        }

        primary.Write("</metadata>\n");
        fileLists.Write("</filelists>\n");
    }

    private static StreamWriter Open(string path) => new(new GZipStream(File.Create(path), CompressionLevel.Fastest), new UTF8Encoding(false), 1 << 16);

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"{(i % 3 == 0 ? "lib" : i % 3 == 1 ? "python3-" : "")}pkg{i}{(i % 7 == 0 ? "-devel" : "")}");

    private static string Version(int i) => string.Create(CultureInfo.InvariantCulture, $"{i % 9}.{i % 23}.{i % 5}");

    private static string Architecture(int i) => i % 4 == 0 ? "noarch" : "x86_64";

    // A package needs earlier ones, most of all the first few, as in life.
    private static int Needed(int i, int which) => (int)((uint)(((i * 31) + (which * 977)) * 2654435761) % (uint)Math.Max(1, which % 3 == 0 ? Math.Min(i, 200) : i));

    private static string Package(int i, string digest)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            <package type="rpm">
              <name>{Name(i)}</name>
              <arch>{Architecture(i)}</arch>
              <version epoch="{(i % 50 == 0 ? 1 : 0)}" ver="{Version(i)}" rel="{1 + (i % 12)}.azt3"/>
              <checksum type="sha256" pkgid="YES">{digest}</checksum>
              <summary>Package {i}: {Words[..(20 + (i % 50))]}</summary>
              <description>{Words}
            {Words}
            {Words[..(i % 100)]}</description>
              <packager></packager>
              <url>https://example.org/{Name(i / 5)}</url>
              <time file="{1_700_000_000 + i}" build="{1_690_000_000 + i}"/>
              <size package="{10_000 + (i * 13)}" installed="{30_000 + (i * 57)}" archive="{31_000 + (i * 57)}"/>
              <location href="Packages/{Name(i)[0]}/{Name(i)}-{Version(i)}-{1 + (i % 12)}.azt3.{Architecture(i)}.rpm"/>
              <format>
                <rpm:license>{(i % 2 == 0 ? "MIT" : "GPL-2.0-or-later")}</rpm:license>
                <rpm:vendor>Synthetic</rpm:vendor>
                <rpm:group>Unspecified</rpm:group>
                <rpm:buildhost>builder</rpm:buildhost>
                <rpm:sourcerpm>{Name(i / 5)}-{Version(i)}-1.src.rpm</rpm:sourcerpm>
                <rpm:header-range start="4504" end="26761"/>
                <rpm:provides>

            """);
        var own = string.Create(CultureInfo.InvariantCulture, $"flags=\"EQ\" epoch=\"{(i % 50 == 0 ? 1 : 0)}\" ver=\"{Version(i)}\" rel=\"{1 + (i % 12)}.azt3\"");
        text.Append($"      <rpm:entry name=\"{Name(i)}\" {own}/>\n      <rpm:entry name=\"{Name(i)}(x86-64)\" {own}/>\n");
        for (var k = 0; k < i % 3; k++)
        {
            text.Append(CultureInfo.InvariantCulture, $"      <rpm:entry name=\"lib{Name(i)}.so.{k}()(64bit)\"/>\n");
        }

        text.Append("    </rpm:provides>\n    <rpm:requires>\n      <rpm:entry name=\"libc.so.6(GLIBC_2.34)(64bit)\"/>\n      <rpm:entry name=\"rtld(GNU_HASH)\"/>\n");
        for (var k = 0; k < 1 + (i % 7); k++)
        {
            var needed = Needed(i, k);
            text.Append(k % 3 == 1 ? $"      <rpm:entry name=\"{Name(needed)}\" flags=\"GE\" epoch=\"0\" ver=\"{Version(needed)}\"/>\n" : $"      <rpm:entry name=\"{Name(needed)}\"/>\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"    </rpm:requires>\n    <file>/usr/bin/{Name(i)}</file>\n    <file>/etc/{Name(i)}.conf</file>\n  </format>\n</package>\n").ToString();
    }

    private static string Files(int i, string digest)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<package pkgid=\"{digest}\" name=\"{Name(i)}\" arch=\"{Architecture(i)}\">\n  <version epoch=\"{(i % 50 == 0 ? 1 : 0)}\" ver=\"{Version(i)}\" rel=\"{1 + (i % 12)}.azt3\"/>\n");
        text.Append($"  <file>/etc/{Name(i)}.conf</file>\n  <file>/usr/bin/{Name(i)}</file>\n  <file type=\"dir\">/usr/share/{Name(i)}</file>\n");
        for (var k = 0; k < Paths; k++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  <file>/usr/share/{Name(i)}/part-{k}/data.{k % 7}</file>\n");
        }

        return text.Append("</package>\n").ToString();
    }
}
