using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Machines.Fakes;
using Ironhull.Provisioning.Fetching;
using Ironhull.Provisioning.Reporting;

namespace Ironhull.Provisioning.Tests.Reporting;

public sealed class WireServerTests
{
    [Theory]
    [InlineData]
    [InlineData(410, 429, 503)]
    public void Send_Ready_TellsTheServerOnce(params int[] before)
    {
        using var server = new FakeWireServer(before);
        Send(server.Url, MachineReport.Ready);
        var report = Assert.Single(server.Reports);
        Assert.Contains("<State>Ready</State>", report, StringComparison.Ordinal);
        Assert.DoesNotContain("Details", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Send_Failed_TellsWhy()
    {
        using var server = new FakeWireServer();
        Send(server.Url, MachineReport.Failed("HULL8031: <a> & \"b\"\u0007 differ"));
        var report = XmlElements.Read(Encoding.UTF8.GetBytes(Assert.Single(server.Reports)), "report");
        Assert.Equal("NotReady", report["Health/State"]);
        Assert.Equal("ProvisioningFailed", report["Details/SubStatus"]);
        Assert.Equal("HULL8031: <a> & \"b\"  differ", report["Details/Description"]);
    }

    [Fact]
    public void Send_LongReason_IsCutWhereACharacterEnds()
    {
        using var server = new FakeWireServer();
        Send(server.Url, MachineReport.Failed(new string('x', 511) + "\U0001F600" + "more"));
        Assert.Equal(new string('x', 511), XmlElements.Read(Encoding.UTF8.GetBytes(server.Reports[0]), "report")["Details/Description"]);
    }

    [Fact]
    public void Send_ServerOfAnotherVersion_ReportsHULL8090()
    {
        using var server = new FakeWireServer(version: "2030-01-01");
        Assert.Equal("HULL8090", Assert.Throws<HullException>(() => Send(server.Url, MachineReport.Ready)).Code.Code);
    }

    [Fact]
    public void Send_ServerThatRefuses_ReportsHULL8090()
    {
        using var server = new FakeHttpServer(r => r.Method == "POST" ? new(403, []) : FakeAnswer.Text(
            r.Target.Contains("versions", StringComparison.Ordinal) ? "<Versions><Supported><Version>2012-11-30</Version></Supported></Versions>"
            : "<GoalState><Incarnation>1</Incarnation><Container><ContainerId>c</ContainerId><RoleInstanceList><RoleInstance><InstanceId>i</InstanceId></RoleInstance></RoleInstanceList></Container></GoalState>"));
        Assert.Equal("HULL8090", Assert.Throws<HullException>(() => Send(server.Url, MachineReport.Ready)).Code.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no XML")]
    [InlineData("<Versions>")]
    [InlineData("<Versions></Version>")]
    [InlineData("<Versions><Version>2012-11-30</Version></Versions")]
    [InlineData("<!DOCTYPE a [<!ENTITY b \"c\">]><Versions><Version>2012-11-30</Version></Versions>")]
    [InlineData("<Versions><Version>2012-11-30</Version></Versions>")]
    public void Send_AnswersThatAreNone_ReportHULL8090(string answer)
    {
        using var server = new FakeHttpServer(_ => FakeAnswer.Text(answer));
        Assert.Equal("HULL8090", Assert.Throws<HullException>(() => Send(server.Url, MachineReport.Ready)).Code.Code);
    }

    [Fact]
    public void Send_NobodyAnswers_EndsWithTheDeadline()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        Assert.Equal("HULL8081", Assert.Throws<HullException>(() => Send(new("http://127.0.0.1:9/"), MachineReport.Ready, limit.Token)).Code.Code);
    }

    [Fact]
    public void Find_PlatformsThatTakeNone_HaveNone() => Assert.Null(ReportChannels.Find("qemu"));

    private static void Send(Uri server, MachineReport report, CancellationToken deadline = default)
    {
        using var fetcher = new ResourceFetcher(false, [], TimeProvider.System, _ => { }, deadline);
        new WireServer(server).Send(report, fetcher);
    }
}
