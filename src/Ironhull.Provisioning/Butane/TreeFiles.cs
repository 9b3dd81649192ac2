using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Translation;
using Ironhull.Provisioning.Validation;
using Ironhull.Yaml;

namespace Ironhull.Provisioning.Butane;

/// <summary>Makes files and links of local folders; entries of the config for the same paths give mode and owner.</summary>
internal sealed class TreeFiles(LocalFiles files, ButaneReader reader)
{
    private readonly List<(string Key, string Path, ObjectBuilder Node)> _added = [];

    /// <summary>Adds the trees to a config's section <c>storage</c>.</summary>
    public ConfigObject AddTo(ConfigObject storage)
    {
        foreach (var (map, path) in reader.Trees)
        {
            try
            {
                var folder = files.Resolve(ButaneReader.TextOf(map, "local")!, map.Where);
                if (!Directory.Exists(folder))
                {
                    throw ProvisioningErrors.LocalFile.Error($"'{ButaneReader.TextOf(map, "local")}' is not a folder.", map.Where);
                }

                Walk(folder, ButaneReader.TextOf(map, "path") is { Length: > 0 } target ? target : "/", ButaneReader.PlaceOf(map), storage);
            }
            catch (HullException e)
            {
                reader.Error(e.Code, e.Diagnostics[0].Message.TrimEnd('.'), path, map);
            }
        }

        return _added.Count == 0 ? storage : WithAdded(storage);
    }

    private void Walk(string folder, string target, Place where, ConfigObject storage)
    {
        foreach (var path in SortedDirectory.Files(folder))
        {
            var info = new FileInfo(path);
            var name = PathRules.Join(target, Path.GetFileName(path));
            if (info.LinkTarget is { } link)
            {
                Add("links", name, "target", where, storage, node => node.Set("target", link));
            }
            else
            {
                var isExecutable = (info.UnixFileMode & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
                Add("files", name, "contents", where, storage, node => SetContents(node, path, isExecutable, where));
            }
        }

        foreach (var path in SortedDirectory.Folders(folder))
        {
            var name = PathRules.Join(target, Path.GetFileName(path));
            if (new DirectoryInfo(path).LinkTarget is { } link)
            {
                Add("links", name, "target", where, storage, node => node.Set("target", link));
            }
            else
            {
                Walk(path, name, where, storage);
            }
        }
    }

    private void SetContents(ObjectBuilder node, string path, bool isExecutable, Place where)
    {
        var contents = new ObjectBuilder(where);
        InlineContents.Set(contents, new FileInfo(path).Length <= LocalFiles.MaximumBytes ? File.ReadAllBytes(path)
            : throw ProvisioningErrors.LocalFile.Error($"'{path}' has more than {LocalFiles.MaximumBytes} bytes.", where.ToLocation()), isCompressed: false);
        node.Set("contents", contents);
        if (node.Build()["mode"] is null)
        {
            node.Set("mode", isExecutable ? 493 : 420);
        }
    }

    private void Add(string key, string path, string filled, Place where, ConfigObject storage, Action<ObjectBuilder> fill)
    {
        foreach (var other in (string[])["files", "links", "directories"])
        {
            if (Find(storage, other, path) is { } node && (other != key || node[filled] is not null))
            {
                throw ProvisioningErrors.YamlConfig.Error($"{path} is in a tree and in {other}.", where.ToLocation());
            }
        }

        if (_added.Exists(a => a.Path == path))
        {
            throw ProvisioningErrors.YamlConfig.Error($"{path} is in two trees.", where.ToLocation());
        }

        var result = new ObjectBuilder(where).Set("path", path);
        foreach (var entry in Find(storage, key, path)?.Entries ?? [])
        {
            result.Set(entry.Key, entry.Value);
        }

        fill(result);
        _added.Add((key, path, result));
    }

    private static ConfigObject? Find(ConfigObject storage, string key, string path) =>
        (storage[key] as ConfigList)?.Items.OfType<ConfigObject>().FirstOrDefault(n => n["path"] is ConfigText text && text.Value == path);

    private ConfigObject WithAdded(ConfigObject storage)
    {
        var result = new ObjectBuilder(storage.Where);
        foreach (var entry in storage.Entries)
        {
            result.Set(entry.Key, entry.Value);
        }

        foreach (var key in (string[])["files", "links"])
        {
            var nodes = (storage[key] as ConfigList)?.Items.OfType<ConfigObject>().Select(n => _added.Find(a => a.Key == key && n["path"] is ConfigText text && text.Value == a.Path).Node?.Build() ?? n).ToList() ?? [];
            nodes.AddRange(_added.Where(a => a.Key == key && Find(storage, key, a.Path) is null).Select(a => a.Node.Build()));
            result.Set(key, [.. nodes]);
        }

        return result.Build();
    }
}
