using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Node.CommandLine;
using Ironhull.Provisioning.Applied;
using Ironhull.Provisioning.Engine;

namespace Ironhull.Node.Provisioning;

/// <summary><c>hull-node provision drift</c>.</summary>
internal sealed class DriftCommand() : NodeCommand("provision drift", "tell what has changed since this machine was provisioned; ends with 1 if anything has")
{
    /// <summary>The exit code of a root that has changed.</summary>
    public const int Drifted = 1;

    /// <inheritdoc/>
    public override IReadOnlyList<CommandOption> Options { get; } = [new("root", "FOLDER", "the root that was provisioned (/)"), new("json", null, "print JSON")];

    /// <inheritdoc/>
    public override int Run(NodeHost host, CommandArguments arguments)
    {
        using var root = new RootFolder(arguments["root"] ?? "/");
        var drift = Drift.Of(root);
        if (arguments.Has("json"))
        {
            host.Out.WriteLine(Json(drift));
        }
        else
        {
            foreach (var node in drift.Nodes)
            {
                host.Out.WriteLine($"{node.Path}: {string.Join(", ", node.Differences)}");
            }

            host.Out.WriteLine($"{drift.Nodes.Count} of {drift.Checked} paths differ from what was provisioned");
        }

        return drift.Nodes.Count == 0 ? ExitCodes.Success : Drifted;
    }

    private static string Json(Drift drift)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("checked", drift.Checked);
            json.WriteStartArray("drifted");
            foreach (var node in drift.Nodes)
            {
                json.WriteStartObject();
                json.WriteString("path", node.Path);
                json.WriteStartArray("differences");
                foreach (var difference in node.Differences)
                {
                    json.WriteStringValue(difference);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
