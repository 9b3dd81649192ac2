using System.Globalization;
using System.Text;

namespace Ironhull.Provisioning.Butane;

/// <summary>Names of units for paths, as systemd-escape --path makes them (systemd.unit(5), "string escaping").</summary>
internal static class UnitName
{
    /// <summary>The escaped path, without a unit's type.</summary>
    public static string Escape(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0)
        {
            return "-";
        }

        var text = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(string.Join('/', parts)))
        {
            var c = (char)b;
            if (c == '/')
            {
                text.Append('-');
            }
            else if (char.IsAsciiLetterOrDigit(c) || c is ':' or '_' || (c == '.' && text.Length > 0))
            {
                text.Append(c);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
            }
        }

        return text.ToString();
    }
}
