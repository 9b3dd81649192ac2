using System.Text;

namespace Ironhull.Provisioning.Tests.Validation;

public sealed class FindingTests
{
    [Fact]
    public void ToString_Finding_ShowsPathPlaceAndCode()
    {
        var finding = Assert.Single(Read("{\"ignition\":{\"version\":\"3.4.0\"},\n \"storage\":{\"files\":[{\"path\":\"a\"}]}}").Findings);
        Assert.Equal("error at $.storage.files.0.path, line 2 col 30: path not absolute (HULL8011)", finding.ToString());
        Assert.Equal("a.ign:2:30", finding.ToDiagnostic().Where?.ToString());
    }

    [Fact]
    public void Read_SeveralErrors_AreFoundTogetherInTheOrderOfTheFile()
    {
        var reading = Read("{\"systemd\":{\"units\":[{\"name\":\"x\"}]},\n\"storage\":{\"files\":[{\"path\":\"b\"},{\"path\":\"a\"}]},\"ignition\":{\"version\":\"3.0.0\"}}");
        Assert.Equal(["$.systemd.units.0.name", "$.storage.files.0.path", "$.storage.files.1.path"], reading.Findings.Select(f => f.Path));
    }

    [Theory]
    [InlineData("", "HULL8002")]
    [InlineData("{", "HULL8001")]
    [InlineData("[]", "HULL8006")]
    [InlineData("{}", "HULL8003")]
    [InlineData("{\"ignition\":{\"version\":3}}", "HULL8006")]
    [InlineData("{\"ignition\":{\"version\":\"3.4\"}}", "HULL8003")]
    [InlineData("{\"ignition\":{\"version\":\"3.99.0\"}}", "HULL8004")]
    [InlineData("{\"ignition\":{\"version\":\"3.7.0\"}}", "HULL8004")]
    [InlineData("{\"ignition\":{\"version\":\"3.6.0-experimental\"}}", "HULL8004")]
    public void Read_WhatIsNoConfig_HasOneCodedError(string text, string code)
    {
        var reading = Read(text);
        Assert.True(reading.IsRefused);
        Assert.Equal(code, Assert.Single(reading.Findings).Code.Code);
    }

    [Fact]
    public void Read_UnitOfLongLines_IsAcceptedAsSystemdAcceptsIt() =>
        Assert.False(Read($"{{\"ignition\":{{\"version\":\"3.4.0\"}},\"systemd\":{{\"units\":[{{\"name\":\"a.service\",\"contents\":\"[A]\\nB={new string('x', 5000)}\"}}]}}}}").IsRefused);

    [Fact]
    public void Read_SchemesOfOurOwn_AreSaidToBeOurs() =>
        Assert.Equal("info", Assert.Single(Read("{\"ignition\":{\"version\":\"3.4.0\"},\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"oem:///b\"}}]}}").Findings).LevelName);

    [Fact]
    public void Read_BadContents_AreNotInTheMessage() =>
        Assert.DoesNotContain("secret", Assert.Single(Read("{\"ignition\":{\"version\":\"3.4.0\"},\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,secret word\"}}]}}").Findings).ToString(), StringComparison.Ordinal);

    private static ConfigReading Read(string text) => ConfigReader.Read(Encoding.UTF8.GetBytes(text), "a.ign");
}
