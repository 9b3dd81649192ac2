using System.Security.Cryptography;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Cpio;
using Ironhull.Formats.Trees;
using Ironhull.Formats.Xz;

namespace Ironhull.Packages.Rpm;

/// <summary>
/// The files of a package's payload with their bytes. Every member has to be a file of the header's list that is no ghost, once, of the
/// listed kind, size and digest, and none may be missing.
/// </summary>
internal sealed class RpmPayload : IDisposable
{
    private const uint FileTypeMask = 0xF000;
    private readonly IReadOnlyList<RpmFileEntry> _files;
    private readonly Dictionary<string, RpmFileEntry> _byPath;
    private readonly Dictionary<uint, List<RpmFileEntry>> _links = [];
    private readonly Queue<RpmFileEntry> _pending = [];
    private readonly bool[] _seen;
    private readonly string _name;
    private readonly Stream _data;
    private readonly AnnouncedStream _announced;
    private readonly CpioStreamReader _archive;
    private readonly IncrementalHash _hash;
    private RpmFileEntry? _current;
    private long _left;
    private bool _ended;

    /// <summary>Opens the payload.</summary>
    /// <param name="compressed">The payload as it lies in the file; not owned.</param>
    /// <param name="compressor">What the header says of it.</param>
    /// <param name="files">The header's file list.</param>
    /// <param name="announced">Size of the unpacked payload as the headers say, or null.</param>
    /// <param name="digest">Digest of the unpacked payload as the header says, or null; owned from here on.</param>
    /// <param name="name">The package file, named in errors.</param>
    public RpmPayload(Stream compressed, string compressor, IReadOnlyList<RpmFileEntry> files, long? announced, RpmDigest? digest, string name)
    {
        var extension = compressor switch
        {
            "gzip" => ".gz",
            "bzip2" => ".bz2",
            "xz" => ".xz",
            "lzma" => ".lzma",
            "zstd" => ".zst",
            "none" => "",
            _ => throw RpmErrors.PayloadFormat.Error($"The payload is compressed with '{compressor}'.", new(name)),
        };
        _name = name;
        _files = files;
        _seen = new bool[files.Count];
        _byPath = files.ToDictionary(f => f.Path, StringComparer.Ordinal);
        _hash = Hash(files.Count > 0 ? files[0].DigestAlgorithm : RpmDigestAlgorithm.Sha256, name);
        _data = Decompression.OpenByExtension(compressed, extension, $"{name}:payload");
        _announced = new(_data, announced, digest, name);
        _archive = new(_announced, $"{name}:payload");
    }

    /// <summary>Goes to the next file; the names of one file come together, the first of them with the bytes.</summary>
    public RpmFileEntry? Next()
    {
        Finish();
        if (_pending.TryDequeue(out var link))
        {
            return link;
        }

        while (!_ended && _archive.Next() is { } member)
        {
            var entry = Find(member);
            if (entry.Type == InodeType.File && entry.LinkCount > 1)
            {
                if (!AddLink(entry, member))
                {
                    continue;
                }

                entry = _pending.Dequeue();
            }

            Begin(entry, member, Length(entry));
            return entry;
        }

        Complete();
        return null;
    }

    /// <summary>
    /// The digest of the current file's bytes that the header lists, where it is a SHA-256: the bytes have it once they are read to their end.
    /// </summary>
    public string? ListedSha256 => _current is { DigestAlgorithm: RpmDigestAlgorithm.Sha256 } ? _current.Digest : null;

    /// <summary>Reads the current file's bytes; at their end, they have the listed digest.</summary>
    public int Read(Span<byte> destination)
    {
        if (_current is null || _left == 0 || destination.IsEmpty)
        {
            return 0;
        }

        var read = _archive.Read(destination);
        _left -= read;
        _hash.AppendData(destination[..read]);
        if (_left == 0)
        {
            CheckDigest(_current);
        }

        return read;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hash.Dispose();
        _announced.Dispose();
        _data.Dispose();
    }

    // A symbolic link's content is its target; nothing else but regular files has any.
    private static long Length(RpmFileEntry entry) => entry.Type switch
    {
        InodeType.File => entry.Size,
        InodeType.SymbolicLink => Encoding.UTF8.GetByteCount(entry.LinkTarget!),
        _ => 0,
    };

    private static IncrementalHash Hash(RpmDigestAlgorithm algorithm, string name)
    {
        var hash = algorithm switch
        {
            RpmDigestAlgorithm.Md5 => HashAlgorithmName.MD5,
            RpmDigestAlgorithm.Sha1 => HashAlgorithmName.SHA1,
            RpmDigestAlgorithm.Sha256 => HashAlgorithmName.SHA256,
            RpmDigestAlgorithm.Sha384 => HashAlgorithmName.SHA384,
            RpmDigestAlgorithm.Sha512 => HashAlgorithmName.SHA512,
            RpmDigestAlgorithm.Sha3_256 when SHA3_256.IsSupported => HashAlgorithmName.SHA3_256,
            RpmDigestAlgorithm.Sha3_512 when SHA3_512.IsSupported => HashAlgorithmName.SHA3_512,
            _ => throw RpmErrors.PayloadFormat.Error($"The file digests are made with {algorithm}, which cannot be computed here.", new(name)),
        };
        return IncrementalHash.CreateHash(hash);
    }

