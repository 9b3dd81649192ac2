using System.Runtime.InteropServices;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.Rpm.Metadata;

/// <summary>
/// Who owns which path, from <c>filelists.xml</c>. Of every path only 64 bits of hash are kept (8 bytes for each of millions of paths);
/// a question looks through all of them, which takes milliseconds and is asked a few dozen times.
/// </summary>
public sealed class FileListsIndex
{
    /// <summary>The most paths of a repository.</summary>
    public const int MaximumPaths = 1 << 27;

    private readonly List<ulong> _hashes = [];
    private readonly List<int> _ends = [];
    private readonly List<RpmPackage?> _owners = [];

    private FileListsIndex()
    {
    }

    /// <summary>How many paths there are, those of hidden packages not counted.</summary>
    public int PathCount => _hashes.Count;

    /// <summary>Reads all lists.</summary>
    /// <param name="stream">The decompressed XML; read to its end, not owned.</param>
    /// <param name="primary">The packages that the lists belong to.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">
    /// HULL2208, HULL2209, HULL2215, HULL2216: not the XML that is expected; HULL2214: lists for other packages than primary's.
    /// </exception>
    public static FileListsIndex Read(Stream stream, PrimaryContent primary, string name)
    {
        var index = new FileListsIndex();
        using var xml = MetadataCursor.Open(stream, "filelists", name);
        var expected = primary.Packages.ToDictionary(p => p.Checksum.Hex, RpmPackage? (p) => p, StringComparer.Ordinal);
        foreach (var digest in primary.Hidden)
        {
            expected[digest] = null;
        }

        var version = new char[3 * MetadataText.MaximumName];
        while (xml.NextChild())
        {
            if (xml.ElementName != "package")
            {
                xml.Skip();
                continue;
            }

            var digest = xml.Find("pkgid");
            if (!expected.Remove(digest, out var package))
            {
                throw xml.Error(RpmRepositoryErrors.FileListsMismatch, $"There are files of '{digest}', which primary does not list, or twice.");
            }

            index.Package(xml, package, version);
        }

        if (expected.Count > 0)
        {
            throw xml.Error(RpmRepositoryErrors.FileListsMismatch, $"The files of {expected.Count} packages are missing.");
        }

        xml.Finish();
        return index;
    }

    /// <summary>The packages that own a path, in the metadata's order.</summary>
    public IReadOnlyList<RpmPackage> OwnersOf(string path)
    {
        var owners = new List<RpmPackage>();
        var hash = PathHash.Of(path);
        var hashes = CollectionsMarshal.AsSpan(_hashes);
        for (var at = 0; at < hashes.Length;)
        {
            var next = hashes[at..].IndexOf(hash);
            if (next < 0)
            {
                break;
            }

            var owner = _ends.BinarySearch(at + next + 1);
            owner = owner < 0 ? ~owner : owner;
            owners.Add(_owners[owner]!);
            at = _ends[owner];
        }

        return owners;
    }

    private void Package(MetadataCursor xml, RpmPackage? package, char[] version)
    {
        if (package is not null && (!Same(xml, "name", package.Name) || !Same(xml, "arch", package.Architecture)))
        {
            throw xml.Error(RpmRepositoryErrors.FileListsMismatch, $"The files of {package} are listed under another name or architecture.");
        }

        var start = _hashes.Count;
        while (xml.NextChild())
        {
            if (xml.ElementName == "file")
            {
                var path = xml.ReadText();
                MetadataText.Limit(xml, path, MetadataText.MaximumPath);
                if (!path.StartsWith('/'))
                {
                    throw xml.Bad($"'{MetadataText.Shown(path)}' is not the path of a file.");
                }

                if (package is not null)
                {
                    _hashes.Add(_hashes.Count < MaximumPaths ? PathHash.Of(path) : throw xml.Error(RpmRepositoryErrors.LimitExceeded, "There are too many paths."));
                }
            }
            else if (xml.ElementName == "version" && package is not null)
            {
                var stated = MetadataText.Version(xml, version, xml.Find("epoch"), xml.Find("ver"), xml.Find("rel"));
                if (!stated.SequenceEqual(package.Version))
                {
                    throw xml.Error(RpmRepositoryErrors.FileListsMismatch, $"The files of {package} are listed under the version '{MetadataText.Shown(stated)}'.");
                }

                xml.Skip();
            }
            else
            {
                xml.Skip();
            }
        }

        if (_hashes.Count > start)
        {
            _ends.Add(_hashes.Count);
            _owners.Add(package);
        }
    }

    private static bool Same(MetadataCursor xml, string attribute, string expected) => xml.Find(attribute) == expected;
}
