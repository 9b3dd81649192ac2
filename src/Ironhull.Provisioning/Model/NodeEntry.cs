using Ironhull.Provisioning.Json;

namespace Ironhull.Provisioning.Model;

/// <summary>A file, directory or link.</summary>
/// <param name="node">The object.</param>
public abstract class NodeEntry(ConfigObject node) : ConfigView(node)
{
    /// <summary>The absolute path.</summary>
    public string Path => Text("path") ?? "";

    /// <summary>Whether what is there gives way.</summary>
    public bool? Overwrite => Truth("overwrite");

    /// <summary>The user that owns it.</summary>
    public OwnerReference User => new(Object("user"));

    /// <summary>The group that owns it.</summary>
    public OwnerReference Group => new(Object("group"));
}

/// <summary>A user or group, by number or name.</summary>
/// <param name="node">The object.</param>
public sealed class OwnerReference(ConfigObject node) : ConfigView(node)
{
    /// <summary>The number.</summary>
    public long? Id => Integer("id");

    /// <summary>The name.</summary>
    public string? Name => Text("name");

    /// <summary>Whether the config says who it is.</summary>
    public bool IsSet => Id is not null || Name is { Length: > 0 };
}

/// <summary>A file.</summary>
/// <param name="node">The object.</param>
public sealed class FileEntry(ConfigObject node) : NodeEntry(node)
{
    /// <summary>The mode's twelve bits.</summary>
    public long? Mode => Integer("mode");

    /// <summary>What it holds; without source, what is there stays or it is empty.</summary>
    public Resource Contents => new(Object("contents"));

    /// <summary>What is added to it.</summary>
    public IReadOnlyList<Resource> Append => Items("append", n => new Resource(n));
}

/// <summary>A directory.</summary>
/// <param name="node">The object.</param>
public sealed class DirectoryEntry(ConfigObject node) : NodeEntry(node)
{
    /// <summary>The mode's twelve bits.</summary>
    public long? Mode => Integer("mode");
}

/// <summary>A link.</summary>
/// <param name="node">The object.</param>
public sealed class LinkEntry(ConfigObject node) : NodeEntry(node)
{
    /// <summary>What it points to.</summary>
    public string? Target => Text("target");

    /// <summary>Whether it is a hard link.</summary>
    public bool? Hard => Truth("hard");
}