    private RpmFileEntry Find(CpioMember member)
    {
        RpmFileEntry? entry;
        if (member.Form == CpioForm.Stripped)
        {
            entry = member.FileIndex < _files.Count ? _files[member.FileIndex] : null;
        }
        else
        {
            // rpm writes "./usr/bin/x", other tools "/usr/bin/x"; source packages and rpm before 4.0 write no prefix. The name only finds
            // a path of the list, which was checked.
            var path = member.Name.StartsWith("./", StringComparison.Ordinal) ? member.Name[1..] : member.Name.StartsWith('/') ? member.Name : $"/{member.Name}";
            _byPath.TryGetValue(path, out entry);
        }

        if (entry is null || entry.IsGhost)
        {
            var what = member.Form == CpioForm.Stripped ? $"file {member.FileIndex}" : $"'{member.Name}'";
            throw RpmErrors.PayloadUnknownFile.Error(entry is null ? $"The header does not list {what}." : $"{entry.Path} is a ghost.", Place(member));
        }

        if (_seen[entry.Index])
        {
            throw RpmErrors.PayloadDuplicateFile.Error($"{entry.Path} is there twice.", Place(member));
        }

        _seen[entry.Index] = true;
        return member.Form == CpioForm.Stripped || (member.Mode & FileTypeMask) == (entry.Mode & FileTypeMask)
            ? entry
            : throw RpmErrors.PayloadFileType.Error(
                $"{entry.Path} has mode 0{Convert.ToString(member.Mode, 8)}; the header says 0{Convert.ToString(entry.Mode, 8)}.", Place(member));
    }

    // Of the names of one file, the last one in the archive has the bytes.
    private bool AddLink(RpmFileEntry entry, CpioMember member)
    {
        if (!_links.TryGetValue(entry.Inode, out var names))
        {
            _links.Add(entry.Inode, names = []);
        }

        names.Add(entry);
        if (names.Count < entry.LinkCount)
        {
            CheckLength(entry, member, 0);
            return false;
        }

        foreach (var name in names.OrderBy(n => n.Index))
        {
            _pending.Enqueue(name);
        }

        _links.Remove(entry.Inode);
        return true;
    }

    private void CheckLength(RpmFileEntry entry, CpioMember member, long length)
    {
        if (member.Form == CpioForm.Stripped)
        {
            _archive.SetLength(length);
        }
        else if (member.Length != length)
        {
            throw RpmErrors.PayloadFileSize.Error($"{entry.Path} has {member.Length} bytes in the payload; {length} were expected.", Place(member));
        }
    }

    private void Begin(RpmFileEntry entry, CpioMember member, long length)
    {
        CheckLength(entry, member, length);
        if (entry.Type == InodeType.SymbolicLink)
        {
            CheckTarget(entry, member, (int)length);
        }

        if (entry.Type != InodeType.File)
        {
            return;
        }

        _current = entry;
        _left = length;
        if (length == 0)
        {
            CheckDigest(entry);
        }
    }

    private void CheckTarget(RpmFileEntry entry, CpioMember member, int length)
    {
        var target = new byte[length];
        for (var done = 0; done < length;)
        {
            done += _archive.Read(target.AsSpan(done));
        }

        if (!target.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(entry.LinkTarget!)))
        {
            throw RpmErrors.PayloadFileType.Error($"{entry.Path} does not lead to '{entry.LinkTarget}' in the payload.", Place(member));
        }
    }

    private void CheckDigest(RpmFileEntry entry)
    {
        Span<byte> digest = stackalloc byte[64];
        digest = digest[.._hash.GetHashAndReset(digest)];
        if (!entry.Digest.Equals(Convert.ToHexString(digest), StringComparison.OrdinalIgnoreCase))
        {
            throw RpmErrors.PayloadFileDigest.Error(
                $"{entry.Path} has the digest {Convert.ToHexStringLower(digest)}; the header says '{entry.Digest}'.", Location.At($"{_name}:payload", _archive.Position));
        }
    }

    // What the caller did not read is read here, so that every file is checked.
    private void Finish()
    {
        if (_left > 0)
        {
            var buffer = new byte[1 << 16];
            while (_left > 0)
            {
                Read(buffer);
            }
        }

        _current = null;
    }

    private void Complete()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        foreach (var file in _files)
        {
            if (!_seen[file.Index] && !file.IsGhost)
            {
                throw RpmErrors.PayloadMissingFile.Error($"{file.Path} is not there.", new($"{_name}:payload"));
            }
        }

        _announced.CheckEnd();
    }

    private Location Place(CpioMember member) => Location.At($"{_name}:payload", member.Offset);

    /// <summary>Counts and hashes the unpacked bytes, and stops where they exceed what is announced.</summary>
    private sealed class AnnouncedStream(Stream inner, long? announced, RpmDigest? digest, string name) : ReadOnlyStream
    {
        private long _total;

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            _total += read;
            if (_total > announced)
            {
                throw RpmErrors.PayloadLength.Error($"The payload unpacks to more than the {announced} bytes that are announced.", new($"{name}:payload"));
            }

            digest?.Append(buffer[..read], RpmCoverage.Payload);
            return read;
        }

        public void CheckEnd()
        {
            if (announced is not null && _total != announced)
            {
                throw RpmErrors.PayloadLength.Error($"The payload unpacks to {_total} bytes; {announced} are announced.", new($"{name}:payload"));
            }

            if (digest?.Finish() is { Status: RpmDigestStatus.Bad } report)
            {
                throw RpmErrors.PayloadDigest.Error($"The {report.Algorithm} digest of the unpacked payload is {report.Computed}; the package says {report.Stated}.", new($"{name}:payload"));
            }
        }

        protected override void Dispose(bool disposing)
        {
            digest?.Dispose();
            base.Dispose(disposing);
        }
    }
}
