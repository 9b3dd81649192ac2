using System.Net;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Fetching;

namespace Ironhull.Provisioning.Reporting;

/// <summary>
/// Azure's wire server, which every virtual machine reaches at 168.63.129.16: it is asked for the machine's goal state, and told by the identifiers
/// in it whether the machine is ready. Until it is told, the machine counts as being created; after about twenty minutes it counts as failed.
/// The protocol is that of Azure's own agent (azure-linux-extensions' "wire" protocol, version 2012-11-30).
/// </summary>
/// <param name="server">Where it is.</param>
public sealed class WireServer(Uri server) : IReportChannel
{
    private const string Version = "2012-11-30";

    // Azure shows this many characters of a description.
    private const int LongestDescription = 512;

    // Answers that the server gives while it starts, moves, or is asked too often.
    private static readonly int[] s_again = [404, 410, 429];
    private static readonly KeyValuePair<string, string>[] s_headers = [KeyValuePair.Create("x-ms-version", Version), KeyValuePair.Create("x-ms-agent-name", "Ironhull")];

    /// <summary>The wire server of Azure's networks.</summary>
    public WireServer()
        : this(new Uri("http://168.63.129.16/"))
    {
    }

    /// <inheritdoc/>
    public string Platform => "azure";

    /// <inheritdoc/>
    public void Send(MachineReport report, ResourceFetcher fetcher)
    {
        RequireVersion(fetcher);
        var state = Elements(Get("machine/?comp=goalstate", fetcher), "the goal state");
        var (incarnation, container, instance) = (Text(state, "GoalState/Incarnation"), Text(state, "Container/ContainerId"), Text(state, "RoleInstance/InstanceId"));
        var answer = fetcher.SendAsync(
            new(new(server, "machine/?comp=health"), s_headers) { Body = (Encoding.UTF8.GetBytes(Health(report, incarnation, container, instance)), "text/xml; charset=utf-8") }, s_again).GetAwaiter().GetResult();
        if (answer.Status is < 200 or > 299)
        {
            throw ProvisioningErrors.PlatformAnswer.Error($"The wire server answered {answer.Status} to the health report.");
        }
    }

    private void RequireVersion(ResourceFetcher fetcher)
    {
        var versions = Elements(Get("?comp=versions", fetcher), "the wire server's versions");
        if (!versions.All("Version").Contains(Version))
        {
            throw ProvisioningErrors.PlatformAnswer.Error($"The wire server does not speak version {Version}.");
        }
    }

    private byte[] Get(string target, ResourceFetcher fetcher)
    {
        var answer = fetcher.GetAsync(new(server, target), s_headers, s_again).GetAwaiter().GetResult();
        return answer.Status == 200 ? answer.Contents : throw ProvisioningErrors.PlatformAnswer.Error($"The wire server answered {answer.Status} when it was asked for {target}.");
    }

    private static XmlElements Elements(byte[] document, string what) => XmlElements.Read(document, what);

    private static string Text(XmlElements elements, string names) =>
        elements[names] ?? throw ProvisioningErrors.PlatformAnswer.Error($"The goal state has no {names}.");

    private static string Health(MachineReport report, string incarnation, string container, string instance) => $"""
        <?xml version="1.0" encoding="utf-8"?>
        <Health xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
          <GoalStateIncarnation>{Escape(incarnation)}</GoalStateIncarnation>
          <Container>
            <ContainerId>{Escape(container)}</ContainerId>
            <RoleInstanceList>
              <Role>
                <InstanceId>{Escape(instance)}</InstanceId>
                <Health>
                  <State>{(report.IsReady ? "Ready" : "NotReady")}</State>{(report.IsReady ? "" : Details(report.Reason))}
                </Health>
              </Role>
            </RoleInstanceList>
          </Container>
        </Health>
        """;

    private static string Details(string reason) =>
        $"<Details><SubStatus>ProvisioningFailed</SubStatus><Description>{Escape(Printable(reason))}</Description></Details>";

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    // XML has no control characters but tab and line breaks; the text is cut where a character ends.
    private static string Printable(string reason)
    {
        var text = new StringBuilder();
        foreach (var rune in reason.Trim().EnumerateRunes())
        {
            if (text.Length + rune.Utf16SequenceLength > LongestDescription)
            {
                break;
            }

            text.Append(Rune.IsControl(rune) && rune.Value is not ('\n' or '\t') ? " " : rune.ToString());
        }

        return text.ToString();
    }
}
