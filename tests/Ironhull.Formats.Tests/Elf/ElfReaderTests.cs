using System.Diagnostics;
using System.Text.RegularExpressions;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Elf;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Tests.Elf;

public sealed class ElfReaderTests
{
    private static readonly ElfBuilder s_full = new()
    {
        Interpreter = "/lib64/ld-linux-x86-64.so.2",
        SoName = "libx.so.1",
        Needed = ["liba.so.1", "libb.so.2"],
        RPath = "/opt/lib",
        RunPath = "$ORIGIN/../lib:/usr/lib/x",
        DlopenJson = ["""[{"feature":"lz4","description":"Compression","priority":"suggested","soname":["liblz4.so.1"]}]""", """[{"soname":["liba.so.1","liba.so.0"]}]"""],
    };

    private static ElfFacts? Read(byte[] file) => ElfReader.TryRead(Content.FromBytes(file), "test");

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void TryRead_EveryWidthAndByteOrder_GivesTheFacts(bool wide, bool little)
    {
        var facts = Read(new ElfBuilder
        {
            Wide = wide,
            Little = little,
            Machine = 183,
            Interpreter = s_full.Interpreter,
            SoName = s_full.SoName,
            Needed = s_full.Needed,
            RPath = s_full.RPath,
            RunPath = s_full.RunPath,
            DlopenJson = s_full.DlopenJson,
        }.Build())!;
        Assert.Equal(wide ? ElfClass.Elf64 : ElfClass.Elf32, facts.Class);
        Assert.Equal((little, (ushort)183, (ushort)3), (facts.LittleEndian, facts.Machine, facts.Type));
        Assert.Equal("/lib64/ld-linux-x86-64.so.2", facts.Interpreter);
        Assert.Equal("libx.so.1", facts.SoName);
        Assert.Equal(["liba.so.1", "libb.so.2"], facts.Needed);
        Assert.Equal(("/opt/lib", "$ORIGIN/../lib:/usr/lib/x"), (facts.RPath, facts.RunPath));
        Assert.Equal(2, facts.DlopenNotes.Count);
        Assert.Equal(("suggested", "lz4", "Compression"), (facts.DlopenNotes[0].Priority, facts.DlopenNotes[0].Feature, facts.DlopenNotes[0].Description));
        Assert.Equal(["liba.so.1", "liba.so.0"], facts.DlopenNotes[1].SoNames);
        Assert.Equal("recommended", facts.DlopenNotes[1].Priority);
    }

    [Theory]
    [InlineData("")]
    [InlineData("#!/bin/sh\n")]
    [InlineData("\u007fEL")]
    public void TryRead_NoElfFile_GivesNull(string text) => Assert.Null(ElfReader.TryRead(Content.FromText(text), "test"));

    [Fact]
    public void TryRead_MagicAlone_ReportsHULL1001() =>
        Assert.Equal("HULL1001", Assert.Throws<HullException>(() => Read([.. "\u007fELF"u8])).Code.Code);

    [Fact]
    public void TryRead_UnknownClass_ReportsHULL1002()
    {
        var file = s_full.Build();
        file[4] = 3;
        Assert.Equal("HULL1002", Assert.Throws<HullException>(() => Read(file)).Code.Code);
    }

    [Fact]
    public void TryRead_CutAtEveryLength_ReportsACode()
    {
        var file = s_full.Build();
        for (var length = 4; length < file.Length; length++)
        {
            var cut = file[..length];
            Assert.StartsWith("HULL1", Assert.Throws<HullException>(() => Read(cut)).Code.Code, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TryRead_AbsurdDynamicSection_ReportsHULL1003()
    {
        var file = s_full.Build();
        // The second program header's p_filesz.
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(64 + 56 + 32), 1L << 40);
        Assert.Equal("HULL1003", Assert.Throws<HullException>(() => Read(file)).Code.Code);
    }

    [Fact]
    public void TryRead_StringTableOutsideTheFile_ReportsHULL1002()
    {
        var file = s_full.Build();
        // The first program header's p_vaddr: no segment covers DT_STRTAB any more.
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(64 + 16), 0x7000_0000_0000);
        Assert.Equal("HULL1002", Assert.Throws<HullException>(() => Read(file)).Code.Code);
    }

    [Fact]
    public void TryRead_DlopenNoteWithBrokenJson_ReportsHULL1002()
    {
        var file = new ElfBuilder { DlopenJson = ["[{\"soname\": 3}]"], SoName = "x" }.Build();
        Assert.Equal("HULL1002", Assert.Throws<HullException>(() => Read(file)).Code.Code);
    }

    [Fact]
    public void TryRead_RandomFacts_RoundTrip()
    {
        var name = Gen.Char.AlphaNumeric.Array[1, 300].Select(c => new string(c));
        Gen.Select(Gen.Bool, Gen.Bool, name.Array[0, 6], name, name).Sample((wide, little, needed, soName, runPath) =>
        {
            var facts = Read(new ElfBuilder { Wide = wide, Little = little, Needed = needed, SoName = soName, RunPath = runPath }.Build())!;
            Assert.Equal(needed, facts.Needed);
            Assert.Equal((soName, runPath), (facts.SoName, facts.RunPath));
        }, iter: 300);
    }

    [Fact]
    public void TryRead_MutatedInput_NeverThrowsAnythingButACode()
    {
        var files = new[] { s_full.Build(), new ElfBuilder { Wide = false, Needed = ["a"], Interpreter = "/x" }.Build() };
        Gen.Select(Gen.Int[0, 1], Gen.Select(Gen.Int[4, 2000], Gen.OneOf(Gen.Byte, Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)1), Gen.Const((byte)0x7F), Gen.Const((byte)0xFF)))).Array[1, 8]).Sample((which, changes) =>
        {
            var file = (byte[])files[which].Clone();
            foreach (var (at, value) in changes)
            {
                file[at % file.Length] = value;
            }

            try
            {
                Read(file);
            }
            catch (HullException e)
            {
                Assert.StartsWith("HULL1", e.Code.Code, StringComparison.Ordinal);
            }
        }, iter: 20_000);
    }

    /// <summary>The oracle: binutils' readelf on libraries and programs of this machine.</summary>
    [Fact]
    public void TryRead_FilesOfThisMachine_AgreesWithReadelf()
    {
        var files = SortedDirectory.Files("/usr/lib/x86_64-linux-gnu", "*.so.*").Where((_, i) => i % 7 == 0).Take(40)
            .Concat(SortedDirectory.Files("/usr/bin").Where((_, i) => i % 11 == 0).Take(25));
        var compared = 0;
        foreach (var file in files)
        {
            if (ElfReader.TryRead(Content.FromBytes(File.ReadAllBytes(file)), file) is not { } facts)
            {
                continue;
            }

            var output = Run("readelf", "-dlW", file);
            Assert.Equal(Regex.Matches(output, @"\(NEEDED\).*\[(.*)\]").Select(m => m.Groups[1].Value), facts.Needed);
            Assert.Equal(One(@"\(SONAME\).*\[(.*)\]"), facts.SoName);
            Assert.Equal(One(@"\((?:RUNPATH)\).*\[(.*)\]"), facts.RunPath);
            Assert.Equal(One(@"Requesting program interpreter: (.*)\]"), facts.Interpreter);
            compared++;

            string? One(string pattern) => Regex.Match(output, pattern) is { Success: true } match ? match.Groups[1].Value : null;
        }

        Assert.True(compared > 20, $"only {compared} files were compared");
    }

    private static string Run(string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
        return output;
    }
}
