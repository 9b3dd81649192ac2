using System.Text;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Packages.Debian;

namespace Ironhull.Packages.Tests;

public sealed class PackagesIndexTests
{
    internal const string Digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    internal static readonly string Sample = $"""
        Package: bash
        Essential: yes
        Version: 5.2.37-2+b5
        Source: bash (5.2.37-2)
        Architecture: amd64
        Multi-Arch: foreign
        Pre-Depends: libc6 (>= 2.38),
         libtinfo6 (>= 6)
        Depends: base-files (>= 2.1.12)
        Description: GNU Bourne Again SHell
        Tag: admin::TODO,
         devel::TODO
        Section: shells
        Priority: required
        Installed-Size: 7163
        Filename: pool/main/b/bash/bash_5.2.37-2+b5_amd64.deb
        Size: 1502540
        SHA256: {Digest}

        Package: größe
        Version: 1
        Architecture: all
        Multi-Arch: no
        Provides: size (= 1)
        Filename: pool/g.deb
        Size: 0
        SHA256: {Digest}
        """.ReplaceLineEndings("\n");

    private static List<DebianPackage> Read(string text) => PackagesIndex.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "trixie", 500, "Packages");

    private static string CodeOf(string text) => Assert.Throws<HullException>(() => Read(text)).Code.Code;

    [Fact]
    public void Read_Stanzas_GivesPackagesWithAllFields()
    {
        var packages = Read(Sample);
        Assert.Equal(2, packages.Count);
        var bash = packages[0];
        Assert.Equal(("bash", "5.2.37-2+b5", "amd64", "foreign", true), (bash.Name, bash.Version, bash.Architecture, bash.MultiArch, bash.Essential));
        Assert.Equal(("bash", "5.2.37-2"), (bash.Source, bash.SourceVersion));
        Assert.Equal("libc6 (>= 2.38), libtinfo6 (>= 6)", bash.PreDepends);
        Assert.Equal(("shells", "required", 7163L, 1502540L), (bash.Section, bash.ArchivePriority, bash.InstalledSize, bash.Size));
        Assert.Equal(("trixie", 500, "GNU Bourne Again SHell"), (bash.RepositoryId, bash.RepositoryPriority, bash.Summary));
        Assert.Equal(("größe", "", "größe", "1", "size (= 1)"), (packages[1].Name, packages[1].MultiArch, packages[1].Source, packages[1].SourceVersion, packages[1].Provides));
    }

    [Fact]
    public void Read_ChunksOfAnySize_GivesTheSame()
    {
        var bytes = Encoding.UTF8.GetBytes(Sample);
        foreach (var size in new[] { 1, 7, 64 })
        {
            Assert.Equal(Read(Sample).Select(p => p.ToString()), PackagesIndex.Read(new SlowStream(bytes, size), "trixie", 500, "x").Select(p => p.ToString()));
        }
    }

    [Theory]
    [InlineData("Package: a\n")]
    [InlineData("no field\n")]
    [InlineData(" continued\n")]
    [InlineData("Package: a\nVersion: 1\nArchitecture: all\nFilename: p/a.deb\nSize: -1\nSHA256: " + Digest)]
    [InlineData("Package: a\nVersion: 1\nArchitecture: all\nFilename: p/a.deb\nSize: 1\nSHA256: 12")]
    [InlineData("Package: a\nVersion: 1\nArchitecture: all\nFilename: ../a.deb\nSize: 1\nSHA256: " + Digest)]
    [InlineData("Package: a\nVersion: 1\nArchitecture: all\nFilename: /a.deb\nSize: 1\nSHA256: " + Digest)]
    [InlineData("Package: a\nPackage: b\nVersion: 1\nArchitecture: all\nFilename: a.deb\nSize: 1\nSHA256: " + Digest)]
    public void Read_MalformedStanza_ReportsHULL2002(string text) => Assert.Equal("HULL2002", CodeOf(text));

    [Fact]
    public void Read_EndlessLine_ReportsHULL2002() => Assert.Equal("HULL2002", CodeOf("Package: " + new string('a', PackagesIndex.MaximumLine + 10)));

    [Fact]
    public void Read_MutatedInput_NeverThrowsAnythingElse()
    {
        var sound = Encoding.UTF8.GetBytes(Sample);
        Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte).Array[1, 8].Sample(changes =>
        {
            var bytes = (byte[])sound.Clone();
            foreach (var (at, value) in changes)
            {
                bytes[at] = value;
            }

            try
            {
                PackagesIndex.Read(new MemoryStream(bytes), "x", 500, "x");
            }
            catch (HullException)
            {
            }
        });
    }

    private sealed class SlowStream(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(size, buffer.Length)]);
    }
}
