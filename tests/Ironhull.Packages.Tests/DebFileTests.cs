using System.Diagnostics;
using System.Text;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;
using Ironhull.Packages.Cache;
using Ironhull.Packages.Debian;

namespace Ironhull.Packages.Tests;

public sealed class DebFileTests
{
    private static string Run(string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
        return output;
    }

    private static string Build(TempFolder folder, string compression)
    {
        Directory.CreateDirectory(folder["p/DEBIAN"]);
        Directory.CreateDirectory(folder["p/usr/bin"]);
        File.WriteAllText(folder["p/DEBIAN/control"], "Package: hello\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n");
        File.WriteAllText(folder["p/DEBIAN/postinst"], "#!/bin/sh\nset -e\n");
        Run("chmod", "755", folder["p/DEBIAN/postinst"]);
        File.WriteAllText(folder["p/usr/bin/hello"], "hello\n");
        File.CreateSymbolicLink(folder["p/usr/bin/hi"], "hello");
        Run("ln", folder["p/usr/bin/hello"], folder["p/usr/bin/hey"]);
        Run("dpkg-deb", "--root-owner-group", $"-Z{compression}", "--build", folder["p"], folder["x.deb"]);
        return folder["x.deb"];
    }

    private static List<string> ReadAll(string path, int chunk = 70)
    {
        using var deb = DebFile.Open(path);
        var lines = deb.ControlMembers.Select(m => $"{m.Key} {m.Value.Length}").ToList();
        var buffer = new byte[chunk];
        while (deb.Next() is { } entry)
        {
            var length = 0;
            while (deb.Read(buffer) is var read and > 0)
            {
                length += read;
            }

            lines.Add($"{entry.Path} {entry.Type} {length} {entry.LinkTarget}");
        }

        return lines;
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("none")]
    public void Open_WhatDpkgDebBuilt_IsReadWhole(string compression)
    {
        using var folder = new TempFolder();
        var lines = ReadAll(Build(folder, compression));
        Assert.Contains("postinst 17", lines);
        Assert.Contains("/ Directory 0 ", lines);
        Assert.Contains("/usr/bin/hi SymbolicLink 0 hello", lines);
        Assert.Single(lines, l => l.StartsWith("/usr/bin/he", StringComparison.Ordinal) && l.EndsWith(" File 6 ", StringComparison.Ordinal));
        Assert.Single(lines, l => l.Contains(" File 0 /usr/bin/he", StringComparison.Ordinal));
    }

