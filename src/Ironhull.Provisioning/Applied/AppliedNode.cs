using System.Globalization;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Resources;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Applied;

/// <summary>A path that was provisioned, as it was then.</summary>
/// <param name="Path">The path below the root.</param>
/// <param name="Kind">"file", "directory", "link" or "other".</param>
/// <param name="Mode">The mode's twelve bits.</param>
/// <param name="User">The owner's number.</param>
/// <param name="Group">The group's number.</param>
/// <param name="Length">A file's length in bytes; 0 for others.</param>
/// <param name="Sha256">A file's SHA-256 in lower-case hex; null for others.</param>
/// <param name="Target">A link's target; null for others.</param>
/// <param name="Source">Where the contents came from: a URL without query and without contents, or a section of the config; null when nothing said.</param>
public sealed record AppliedNode(string Path, string Kind, int Mode, uint User, uint Group, long Length, string? Sha256, string? Target, string? Source)
{
    /// <summary>Looks at a path; null when nothing is there.</summary>
    internal static AppliedNode? Read(RootFolder root, string path, string? source = null)
    {
        using var folder = root.Find(PathRules.Parent(path));
        var name = path == "/" ? "." : path[(path.LastIndexOf('/') + 1)..];
        if (folder?.Status(name) is not { } status)
        {
            return null;
        }

        var kind = folder.KindOf(name);
        var isFile = kind == NodeKind.File;
        return new(
            path, kind switch { NodeKind.File => "file", NodeKind.Directory => "directory", NodeKind.Link => "link", _ => "other" },
            status.Mode & 0xFFF, status.Uid, status.Gid, isFile ? (long)status.Size : 0,
            isFile && status.Size <= ResourceContents.MaximumBytes ? Convert.ToHexStringLower(Fingerprint.Of(folder.Read(name))) : null, kind == NodeKind.Link ? folder.ReadLink(name) : null, source);
    }

    /// <summary>What is different now; empty when nothing is.</summary>
    /// <param name="now">The same path now; null when it is gone.</param>
    public IReadOnlyList<string> Differences(AppliedNode? now)
    {
        if (now is null)
        {
            return ["gone"];
        }

        if (now.Kind != Kind)
        {
            return [$"{Kind} -> {now.Kind}"];
        }

        var differences = new List<string>();
        Add(now.Length != Length || now.Sha256 != Sha256, "contents");
        Add(now.Target != Target, $"target {Target} -> {now.Target}");
        Add(Kind != "link" && now.Mode != Mode, $"mode {Octal(Mode)} -> {Octal(now.Mode)}");
        Add(now.User != User || now.Group != Group, string.Create(CultureInfo.InvariantCulture, $"owner {User}:{Group} -> {now.User}:{now.Group}"));
        return differences;

        void Add(bool differs, string what)
        {
            if (differs)
            {
                differences.Add(what);
            }
        }
    }

    /// <summary>A mode as people write it.</summary>
    internal static string Octal(int mode) => "0" + Convert.ToString(mode, 8);
}
