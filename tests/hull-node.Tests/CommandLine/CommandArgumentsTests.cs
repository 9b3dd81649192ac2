using Ironhull.Diagnostics;
using Ironhull.Node.CommandLine;

namespace Ironhull.Node.Tests.CommandLine;

public sealed class CommandArgumentsTests
{
    private static readonly CommandOption[] s_options = [new("root", "FOLDER", "a root"), new("neednet", null, "a switch")];

    [Theory]
    [InlineData("-root", "/a")]
    [InlineData("--root", "/a")]
    [InlineData("-root=/a")]
    [InlineData("--root=/a")]
    [InlineData("--root=/b", "-root=/a")]
    public void Read_OneOrTwoDashesSpaceOrEquals_AreTheSame(params string[] words) =>
        Assert.Equal("/a", CommandArguments.Read(words, s_options, 0)["root"]);

    [Theory]
    [InlineData(true, "-neednet")]
    [InlineData(true, "--neednet=true")]
    [InlineData(false, "--neednet=false")]
    [InlineData(false, "-root=/a")]
    public void Read_Switch_IsThereOrNot(bool expected, params string[] words) => Assert.Equal(expected, CommandArguments.Read(words, s_options, 0).Has("neednet"));

    [Fact]
    public void Read_TwoDashesAlone_EndTheOptions() => Assert.Equal(["-root"], CommandArguments.Read(["--", "-root"], s_options, 1).Operands);

    [Theory]
    [InlineData("There is no option '--other' here.", "--other")]
    [InlineData("There is no option '---root' here.", "---root", "/a")]
    [InlineData("The option '--root' needs a value: FOLDER.", "--root")]
    [InlineData("'more' is one argument too many.", "more")]
    public void Read_WhatIsNotUnderstood_ReportsHULL9010(string message, params string[] words)
    {
        var error = Assert.Throws<HullException>(() => CommandArguments.Read(words, s_options, 0));
        Assert.Equal("HULL9010", error.Code.Code);
        Assert.Equal(message, error.Diagnostics[0].Message);
    }

    [Fact]
    public void Read_OperandMissing_ReportsHULL9010() => Assert.Equal("HULL9010", Assert.Throws<HullException>(() => CommandArguments.Read([], s_options, 1)).Code.Code);
}
