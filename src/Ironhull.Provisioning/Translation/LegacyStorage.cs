using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Translation;

/// <summary>Translates the section <c>storage</c> of specs 1 and 2.</summary>
internal sealed class LegacyStorage
{
    private const string RootDevice = "/dev/disk/by-label/ROOT";
    private readonly Dictionary<string, string> _mountPoints = new(StringComparer.Ordinal) { ["root"] = "/" };
    private readonly List<ConfigNode> _filesystems = [];
    private readonly List<(string Path, ObjectBuilder File, List<ConfigNode> Append)> _files = [];

    /// <summary>Translates spec 2.</summary>
    public ObjectBuilder Translate(LegacyObject storage)
    {
        var result = new ObjectBuilder(storage.Where);
        result.Set("disks", Each(storage, "disks", Disk)).Set("raid", Each(storage, "raid", Raid));
        foreach (var filesystem in storage.TakeList("filesystems"))
        {
            Filesystem(filesystem);
        }

        foreach (var file in storage.TakeList("files"))
        {
            File(file);
        }

        result.Set("directories", Each(storage, "directories", d => Node(d).Copy(d, "mode").Set("overwrite", d.Take("overwrite"))));
        result.Set("links", Each(storage, "links", l => Node(l).Copy(l, "target", "hard").Set("overwrite", l.Take("overwrite"))));
        storage.Finish();
        return Finish(result);
    }

    /// <summary>Translates spec 1, whose files are below their file system.</summary>
    public ObjectBuilder TranslateFirst(LegacyObject storage)
    {
        var result = new ObjectBuilder(storage.Where);
        result.Set("disks", Each(storage, "disks", Disk)).Set("raid", Each(storage, "raid", Raid));
        foreach (var filesystem in storage.TakeList("filesystems"))
        {
            FirstFilesystem(filesystem);
        }

        storage.Finish();
        return Finish(result);
    }

    /// <summary>Adds a file of text.</summary>
    public void AddText(Place where, string path, string text)
    {
        var contents = new ObjectBuilder(where).Set("source", Resources.DataUrl.Encode(System.Text.Encoding.UTF8.GetBytes(text)));
        _files.Add((path, new ObjectBuilder(where).Set("path", path).Set("overwrite", true).Set("mode", 420).Set("contents", contents), []));
    }

    /// <summary>Adds what was collected to a section.</summary>
    public ObjectBuilder Finish(ObjectBuilder section)
    {
        section.Set("filesystems", _filesystems);
        return section.Set("files", [.. _files.Select(f => (ConfigNode)f.File.Set("append", f.Append).Build())]);
    }

    /// <summary>A resource of spec 2.</summary>
    public static ObjectBuilder Resource(LegacyObject resource)
    {
        var result = new ObjectBuilder(resource.Where).Copy(resource, "source", "httpHeaders").CopyText(resource, "compression");
        var verification = resource.TakeObject("verification");
        result.Set("verification", new ObjectBuilder(verification.Where).CopyText(verification, "hash"));
        verification.Finish();
        resource.Finish();
        return result;
    }

    private static List<ConfigNode> Each(LegacyObject from, string key, Func<LegacyObject, ObjectBuilder> translate) =>
    [
        .. from.TakeList(key).Select(item =>
        {
            var result = translate(item);
            item.Finish();
            return (ConfigNode)result.Build();
        }),
    ];

    private static ObjectBuilder Disk(LegacyObject disk) =>
        new ObjectBuilder(disk.Where).Copy(disk, "device", "wipeTable").Set("partitions", Each(disk, "partitions", Partition));

    private static ObjectBuilder Partition(LegacyObject partition)
    {
        foreach (var (key, better) in (ReadOnlySpan<(string, string)>)[("size", "sizeMiB"), ("start", "startMiB")])
        {
            if (partition.Take(key) is not (null or ConfigNumber { Whole: 0 }))
            {
                partition.Refuse(key, $"{key} counts sectors, whose size depends on the device: write {better}");
            }
        }

        return new ObjectBuilder(partition.Where)
            .Copy(partition, "number", "sizeMiB", "startMiB", "wipePartitionEntry", "shouldExist").CopyText(partition, "label", "typeGuid", "guid");
    }

    private static ObjectBuilder Raid(LegacyObject raid) => new ObjectBuilder(raid.Where).Copy(raid, "name", "level", "devices", "spares", "options");

    private void Filesystem(LegacyObject filesystem)
    {
        var name = filesystem.TakeText("name")?.Value ?? "";
        if (filesystem.TakeText("path") is { } path)
        {
            AlreadyMounted(filesystem, name, path.Value);
        }
        else if (filesystem.Has("mount"))
        {
            Mount(filesystem.TakeObject("mount"), name == "root" ? "/" : null);
        }

        filesystem.Finish();
    }

