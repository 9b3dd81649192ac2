using System.Text;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Ar;

namespace Ironhull.Formats.Tests.Ar;

public sealed class ArReaderTests
{
    private static byte[] Archive(params (string Name, string Content)[] members)
    {
        var text = new StringBuilder("!<arch>\n");
        foreach (var (name, content) in members)
        {
            text.Append($"{name,-16}{0,-12}{0,-6}{0,-6}{"100644",-8}{content.Length,-10}`\n{content}{(content.Length % 2 == 1 ? "\n" : "")}");
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static HullException Fails(byte[] bytes) => Assert.Throws<HullException>(() => ArReader.Read(new MemoryStream(bytes), "x.deb"));

    [Fact]
    public void Read_MembersOfOddLength_GivesNamesOffsetsAndLengths()
    {
        var members = ArReader.Read(new MemoryStream(Archive(("debian-binary", "2.0\n"), ("a.tar/", "odd"), ("b", ""))), "x.deb");
        Assert.Equal([new("debian-binary", 68, 4), new("a.tar", 132, 3), new("b", 196, 0)], members);
    }

    [Fact]
    public void Read_NoSignature_ReportsHULL1002() => Assert.Equal("HULL1002", Fails("!<arkh>\n"u8.ToArray()).Code.Code);

    [Fact]
    public void Read_Empty_ReportsHULL1001() => Assert.Equal("HULL1001", Fails([]).Code.Code);

    [Fact]
    public void Read_HeaderCutOff_ReportsHULL1001() => Assert.Equal("HULL1001", Fails(Archive(("a", "xx"))[..40]).Code.Code);

    [Fact]
    public void Read_MemberLongerThanArchive_ReportsHULL1001() => Assert.Equal("HULL1001", Fails(Archive(("a", "0123456789"))[..^2]).Code.Code);

    [Fact]
    public void Read_NegativeLength_ReportsHULL1002()
    {
        var bytes = Archive(("a", "0123456789"));
        "-1        "u8.CopyTo(bytes.AsSpan(56));
        Assert.Equal("HULL1002", Fails(bytes).Code.Code);
    }

    [Fact]
    public void Read_TooManyMembers_ReportsHULL1003() =>
        Assert.Equal("HULL1003", Fails(Archive([.. Enumerable.Range(0, 65).Select(i => ($"m{i}", ""))])).Code.Code);

    [Fact]
    public void Read_MutatedInput_NeverThrowsAnythingElse() =>
        Gen.Select(Gen.Int[0, 140], Gen.Byte).Array[1, 6].Sample(changes =>
        {
            var bytes = Archive(("debian-binary", "2.0\n"), ("control", "abc"));
            foreach (var (at, value) in changes)
            {
                bytes[at % bytes.Length] = value;
            }

            try
            {
                ArReader.Read(new MemoryStream(bytes), "x");
            }
            catch (HullException)
            {
            }
        });
}
