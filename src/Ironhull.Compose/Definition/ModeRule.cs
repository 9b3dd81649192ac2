using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;

namespace Ironhull.Compose.Definition;

/// <summary>Sets mode, owner or group of paths in the finished tree.</summary>
/// <param name="Path">The absolute path; may hold <c>*</c>.</param>
/// <param name="Mode">The permission bits with set-user-ID, set-group-ID and sticky, or null to keep them.</param>
/// <param name="Owner">User name or number, or null to keep it.</param>
/// <param name="Group">Group name or number, or null to keep it.</param>
/// <param name="Where">Its place in the definition.</param>
public sealed record ModeRule(string Path, int? Mode, string? Owner, string? Group, Location Where)
{
    internal static ModeRule Read(FieldReader f)
    {
        var path = f.RequiredString("path", "The absolute path; may hold *.", TextForm.AbsolutePath);
        var mode = f.OptionalString("mode", null, "Permission bits in octal, quoted.", TextForm.FileMode);
        return new(
            path,
            mode is null ? null : Convert.ToInt32(mode, 8),
            f.OptionalString("owner", null, "User name or number."),
            f.OptionalString("group", null, "Group name or number."),
            f.Where);
    }
}