    // Where spec 2 runs, the new root is mounted below /sysroot.
    private void AlreadyMounted(LegacyObject filesystem, string name, string path)
    {
        if (filesystem.Has("mount"))
        {
            filesystem.Refuse("path", "a file system cannot have both mount and path");
        }
        else if (path == "/sysroot" || path.StartsWith("/sysroot/", StringComparison.Ordinal))
        {
            _mountPoints[name] = path.Length > "/sysroot".Length ? path["/sysroot".Length..] : "/";
        }
        else
        {
            filesystem.Refuse("path", "a file system that is mounted outside the new root has no equivalent in spec 3");
        }
    }

    private void Mount(LegacyObject mount, string? path)
    {
        var result = new ObjectBuilder(mount.Where).Copy(mount, "device", "wipeFilesystem", "options").CopyText(mount, "format", "label", "uuid");
        if (mount.Has("create"))
        {
            Create(mount, result);
        }

        Add(result, path);
        mount.Finish();
    }

    private static void Create(LegacyObject mount, ObjectBuilder result)
    {
        var create = mount.TakeObject("create");
        if (create.Take("force") is not ConfigTruth { Value: true })
        {
            mount.Refuse("create", "create without force has no equivalent in spec 3: write wipeFilesystem");
        }

        result.Set("wipeFilesystem", true).Copy(create, "options");
        create.Finish();
    }

    private void Add(ObjectBuilder filesystem, string? path) => _filesystems.Add((path is null ? filesystem : filesystem.Set("path", path)).Build());

    private void FirstFilesystem(LegacyObject filesystem)
    {
        var isRoot = filesystem.TakeText("device")?.Value == RootDevice;
        var files = filesystem.TakeList("files");
        var result = new ObjectBuilder(filesystem.Where).Copy(filesystem, "device", "format");
        if (filesystem.Has("create"))
        {
            Create(filesystem, result);
        }

        // The root's own file system is there already; only one that is made anew has to be told of.
        if (filesystem.Has("create") || !isRoot)
        {
            Add(result, isRoot ? "/" : null);
        }

        if (files.Count > 0 && !isRoot)
        {
            filesystem.Refuse("files", "files of a file system that has no mount point have no equivalent in spec 3");
            files = [];
        }

        foreach (var file in files)
        {
            FirstFile(file);
        }

        filesystem.Finish();
    }

    private void FirstFile(LegacyObject file)
    {
        var path = file.Take("path");
        AddText(file.Where, (path as ConfigText)?.Value ?? "", (file.Take("contents") as ConfigText)?.Value ?? "");
        _files[^1].File.Set("path", path).Set("mode", file.Take("mode"))
            .Set("user", new ObjectBuilder(file.Where).Set("id", file.Take("uid"))).Set("group", new ObjectBuilder(file.Where).Set("id", file.Take("gid")));
        file.Finish();
    }

    private void File(LegacyObject file)
    {
        var result = Node(file).Copy(file, "mode");
        var contents = Resource(file.TakeObject("contents"));
        var appends = file.Take("append") is ConfigTruth { Value: true };
        var overwrite = file.Take("overwrite");
        var path = (result.Build()["path"] as ConfigText)?.Value ?? "";
        if (appends && overwrite is ConfigTruth { Value: true })
        {
            file.Refuse("append", "append cannot be set together with overwrite");
        }

        // Entries that add to one path become one entry.
        if (appends && _files.FindLast(f => f.Path == path) is { File: not null } earlier)
        {
            earlier.Append.Add(contents.Build());
        }
        else if (appends)
        {
            _files.Add((path, result.Set("overwrite", false), [contents.Build()]));
        }
        else
        {
            var source = contents.Build();
            result.Set("overwrite", overwrite ?? new ConfigTruth(file.Where, true));
            _files.Add((path, result.Set("contents", source["source"] is null ? contents.Set("source", "") : contents), []));
        }

        file.Finish();
    }

    private ObjectBuilder Node(LegacyObject node)
    {
        var result = new ObjectBuilder(node.Where);
        var name = node.TakeText("filesystem")?.Value ?? "";
        var path = node.Take("path");
        if (!_mountPoints.TryGetValue(name, out var mountPoint))
        {
            node.Refuse("filesystem", name.Length == 0 ? "no file system is named" : $"the file system {name} has no mount point that spec 3 knows");
        }
        else if (path is ConfigText { Value: ['/', ..] } text && mountPoint != "/")
        {
            path = new ConfigText(text.Where, PathRules.Join("/", $"{mountPoint}/{text.Value}"));
        }

        return result.Set("path", path).Set("user", Owner(node, "user")).Set("group", Owner(node, "group"));
    }

    private static ObjectBuilder Owner(LegacyObject node, string key)
    {
        var owner = node.TakeObject(key);
        var result = new ObjectBuilder(owner.Where).Copy(owner, "id").CopyText(owner, "name");
        owner.Finish();
        return result;
    }
}
