using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Validation;

/// <summary>Rules of files, directories and links.</summary>
internal sealed class NodeRules(SpecVersion version, ResourceRules resources, FindingList findings)
{
    private const string Root = "$.storage";

    public void Check(StorageSection storage)
    {
        var files = storage.Files;
        for (var i = 0; i < files.Count; i++)
        {
            Check(files[i], $"{Root}.files.{i}");
        }

        var directories = storage.Directories;
        for (var i = 0; i < directories.Count; i++)
        {
            CheckNode(directories[i], $"{Root}.directories.{i}");
            CheckMode(directories[i].Mode, $"{Root}.directories.{i}", directories[i]);
        }

        var links = storage.Links;
        for (var i = 0; i < links.Count; i++)
        {
            CheckNode(links[i], $"{Root}.links.{i}");
            Check(links[i], directories, $"{Root}.links.{i}");
        }

        CheckLinksOnTheWay(storage);
        if (version.Minor >= 6)
        {
            CheckFilesOnTheWay(storage);
        }
    }

    private void Check(FileEntry file, string path)
    {
        CheckNode(file, path);
        CheckMode(file.Mode, path, file);
        if (file.Overwrite == true && file.Contents.Source is null)
        {
            findings.Error(ProvisioningErrors.BadResource, "overwrite must be false if source is unspecified", path, file.Node, "overwrite");
        }

        resources.Check(file.Contents, $"{path}.contents");
        for (var i = 0; i < file.Append.Count; i++)
        {
            resources.Check(file.Append[i], $"{path}.append.{i}");
        }
    }

    private void CheckNode(NodeEntry node, string path)
    {
        if (PathRules.Wrong(node.Path) is { } wrong)
        {
            findings.Error(ProvisioningErrors.BadPath, wrong, path, node.Node, "path");
        }

        CheckOwner(node.User, "user");
        CheckOwner(node.Group, "group");

        void CheckOwner(OwnerReference owner, string key)
        {
            if (owner.Id is not null && owner.Name is { Length: > 0 })
            {
                findings.Error(ProvisioningErrors.BadOwner, "cannot set both id and name", path, node.Node, key);
            }
        }
    }

    // Upstream looks at special bits even where the mode is out of range.
    private void CheckMode(long? mode, string path, ConfigView node)
    {
        if (mode is < 0 or > 0xFFF)
        {
            findings.Error(ProvisioningErrors.BadMode, "illegal file mode", path, node.Node, "mode");
        }

        if (version.Minor < 4 && mode is { } bits && (bits & 0xE00) != 0)
        {
            findings.Warn(ProvisioningErrors.BadMode, "setuid/setgid/sticky bits are not supported in spec versions older than 3.4.0", path, node.Node, "mode");
        }
    }

    private void Check(LinkEntry link, IReadOnlyList<DirectoryEntry> directories, string path)
    {
        if (string.IsNullOrEmpty(link.Target))
        {
            if (version.Minor >= 3)
            {
                findings.Error(ProvisioningErrors.BadLink, "link target is required", path, link.Node, "target");
                return;
            }
        }

        if (link.Hard != true)
        {
            return;
        }

        var target = PathRules.Join(link.Path, link.Target ?? "");
        if (directories.Any(d => d.Path == target))
        {
            findings.Error(ProvisioningErrors.BadLink, "hard link target is a directory", path, link.Node);
        }

        if (version.Minor >= 4)
        {
            WarnOfOwner(link.User, $"{path}.user");
            WarnOfOwner(link.Group, $"{path}.group");
        }
    }

    private void WarnOfOwner(OwnerReference owner, string path)
    {
        foreach (var key in (string[])["id", "name"])
        {
            if (owner.Node[key] is not null)
            {
                findings.Warn(ProvisioningErrors.BadOwner, "user/group ignored for hard link", path, owner.Node, key);
            }
        }
    }

    private void CheckLinksOnTheWay(StorageSection storage)
    {
        var links = storage.Links.Select(l => l.Path).ToHashSet(StringComparer.Ordinal);
        if (links.Count == 0)
        {
            return;
        }

        Walk(storage.Directories, "directories", "directory path includes link in config");
        Walk(storage.Files, "files", "file path includes link in config");
        Walk(storage.Links, "links", "link path includes link in config");

        void Walk(IReadOnlyList<NodeEntry> nodes, string key, string message)
        {
            for (var i = 0; i < nodes.Count; i++)
            {
                foreach (var _ in Ancestors(nodes[i].Path).Where(links.Contains))
                {
                    findings.Error(ProvisioningErrors.NodeConflict, message, $"{Root}.{key}.{i}", nodes[i].Node);
                }
            }
        }
    }

    private void CheckFilesOnTheWay(StorageSection storage)
    {
        var files = storage.Files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        Walk(storage.Files, "files");
        Walk(storage.Directories, "directories");
        Walk(storage.Links, "links");

        void Walk(IReadOnlyList<NodeEntry> nodes, string key)
        {
            for (var i = 0; i < nodes.Count; i++)
            {
                if (Ancestors(nodes[i].Path).Any(files.Contains))
                {
                    findings.Error(ProvisioningErrors.NodeConflict, "path runs through a file of the config", $"{Root}.{key}.{i}", nodes[i].Node, "path");
                }
            }
        }
    }

    private static IEnumerable<string> Ancestors(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash >= 0; slash = slash == 0 ? -1 : path.LastIndexOf('/', slash - 1))
        {
            yield return path[..slash];
        }
    }
}
