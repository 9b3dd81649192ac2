using System.Text;

namespace Ironhull.Provisioning.Stages;

/// <summary>The words that the kernel was started with, quotes taken off as systemd does.</summary>
/// <param name="text">The contents of <c>/proc/cmdline</c>.</param>
public sealed class KernelCommandLine(string text)
{
    /// <summary>The words.</summary>
    public IReadOnlyList<string> Words { get; } = Split(text);

    /// <summary>The value of the last word <c>key=value</c>; null when there is none.</summary>
    public string? this[string key] => Words.LastOrDefault(w => w.StartsWith(key + "=", StringComparison.Ordinal))?[(key.Length + 1)..];

    /// <summary>Reads the command line of the running system; one without words when there is none.</summary>
    public static KernelCommandLine Read(NodePaths paths) => new(Encoding.UTF8.GetString(StageFile.ReadVirtual(paths.CommandLine) ?? []));

    private static List<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var quote = '\0';
        foreach (var c in text)
        {
            if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                quote = quote == '\0' ? c : '\0';
            }
            else if (quote == '\0' && c is ' ' or '\t' or '\n' or '\0')
            {
                Add();
            }
            else
            {
                word.Append(c);
            }
        }

        Add();
        return words;

        void Add()
        {
            if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
    }
}
