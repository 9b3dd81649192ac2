using System.Buffers.Binary;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Depmod;

/// <summary>
/// The index files of kmod (<c>modules.*.bin</c>; kmod, <c>libkmod/libkmod-index.h</c>): a trie with path compression, all
/// numbers 32 bit and big-endian. Header: magic 0xB007F457, version 2.1, offset of the root. A node's offset carries in its
/// upper four bits which of prefix, children and values it has. Children come before their parents.
/// </summary>
public sealed class ModuleIndex
{
    private const uint Magic = 0xB007F457, Version = 0x00020001;
    private const uint HasPrefix = 0x80000000, HasValues = 0x40000000, HasChildren = 0x20000000, OffsetMask = 0x0FFFFFFF;
    private const int MaximumDepth = 4096;

    private readonly Node _root = new("");

    /// <summary>Adds a value to a key.</summary>
    /// <param name="key">7-bit ASCII without NUL.</param>
    /// <param name="value">7-bit ASCII without NUL.</param>
    /// <param name="priority">Lower comes first; of equal ones the last that was added comes first.</param>
    /// <exception cref="HullException">HULL1002: other characters, or longer than 4096.</exception>
    public void Add(string key, string value, uint priority)
    {
        if (key.Length > MaximumDepth || !Ascii.IsValid(key) || !Ascii.IsValid(value) || key.Contains('\0') || value.Contains('\0'))
        {
            throw FormatErrors.Malformed.Error($"'{key}' or '{value}' is not a text of 7-bit characters that a module index can hold.");
        }

        var node = _root;
        var at = 0;
        while (true)
        {
            var common = key.AsSpan(at).CommonPrefixLength(node.Prefix);
            if (common < node.Prefix.Length)
            {
                node.SplitAt(common);
            }

            at += common;
            if (at == key.Length)
            {
                node.AddValue(value, priority);
                return;
            }

            if (!node.Children.TryGetValue(key[at], out var child))
            {
                child = new Node(key[(at + 1)..]);
                child.AddValue(value, priority);
                node.Children.Add(key[at], child);
                return;
            }

            node = child;
            at++;
        }
    }

    /// <summary>Writes the file.</summary>
    public byte[] ToArray()
    {
        var stream = new MemoryStream();
        Write(stream, Magic);
        Write(stream, Version);
        Write(stream, 0);
        var root = Write(stream, _root);
        stream.Position = 8;
        Write(stream, root);
        return stream.ToArray();
    }

    /// <summary>Reads a file.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="path">For diagnostics.</param>
    /// <returns>Every key with its values in file order; keys in ordinal order.</returns>
    /// <exception cref="HullException">HULL1001 to HULL1003.</exception>
    public static IReadOnlyList<(string Key, IReadOnlyList<(uint Priority, string Value)> Values)> Parse(byte[] file, string path)
    {
        if (file.Length < 12)
        {
            throw FormatErrors.Truncated.Error($"The index has {file.Length} bytes; its header has 12.", Location.At(path, 0));
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(file) != Magic || BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(4)) >> 16 != Version >> 16)
        {
            throw FormatErrors.Malformed.Error("The file is not a module index of version 2.", Location.At(path, 0));
        }