    [Fact]
    public void Open_NotAPackage_ReportsACode()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["x.deb"], "!<arch>\n");
        Assert.Equal("HULL2040", Assert.Throws<HullException>(() => DebFile.Open(folder["x.deb"])).Code.Code);
        File.WriteAllText(folder["x.deb"], "");
        Assert.Equal("HULL1001", Assert.Throws<HullException>(() => DebFile.Open(folder["x.deb"])).Code.Code);
    }

    [Fact]
    public void Read_TruncatedPackage_ReportsHULL1001()
    {
        using var folder = new TempFolder();
        var bytes = File.ReadAllBytes(Build(folder, "xz"));
        foreach (var length in Enumerable.Range(0, bytes.Length / 40).Select(i => i * 40))
        {
            File.WriteAllBytes(folder["t.deb"], bytes[..length]);
            Assert.Contains(Assert.Throws<HullException>(() => ReadAll(folder["t.deb"])).Code.Code, (string[])["HULL1001", "HULL1002", "HULL2040", "HULL2041"]);
        }
    }

    [Theory]
    [InlineData("HULL2040", "control.tar.xz data.tar.xz")]
    [InlineData("HULL2041", "debian-binary control.tar.xz")]
    [InlineData("HULL2041", "debian-binary data.tar.xz")]
    [InlineData("HULL2041", "debian-binary data.tar.xz control.tar.xz")]
    [InlineData("HULL2041", "debian-binary control.tar.xz data.tar.xz data.tar.xz")]
    [InlineData("HULL2041", "debian-binary control.tar.xz control.tar.xz data.tar.xz")]
    [InlineData("HULL2044", "debian-binary control.tar.lrz data.tar.xz")]
    [InlineData("HULL2044", "debian-binary control.tar.xz data.tar.bz2")]
    [InlineData("", "debian-binary _gpgorigin control.tar.xz _x data.tar.xz _y")]
    public void Read_OtherMembersThanAPackageHas_ReportsACode(string code, string members)
    {
        using var folder = new TempFolder();
        Run("sh", "-c", "cd \"$1\" && ar x x.deb", "sh", Path.GetDirectoryName(Build(folder, "xz"))!);
        File.Delete(folder["x.deb"]);
        foreach (var member in members.Split(' '))
        {
            var source = member.StartsWith("data", StringComparison.Ordinal) ? "data.tar.xz" : member.StartsWith("control", StringComparison.Ordinal) ? "control.tar.xz" : "debian-binary";
            if (!File.Exists(folder[member]))
            {
                File.Copy(folder[source], folder[member]);
            }

            // "q" appends without looking for a member of that name.
            Run("ar", "qc", folder["x.deb"], folder[member]);
        }

        var exception = Record.Exception(() => ReadAll(folder["x.deb"]));
        Assert.Equal(code, (exception as HullException)?.Code.Code ?? "");
    }

    [Theory]
    [InlineData("HULL2042", "tar -cf control.tar control; tar -rf control.tar control")]
    [InlineData("HULL2043", "truncate -s 17M big; tar -cf control.tar control big")]
    public void Open_HostileControlArchive_ReportsACode(string code, string script)
    {
        using var folder = new TempFolder();
        var whole = Build(folder, "none");
        Run("sh", "-c", $"cd \"$1\" && ar x x.deb && tar -xf control.tar && rm control.tar x.deb && {script} && ar qc x.deb debian-binary control.tar data.tar", "sh", folder.Path);
        Assert.Equal(code, Assert.Throws<HullException>(() => ReadAll(whole)).Code.Code);
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("zst")]
    public void Read_DecompressionBomb_ReportsHULL2045(string compression)
    {
        using var folder = new TempFolder();
        var whole = Build(folder, "none");
        var tool = compression == "xz" ? "xz -0" : "zstd -q --rm";
        Run(
            "sh", "-c", $"cd \"$1\" && ar x x.deb && rm x.deb data.tar && truncate -s 100M zeros && tar -cf data.tar zeros && {tool} data.tar && ar qc x.deb debian-binary control.tar data.tar.{compression}",
            "sh", folder.Path);
        Assert.InRange(new FileInfo(whole).Length, 1, 50_000);
        Assert.Equal("HULL2045", Assert.Throws<HullException>(() => ReadAll(whole, 1 << 20)).Code.Code);
    }

    [Fact]
    public void Read_MutatedPackage_NeverThrowsAnythingElse()
    {
        using var folder = new TempFolder();
        var sound = File.ReadAllBytes(Build(folder, "none"));
        Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte).Array[1, 6].Sample(changes =>
        {
            var bytes = (byte[])sound.Clone();
            foreach (var (at, value) in changes)
            {
                bytes[at] = value;
            }

            var path = folder[$"m{Environment.CurrentManagedThreadId}.deb"];
            File.WriteAllBytes(path, bytes);
            try
            {
                ReadAll(path);
            }
            catch (HullException)
            {
            }
        }, iter: 300);
    }

    /// <summary>Real packages of the archive against dpkg-deb.</summary>
    [Fact]
    public async Task Read_RealPackages_AgreesWithDpkgDeb()
    {
        using var folder = new TempFolder();
        using var client = new MirrorClient(MirrorMap.Discover());
        var cache = new DownloadCache(DownloadCache.DefaultFolder, client);
        var source = new RepositorySource("trixie", "debian", "trixie", ["main"], "amd64", Repository.KeyFiles, []);
        var snapshot = await new DebianRepository(cache, TimeProvider.System, folder["state"]).RefreshAsync(source);
        string[] names = ["base-files", "bash", "iputils-ping", "tzdata", "ca-certificates"];
        var packages = names.Select(n => snapshot.Packages.First(p => p.Name == n)).ToList();
        var files = await cache.FetchAsync(packages.Select(p => new DownloadRequest("trixie", "debian", p.FileName, p.Sha256, p.Size)));
        foreach (var package in packages)
        {
            var theirs = Run("sh", "-c", "dpkg-deb --fsys-tarfile \"$1\" | tar -tv --numeric-owner --utc --full-time -f - | awk '{print $1, $2, $3}'", "sh", files[package.Sha256]).TrimEnd().Split('\n');
            using var deb = DebFile.Open(files[package.Sha256]);
            Assert.Contains($"Package: {package.Name}\n", Encoding.UTF8.GetString(deb.ControlMembers["control"]), StringComparison.Ordinal);
            var ours = new List<string>();
            while (deb.Next() is { } entry)
            {
                ours.Add($"{Permissions(entry.Type, entry.IsHardLink, entry.Mode)} {entry.Uid}/{entry.Gid} {entry.Length}");
            }

            Assert.Equal(theirs, ours);
        }
    }

    private static string Permissions(InodeType type, bool hardLink, int mode)
    {
        var text = new StringBuilder(10).Append(type switch { InodeType.Directory => 'd', InodeType.SymbolicLink => 'l', _ => hardLink ? 'h' : '-' });
        for (var bit = 8; bit >= 0; bit--)
        {
            text.Append((mode & (1 << bit)) != 0 ? "xwr"[bit % 3] : '-');
        }

        void Special(int flag, int at, char with, char without)
        {
            if ((mode & flag) != 0)
            {
                text[at] = text[at] == 'x' ? with : without;
            }
        }

        Special(0x800, 3, 's', 'S');
        Special(0x400, 6, 's', 'S');
        Special(0x200, 9, 't', 'T');
        return text.ToString();
    }
}
