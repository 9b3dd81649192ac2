using System.Security.Cryptography;
using Ironhull.Diagnostics;
using Ironhull.Formats.Xz;
using Ironhull.Packages.Cache;

namespace Ironhull.Packages.Rpm.Metadata;

/// <summary>
/// A metadata file as a stream of what it decompresses to: never longer than announced, and at its end of the announced length and digest.
/// </summary>
internal sealed class MetadataFile : ReadOnlyStream
{
    private static readonly string[] s_forms = [".xml", ".xml.gz", ".xml.zst", ".xml.xz", ".xml.bz2"];
    private readonly FileStream _file;
    private readonly Stream _text;
    private readonly IncrementalHash _hash;
    private readonly RepoMdEntry _entry;
    private readonly string _name;
    private long _count;
    private bool _ended;

    private MetadataFile(FileStream file, RepoMdEntry entry, string name)
    {
        _file = file;
        _entry = entry;
        _name = name;
        _hash = IncrementalHash.CreateHash(StatedDigest.NameOf(entry.OpenChecksum));
        _text = Decompression.OpenByExtension(file, entry.Location, name);
    }

    /// <summary>Opens a file whose own digest was checked.</summary>
    /// <param name="path">The fetched file.</param>
    /// <param name="entry">What repomd.xml says about it.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL2205: a form that is not read. Reading: HULL2206, HULL2207, and HULL1001, HULL1002 for damage.</exception>
    public static MetadataFile Open(string path, RepoMdEntry entry, string name)
    {
        if (!s_forms.Any(f => entry.Location.EndsWith(f, StringComparison.Ordinal)))
        {
            throw RpmRepositoryErrors.NoPrimary.Error($"'{entry.Location}' is in a form that is not read.", new(name));
        }

        return new(DownloadCache.Guard(path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan)), entry, name);
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_ended || buffer.IsEmpty)
        {
            return 0;
        }

        // One byte more than announced is enough to know.
        var read = _text.Read(buffer[..(int)Math.Min(buffer.Length, _entry.OpenSize - _count + 1)]);
        _hash.AppendData(buffer[..read]);
        _count += read;
        if (_count > _entry.OpenSize || (read == 0 && _count < _entry.OpenSize))
        {
            throw RpmRepositoryErrors.OpenSizeMismatch.Error($"{_entry.OpenSize} bytes are announced; there are {(read == 0 ? $"{_count}" : "more")}.", new(_name));
        }

        if (read == 0)
        {
            _ended = true;
            if (Convert.ToHexStringLower(_hash.GetHashAndReset()) != _entry.OpenChecksum.Hex)
            {
                throw RpmRepositoryErrors.OpenChecksumMismatch.Error($"The {_entry.OpenChecksum.Algorithm} is not the announced one.", new(_name));
            }
        }

        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _text.Dispose();
            _file.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
