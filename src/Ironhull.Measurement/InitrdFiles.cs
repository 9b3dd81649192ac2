using Ironhull.Diagnostics;
using Ironhull.Formats.Cpio;
using Ironhull.Formats.Trees;
using Ironhull.Formats.Xz;

namespace Ironhull.Measurement;

/// <summary>What an initrd holds: every path, and the text of systemd's unit files. The initrd is hostile.</summary>
public sealed class InitrdFiles
{
    private const string Units = "/systemd/system/";
    private const int LargestUnit = 1 << 16;
    private readonly SortedDictionary<string, string?> _files = new(StringComparer.Ordinal);

    private InitrdFiles()
    {
    }

    /// <summary>The paths, from "/".</summary>
    public IReadOnlyCollection<string> Paths => _files.Keys;

    /// <summary>Reads a UKI's .initrd section: plain archives one after another, then a last one that may be compressed (Linux, early userspace support).</summary>
    /// <exception cref="HullException">HULL1001 to HULL1006: the initrd cannot be read.</exception>
    public static InitrdFiles Read(ReadOnlyMemory<byte> initrd)
    {
        var files = new InitrdFiles();
        while (!initrd.IsEmpty)
        {
            if (initrd.Span[0] == 0)
            {
                initrd = initrd[(initrd.Span.IndexOfAnyExcept((byte)0) is var next and > 0 ? next : initrd.Length)..];
            }
            else if (initrd.Span.StartsWith("07070"u8))
            {
                var archive = CpioReader.Read(initrd, out var length);
                foreach (var (path, inode) in archive.Entries)
                {
                    files._files[path] = IsUnit(path, inode.Content?.Length ?? 0) ? System.Text.Encoding.UTF8.GetString(inode.Content!.ToArray()) : null;
                }

                initrd = initrd[(int)length..];
            }
            else
            {
                files.ReadCompressed(initrd);
                break;
            }
        }

        return files;
    }

    /// <summary>The text of a unit file, or null.</summary>
    /// <param name="path">From "/".</param>
    public string? Text(string path) => _files.GetValueOrDefault(path);

    private static bool IsUnit(string path, long length) =>
        length is > 0 and <= LargestUnit && path.Contains(Units, StringComparison.Ordinal)
        && (path.EndsWith(".conf", StringComparison.Ordinal) || path.EndsWith(".service", StringComparison.Ordinal));

    private void ReadCompressed(ReadOnlyMemory<byte> initrd)
    {
        using var stream = Content.FromBytes(initrd).OpenRead();
        using var archive = Decompression.OpenByMagic(stream, ".initrd");
        var reader = new CpioStreamReader(archive, ".initrd");
        while (reader.Next() is { } member)
        {
            var path = "/" + member.Name.TrimStart('.', '/');
            if (!IsUnit(path, member.Length))
            {
                _files[path] = null;
                continue;
            }

            var text = new byte[member.Length];
            for (var read = 0; read < text.Length;)
            {
                read += reader.Read(text.AsSpan(read));
            }

            _files[path] = System.Text.Encoding.UTF8.GetString(text);
        }
    }
}
