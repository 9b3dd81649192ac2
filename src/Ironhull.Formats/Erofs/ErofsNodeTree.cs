using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Formats.Erofs;

/// <summary>Turns a file tree into inodes: hard links joined, identical contents shared, links counted, sizes known.</summary>
internal sealed class ErofsNodeTree
{
    // What is smaller takes about as much room in its place as a reference to the hidden file does.
    private const int SmallestFragment = 64;

    private readonly ErofsWriterOptions _options;
    private readonly Dictionary<string, ErofsNode> _directories = new(StringComparer.Ordinal);
    private readonly Dictionary<Inode, ErofsNode> _links = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(Sha256Digest, long), ErofsFileData> _contents = [];

    public ErofsNodeTree(FileTree tree, ErofsWriterOptions options)
    {
        _options = options;
        foreach (var (path, inode) in tree.Entries)
        {
            Add(path, inode);
        }

        Root = _directories["/"];
        foreach (var node in Nodes)
        {
            node.Extended = NeedsExtended(node);
            node.XattrSize = ErofsXattrs.Size(node.Inode.Xattrs, node.Path);
            Measure(node);
        }

        Pack();
    }

    public ErofsNode Root { get; }

    /// <summary>Every inode once, in path order.</summary>
    public List<ErofsNode> Nodes { get; } = [];

    /// <summary>Contents that take data blocks, in path order.</summary>
    public List<ErofsFileData> Data { get; } = [];

    /// <summary>Small contents, compressed together.</summary>
    public ErofsFragments Fragments { get; } = new();

    /// <summary>The hidden file of <see cref="Fragments"/>, the last of <see cref="Nodes"/>; null when it would be empty.</summary>
    public ErofsNode? Packed { get; private set; }

    /// <summary>The content of a directory or link is written by the metadata pass; this is a link's.</summary>
    public static byte[] LinkBytes(ErofsNode node) => Encoding.UTF8.GetBytes(node.Inode.LinkTarget!);

    /// <summary>Whether an end of this many bytes fits in one block with the inode.</summary>
    public bool CanInline(ErofsNode node, long tail) => _options.InlineTails && tail > 0 && node.HeaderSize + tail <= ErofsFormat.BlockSize;

    private void Add(string path, Inode inode)
    {
        if (path == "/")
        {
            var root = new ErofsNode(inode, path) { Links = 2 };
            Nodes.Add(root);
            _directories[path] = root;
            return;
        }

        var slash = path.LastIndexOf('/');
        var parent = _directories[slash == 0 ? "/" : path[..slash]];
        var name = Encoding.UTF8.GetBytes(path[(slash + 1)..]);
        if (name.Length > ErofsFormat.MaxNameLength)
        {
            throw FormatErrors.LimitExceeded.Error($"The last name of '{path}' has {name.Length} bytes; 255 are allowed.", remedy: "Give the file a shorter name.");
        }

        if (inode.Type == InodeType.Directory)
        {
            var directory = new ErofsNode(inode, path) { Parent = parent, Links = 2 };
            _directories[path] = directory;
            parent.Links++;
            parent.Children.Add((name, directory));
            Nodes.Add(directory);
            return;
        }

        if (_links.TryGetValue(inode, out var node))
        {
            node.Links++;
        }
        else
        {
            node = new(inode, path);
            _links[inode] = node;
            Nodes.Add(node);
        }

        parent.Children.Add((name, node));
    }

    private bool NeedsExtended(ErofsNode node) =>
        node.Inode.ModifiedSeconds != _options.BuildTimeSeconds || node.Inode.Uid > ushort.MaxValue || node.Inode.Gid > ushort.MaxValue
        || node.Links > ushort.MaxValue || node.Inode.Content?.Length > uint.MaxValue;

    private void Measure(ErofsNode node)
    {
        switch (node.Inode.Type)
        {
            case InodeType.Directory:
                node.Size = ErofsDirectory.Length(node);
                SetFlat(node);
                break;
            case InodeType.SymbolicLink:
                node.Size = Encoding.UTF8.GetByteCount(node.Inode.LinkTarget!);
                SetFlat(node);
                break;
            case InodeType.File:
                node.Size = node.Inode.Content!.Length;
                SetFlat(node);
                if (IsFragment(node.Size))
                {
                    ShareFragment(node);
                }
                else if (node.Size > node.TailLength || (node.Size > ErofsFormat.BlockSize && node.Size > 0))
                {
                    Share(node);
                }

                break;
            default:
                node.Layout = ErofsFormat.LayoutPlain;
                break;
        }
    }

    private void SetFlat(ErofsNode node)
    {
        var tail = node.Size & (ErofsFormat.BlockSize - 1);
        var inline = CanInline(node, tail);
        node.Layout = inline ? ErofsFormat.LayoutInline : ErofsFormat.LayoutPlain;
        node.TailLength = inline ? (int)tail : 0;
    }

    private bool IsFragment(long size) =>
        _options.Compression.Algorithm != ErofsAlgorithm.None && size > SmallestFragment && size <= _options.FragmentLimit;

    private void ShareFragment(ErofsNode node)
    {
        var content = node.Inode.Content!;
        var key = (content.Sha256, content.Length);
        if (!_contents.TryGetValue(key, out var data))
        {
            data = new(content);
            _contents[key] = data;
            Fragments.Add(data);
        }

        node.Layout = ErofsFormat.LayoutCompressedCompact;
        node.TailLength = 0;
        node.Data = data;
    }

    private void Pack()
    {
        Fragments.Complete();
        if (Fragments.Length == 0)
        {
            return;
        }

        var inode = Inode.File(Fragments, 0).With(modifiedSeconds: _options.BuildTimeSeconds);
        Packed = new(inode, "(fragments)") { Size = Fragments.Length, Data = new(Fragments) };
        Packed.Extended = NeedsExtended(Packed);
        Nodes.Add(Packed);
    }

    private void Share(ErofsNode node)
    {
        var content = node.Inode.Content!;
        var key = (content.Sha256, content.Length);
        if (!_contents.TryGetValue(key, out var data))
        {
            data = new(content);
            _contents[key] = data;
            Data.Add(data);
        }

        // Whole blocks; the last one too unless it is beside every inode that has this content.
        data.PlainBlocks = Math.Max(data.PlainBlocks, ErofsFormat.BlocksOf(node.Size - node.TailLength));
        node.Data = data;
    }
}
