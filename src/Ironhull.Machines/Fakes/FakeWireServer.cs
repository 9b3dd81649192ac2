using System.Text;

namespace Ironhull.Machines.Fakes;

/// <summary>Azure's wire server: versions, the goal state, and health reports, which it keeps. Only who names a version that it speaks is answered.</summary>
public sealed class FakeWireServer : IDisposable
{
    private const string Container = "7d5a5a5c-0d7b-4f1b-b3f5-1c8c2e1f9a11";
    private const string Instance = "_ironhull-node";
    private readonly Queue<int> _before;
    private readonly FakeHttpServer _server;
    private readonly List<string> _reports = [];
    private readonly string _version;

    /// <summary>Starts the server.</summary>
    /// <param name="before">Status codes that are answered first, one for each request.</param>
    /// <param name="version">The version that it speaks.</param>
    public FakeWireServer(IReadOnlyList<int>? before = null, string version = "2012-11-30")
    {
        _before = new(before ?? []);
        _version = version;
        _server = new(Answer);
    }

    /// <summary>Where it listens.</summary>
    public Uri Url => _server.Url;

    /// <summary>Its port.</summary>
    public int Port => _server.Port;

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<FakeRequest> Requests => _server.Requests;

    /// <summary>The health reports so far that name this machine and its goal state.</summary>
    public IReadOnlyList<string> Reports
    {
        get
        {
            lock (_reports)
            {
                return [.. _reports];
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _server.Dispose();

    private FakeAnswer Answer(FakeRequest request)
    {
        lock (_before)
        {
            if (_before.TryDequeue(out var status))
            {
                return new(status, []);
            }
        }

        return (request.Method, request.Target) switch
        {
            ("GET", "/?comp=versions") => FakeAnswer.Text(
                $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Versions>\n  <Preferred>\n    <Version>2015-04-05</Version>\n  </Preferred>\n  <Supported>\n    <Version>2015-04-05</Version>\n    <Version>{_version}</Version>\n  </Supported>\n</Versions>"),
            _ when request.Headers.GetValueOrDefault("x-ms-version") != _version => new(400, Encoding.UTF8.GetBytes("<Error><Code>VersionNotSupported</Code></Error>")),
            ("GET", "/machine/?comp=goalstate") => FakeAnswer.Text(GoalState()),
            ("POST", "/machine/?comp=health") => Keep(request),
            _ => new(404, []),
        };
    }

    private FakeAnswer Keep(FakeRequest request)
    {
        if (!request.Headers.GetValueOrDefault("Content-Type", "").StartsWith("text/xml", StringComparison.Ordinal) || !request.Body.Contains("<GoalStateIncarnation>3<", StringComparison.Ordinal)
            || !request.Body.Contains($"<ContainerId>{Container}<", StringComparison.Ordinal) || !request.Body.Contains($"<InstanceId>{Instance}<", StringComparison.Ordinal))
        {
            return new(400, []);
        }

        lock (_reports)
        {
            _reports.Add(request.Body);
        }

        return new(200, []);
    }

    private static string GoalState() => $"""
        <?xml version="1.0" encoding="utf-8"?>
        <GoalState xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xsi:noNamespaceSchemaLocation="goalstate10.xsd">
          <Version>2012-11-30</Version>
          <Incarnation>3</Incarnation>
          <Machine>
            <ExpectedState>Started</ExpectedState>
            <StopRolesDeadlineHint>300000</StopRolesDeadlineHint>
            <LBProbePorts><Port>16001</Port></LBProbePorts>
            <ExpectHealthReport>FALSE</ExpectHealthReport>
          </Machine>
          <Container>
            <ContainerId>{Container}</ContainerId>
            <RoleInstanceList>
              <RoleInstance>
                <InstanceId>{Instance}</InstanceId>
                <State>Started</State>
                <Configuration><ConfigName>x.0.y.0.1.{Instance}.1.xml</ConfigName></Configuration>
              </RoleInstance>
            </RoleInstanceList>
          </Container>
        </GoalState>
        """;
}
