using System.Text;
using System.Text.RegularExpressions;

namespace Ironhull.Formats.Pe;

/// <summary>
/// Who an addon is, in its .osrel section: lines of os-release(5). The stub does not read that section of an addon; it is
/// covered by the addon's signature.
/// </summary>
/// <param name="Name">The addon's name.</param>
/// <param name="Description">What it does, for people.</param>
/// <param name="Group">Addons of one group exclude each other; "" is no group.</param>
public sealed partial record AddonIdentity(string Name, string Description, string Group)
{
    /// <summary>What a value may be: printable, without what os-release's quotes would have to escape.</summary>
    public const string ValuePattern = "^[^\\x00-\\x1f\"$`\\\\]+$";

    private const string NameField = "ADDON_NAME";
    private const string DescriptionField = "PRETTY_NAME";
    private const string GroupField = "ADDON_GROUP";
    private const int LongestSection = 64 << 10;

    /// <summary>The section's text.</summary>
    /// <exception cref="ArgumentException">A value does not match <see cref="ValuePattern"/>.</exception>
    public string ToOsRelease()
    {
        var text = new StringBuilder();
        foreach (var (field, value) in new[] { (NameField, Name), (DescriptionField, Description), (GroupField, Group) })
        {
            if (value.Length > 0)
            {
                text.Append(ValueForm().IsMatch(value) ? $"{field}=\"{value}\"\n" : throw new ArgumentException($"'{value}' cannot be a value of os-release.", nameof(field)));
            }
        }

        return text.ToString();
    }

    /// <summary>Reads an addon's identity; fields that it does not have are "".</summary>
    public static AddonIdentity Of(PeImage addon)
    {
        if (addon.Find(".osrel") is not { } section || section.VirtualSize > LongestSection)
        {
            return new("", "", "");
        }

        var lines = Encoding.UTF8.GetString(addon.Read(section).Span).Split('\n');
        string Value(string field) => lines.Select(l => l.TrimEnd('\0', '\r')).FirstOrDefault(l => l.StartsWith(field + '=', StringComparison.Ordinal))?[(field.Length + 1)..].Trim('"') ?? "";
        return new(Value(NameField), Value(DescriptionField), Value(GroupField));
    }

    [GeneratedRegex(ValuePattern, RegexOptions.CultureInvariant)]
    private static partial Regex ValueForm();
}
