using System.Text;

namespace Ironhull.Provisioning.Butane;

/// <summary>Spells the keys of Ignition as YAML configs do.</summary>
internal static class SnakeCase
{
    /// <summary><c>httpHeaders</c> becomes <c>http_headers</c>, <c>sizeMiB</c> becomes <c>size_mib</c>.</summary>
    public static string Of(string key)
    {
        var text = new StringBuilder();
        foreach (var c in key.Replace("MiB", "_mib", StringComparison.Ordinal))
        {
            if (char.IsAsciiLetterUpper(c))
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    /// <summary>The path of an Ignition value, in the spelling of YAML configs.</summary>
    public static string OfPath(string path) => string.Join('.', path.Split('.').Select(Of));
}
