using Ironhull.Diagnostics;
using Ironhull.Machines.Acceptance;

namespace Ironhull.Machines.Tests;

public class AcceptanceSuiteTests
{
    [Fact]
    public void Tests_Names_AreUniqueAndHaveAGroup()
    {
        Assert.Equal(AcceptanceSuite.Tests.Count, AcceptanceSuite.Tests.Select(t => t.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(AcceptanceSuite.Tests, t => Assert.StartsWith(t.Group + "/", t.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void Select_NoFilter_GivesAll() => Assert.Equal(AcceptanceSuite.Tests, AcceptanceSuite.Select(null));

    [Fact]
    public void Select_TwoParts_GivesTheirUnionInOrder()
    {
        var names = AcceptanceSuite.Select("verity/, secure-boot-is").Select(t => t.Name);
        Assert.Equal(["host/secure-boot-is-on", "verity/flipped-bit-panics"], names);
    }

    [Fact]
    public void Select_Fast_GivesWhatOneMachineShowsAndWhatTheFirmwareRefuses()
    {
        var fast = AcceptanceSuite.Select(null, fast: true);
        Assert.Contains("host/secure-boot-is-on", fast.Select(t => t.Name));
        Assert.Contains("firmware/unsigned-kernel-image-is-refused", fast.Select(t => t.Name));
        Assert.DoesNotContain("verity/flipped-bit-panics", fast.Select(t => t.Name));
        Assert.Equal("HULL7010", Assert.Throws<HullException>(() => AcceptanceSuite.Select("verity/", fast: true)).Code.Code);
    }

    [Fact]
    public void Select_PartOfNoName_ReportsHULL7010()
    {
        var error = Assert.Throws<HullException>(() => AcceptanceSuite.Select("host,nonsense"));
        Assert.Equal("HULL7010", error.Code.Code);
    }

    [Fact]
    public async Task RunAsync_MissingImage_ReportsHULL7003()
    {
        var error = await Assert.ThrowsAsync<HullException>(() => AcceptanceSuite.RunAsync(new() { ImagePath = "/nonexistent.img", KeysFolder = "/nonexistent" }));
        Assert.Equal("HULL7003", error.Code.Code);
    }

    [Fact]
    public void Unexpected_KnownListeners_AreAccepted() => Assert.Empty(Listeners.Unexpected(
        """
        udp   UNCONN 0      0            127.0.0.54:53         0.0.0.0:*    users:(("systemd-resolve",pid=298,fd=16))
        udp   UNCONN 0      0         127.0.0.53%lo:53         0.0.0.0:*    users:(("systemd-resolve",pid=298,fd=14))
        udp   UNCONN 0      0      10.0.2.15%enp0s3:68         0.0.0.0:*    users:(("systemd-network",pid=306,fd=31))
        tcp   LISTEN 0      4096          127.0.0.1:43321      0.0.0.0:*    users:(("containerd",pid=383,fd=9))
        tcp   LISTEN 0      4096                  *:22               *:*    users:(("sshd",pid=474,fd=3),("systemd",pid=1,fd=68))
        """));

    [Theory]
    [InlineData("tcp LISTEN 0 4096 0.0.0.0:43321 0.0.0.0:* users:((\"containerd\",pid=383,fd=9))")]
    [InlineData("tcp LISTEN 0 4096 0.0.0.0:10250 0.0.0.0:* users:((\"kubelet\",pid=1,fd=9))")]
    [InlineData("udp UNCONN 0 0 0.0.0.0:5355 0.0.0.0:* users:((\"systemd-resolve\",pid=298,fd=14))")]
    [InlineData("tcp LISTEN 0 4096 0.0.0.0:53 0.0.0.0:* users:((\"systemd-resolve\",pid=298,fd=14))")]
    [InlineData("tcp LISTEN 0 4096 *:22 *:* users:((\"backdoor\",pid=2,fd=1))")]
    [InlineData("nonsense")]
    public void Unexpected_AnyOtherSocket_IsNamed(string line) => Assert.Single(Listeners.Unexpected(line));

    [Fact]
    public void Compare_AllFactsDiffer_NamesThem() =>
        Assert.Equal("machine-id, disk-guid differ", Identities.Compare("machine-id a\ndisk-guid b\n", "machine-id c\ndisk-guid d\n"));

    [Theory]
    [InlineData("machine-id a\ndisk-guid b", "machine-id c\ndisk-guid b")]
    [InlineData("machine-id \n", "machine-id c\n")]
    [InlineData("machine-id a\n", "disk-guid c\n")]
    [InlineData("", "")]
    public void Compare_SameMissingOrEmptyFact_Fails(string first, string second) =>
        Assert.Throws<CheckFailedException>(() => Identities.Compare(first, second));
}
