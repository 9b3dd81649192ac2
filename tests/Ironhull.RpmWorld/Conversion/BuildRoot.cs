using System.Runtime.InteropServices;
using System.Text;
using Ironhull.Formats.Tar;
using Ironhull.Formats.Trees;
using Ironhull.Packages.Debian;

namespace Ironhull.RpmWorld.Conversion;

/// <summary>
/// A package's files as rpmbuild wants them: contents, links and times in a folder; owners and modes in a list, because nobody but
/// root could set them.
/// </summary>
internal sealed partial class BuildRoot
{
    private const int LargestText = 1 << 20;
    private readonly string _folder;
    private readonly byte[] _buffer = new byte[1 << 17];
    private readonly List<TarEntry> _entries = [];
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    private BuildRoot(string folder) => _folder = folder;

    /// <summary>The entries, in the archive's order.</summary>
    public IReadOnlyList<TarEntry> Entries => _entries;

    /// <summary>The newest time of a file, seconds since 1970-01-01 UTC.</summary>
    public long NewestSeconds => _entries.Max(e => e.ModifiedSeconds);

    /// <summary>Unpacks a package into a folder.</summary>
    /// <param name="deb">The package, before its first entry.</param>
    /// <param name="folder">The folder; made.</param>
    public static BuildRoot Unpack(DebFile deb, string folder)
    {
        var root = new BuildRoot(folder);
        Directory.CreateDirectory(folder);
        while (deb.Next() is { } entry)
        {
            root._entries.Add(entry);
            root.Write(deb, entry);
        }

        // The deepest first: what is written into a folder changes its time.
        foreach (var entry in Enumerable.Reverse(root._entries).Where(e => e.Type == InodeType.Directory))
        {
            Directory.SetLastWriteTimeUtc(root.Locate(entry.Path), Time(entry));
        }

        return root;
    }

    /// <summary>Gives the package another file: a copy of one that it has, time included.</summary>
    public void AddCopy(string path, string from)
    {
        var entry = _entries.Single(e => e.Path == from);
        Directory.CreateDirectory(Path.GetDirectoryName(Locate(path))!);
        File.Copy(Locate(from), Locate(path));
        File.SetLastWriteTimeUtc(Locate(path), Time(entry));
        _entries.Add(entry with { Path = path });
    }

    /// <summary>Makes an empty file that the package owns without bringing it.</summary>
    public void AddGhost(string path)
    {
        var file = Locate(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, []);
        File.SetLastWriteTimeUtc(file, DateTimeOffset.FromUnixTimeSeconds(NewestSeconds).UtcDateTime);
    }

    /// <summary>The text of a file in /etc, /usr/lib or /usr/share/doc that scriptlets or tags are made from; empty when it is none.</summary>
    public string Text(string path) => _texts.GetValueOrDefault(path, "");

    private void Write(DebFile deb, TarEntry entry)
    {
        var path = Locate(entry.Path);
        switch (entry.Type)
        {
            case InodeType.Directory:
                Directory.CreateDirectory(path);
                return;
            case InodeType.SymbolicLink:
                File.CreateSymbolicLink(path, entry.LinkTarget!);
                break;
            case InodeType.File when entry.IsHardLink:
                if (Link(Locate(entry.LinkTarget!), path) != 0)
                {
                    throw new IOException($"link {entry.Path}: error {Marshal.GetLastPInvokeError()}");
                }

                return;
            case InodeType.File:
                WriteContent(deb, entry, path);
                break;
            default:
                throw new NotSupportedException($"{entry.Path} is a {entry.Type}; the converter knows files, links and directories.");
        }

        File.SetLastWriteTimeUtc(path, Time(entry));
    }

    private void WriteContent(DebFile deb, TarEntry entry, string path)
    {
        using var file = File.Create(path);
        for (int count; (count = deb.Read(_buffer)) > 0;)
        {
            file.Write(_buffer.AsSpan(0, count));
        }

        if (IsText(entry))
        {
            file.Position = 0;
            using var reader = new StreamReader(file, Encoding.UTF8, leaveOpen: true);
            _texts[entry.Path] = reader.ReadToEnd();
        }
    }

    private static bool IsText(TarEntry entry) => entry.Length < LargestText &&
        (entry.Path.StartsWith("/usr/lib/systemd/", StringComparison.Ordinal) || entry.Path.StartsWith("/usr/lib/sysusers.d/", StringComparison.Ordinal) || entry.Path.EndsWith("/copyright", StringComparison.Ordinal));

    private static DateTime Time(TarEntry entry) => DateTimeOffset.FromUnixTimeSeconds(entry.ModifiedSeconds).UtcDateTime;

    private string Locate(string path) => _folder + path;

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string target, string path);
}
