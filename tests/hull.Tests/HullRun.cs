using Ironhull.Cli.CommandLine;

namespace Ironhull.Cli.Tests;

/// <summary>Runs hull in process and keeps what it prints.</summary>
internal sealed record HullRun(int ExitCode, string Out, string Error)
{
    public static async Task<HullRun> Of(params string[] arguments) => await With(new Dictionary<string, string>(), default, arguments);

    public static async Task<HullRun> With(IReadOnlyDictionary<string, string> variables, CancellationToken cancellation, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var host = new HullHost
        {
            Out = output,
            Error = error,
            Variable = name => variables.TryGetValue(name, out var value) ? value : Environment.GetEnvironmentVariable(name),
        };
        var code = await new HullApplication(host).RunAsync(arguments, cancellation);
        return new(code, output.ToString(), error.ToString());
    }
}

/// <summary>Files in the checkout that tests compare with.</summary>
internal static class Golden
{
    public static string Root { get; } = Find();

    public static void Check(string path, string actual)
    {
        var full = Path.Combine(Root, path);
        if (Environment.GetEnvironmentVariable("HULL_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, actual);
        }

        Assert.Equal(File.ReadAllText(full), actual);
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ironhull.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The checkout was not found above the test's folder.");
    }
}