        var reader = new Reader(file, path);
        reader.ReadNode(BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(8)), "", (uint)file.Length);
        return reader.Keys;
    }

    private static void Write(Stream stream, uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        stream.Write(bytes);
    }

    private static void Write(Stream stream, string text)
    {
        stream.Write(Encoding.ASCII.GetBytes(text));
        stream.WriteByte(0);
    }

    private static uint Write(MemoryStream stream, Node node)
    {
        var children = new SortedDictionary<char, uint>();
        foreach (var (label, child) in node.Children)
        {
            children.Add(label, Write(stream, child));
        }

        var offset = (uint)stream.Position;
        if (offset > OffsetMask)
        {
            throw FormatErrors.LimitExceeded.Error("The module index exceeds 256 MiB.");
        }

        if (node.Prefix.Length > 0)
        {
            Write(stream, node.Prefix);
            offset |= HasPrefix;
        }

        if (children.Count > 0)
        {
            var first = children.Keys.First();
            var last = children.Keys.Last();
            stream.WriteByte((byte)first);
            stream.WriteByte((byte)last);
            for (var label = first; label <= last; label++)
            {
                Write(stream, children.GetValueOrDefault(label));
            }

            offset |= HasChildren;
        }

        if (node.Values.Count > 0)
        {
            Write(stream, (uint)node.Values.Count);
            foreach (var (priority, value) in node.Values)
            {
                Write(stream, priority);
                Write(stream, value);
            }

            offset |= HasValues;
        }

        return offset;
    }

    private sealed class Node(string prefix)
    {
        public string Prefix { get; private set; } = prefix;

        public SortedDictionary<char, Node> Children { get; private set; } = [];

        public List<(uint Priority, string Value)> Values { get; private set; } = [];

        public void AddValue(string value, uint priority)
        {
            var at = Values.FindIndex(v => v.Priority >= priority);
            Values.Insert(at < 0 ? Values.Count : at, (priority, value));
        }

        public void SplitAt(int length)
        {
            var child = new Node(Prefix[(length + 1)..]) { Children = Children, Values = Values };
            Children = new() { [Prefix[length]] = child };
            Values = [];
            Prefix = Prefix[..length];
        }
    }

    private sealed class Reader(byte[] file, string path)
    {
        private int _visited;

        public List<(string, IReadOnlyList<(uint, string)>)> Keys { get; } = [];

        // A child lies before its parent: so a hostile file cannot make a loop; depth and work are bounded by the key's and the file's length.
        public void ReadNode(uint offset, string key, uint before)
        {
            var at = (int)(offset & OffsetMask);
            var isEmpty = (offset & ~OffsetMask) == 0; // the root of an index without keys has no bytes
            if (at < 12 || at > before || (at == before && !isEmpty) || key.Length > MaximumDepth || ++_visited > file.Length)
            {
                throw FormatErrors.Malformed.Error($"A node lies at {at}, where none can be.", Location.At(path, at));
            }

            var self = (uint)at;
            if ((offset & HasPrefix) != 0)
            {
                key += Text(ref at);
            }

            var children = new List<(char Label, uint Offset)>();
            if ((offset & HasChildren) != 0)
            {
                int first = Byte(ref at), last = Byte(ref at);
                for (var label = first; label <= last; label++)
                {
                    if (Number(ref at) is var child and not 0)
                    {
                        children.Add(((char)label, child));
                    }
                }
            }

            if ((offset & HasValues) != 0)
            {
                var count = Number(ref at);
                if (count > file.Length / 5)
                {
                    throw FormatErrors.LimitExceeded.Error($"A node announces {count} values.", Location.At(path, at));
                }

                var values = new List<(uint, string)>();
                for (var i = 0; i < count; i++)
                {
                    var priority = Number(ref at);
                    values.Add((priority, Text(ref at)));
                }

                Keys.Add((key, values));
            }

            foreach (var (label, child) in children)
            {
                ReadNode(child, key + label, self);
            }
        }

        private byte Byte(ref int at) => at < file.Length ? file[at++] : throw FormatErrors.Truncated.Error("The index ends inside a node.", Location.At(path, at));

        private uint Number(ref int at)
        {
            if (at > file.Length - 4)
            {
                throw FormatErrors.Truncated.Error("The index ends inside a node.", Location.At(path, at));
            }

            at += 4;
            return BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at - 4));
        }

        private string Text(ref int at)
        {
            var end = file.AsSpan(at).IndexOf((byte)0);
            if (end < 0)
            {
                throw FormatErrors.Truncated.Error("The index ends inside a text.", Location.At(path, at));
            }

            var text = Encoding.Latin1.GetString(file, at, end);
            at += end + 1;
            return text;
        }
    }
}
