using Ironhull.Node.CommandLine;

namespace Ironhull.Node.Tests;

/// <summary>A command line that ran, and what it printed.</summary>
internal sealed record NodeRun(int Code, string Out, string Error)
{
    public static NodeRun Of(params string[] line)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        using var host = new NodeHost { Out = output, Error = error };
        var code = NodeApplication.Run(line, host);
        return new(code, output.ToString(), error.ToString());
    }
}
