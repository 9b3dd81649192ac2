using System.Security.Cryptography;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Store;

/// <summary>Reads one package from start to end: writes the files' bytes one after the other and builds the index.</summary>
internal sealed class PackageUnpacker
{
    /// <summary>The most bytes one package may unpack to: 16 GiB. The largest of the distribution has a tenth of that.</summary>
    public const long MaxDataLength = 16L << 30;

    private const int BufferSize = 1 << 20;

    private readonly string _package;
    private readonly Stream _data;
    private readonly EntryValidator _validator;
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _buffered;
    private long _written;

    private PackageUnpacker(string package, Stream data)
    {
        _package = package;
        _data = data;
        _validator = new EntryValidator(package);
    }

    /// <summary>Unpacks.</summary>
    /// <param name="package">The package's name, for messages and origins.</param>
    /// <param name="sha256">Digest of the package file.</param>
    /// <param name="source">The package.</param>
    /// <param name="data">Receives the bytes of all files.</param>
    public static PackageIndex Unpack(string package, Sha256Digest sha256, IPackageSource source, Stream data) =>
        new PackageUnpacker(package, data).Run(sha256, source);

    private PackageIndex Run(Sha256Digest sha256, IPackageSource source)
    {
        var members = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var (name, bytes) in source.ControlMembers)
        {
            if (name != "md5sums" && !members.TryAdd(name, bytes))
            {
                throw TreeErrors.AbsurdEntry.Error($"{_package} holds the control member '{name}' twice.", new Location(_package));
            }
        }

        var entries = new List<PackageEntry>();
        while (source.Next() is { } from)
        {
            var path = _validator.Normalise(from.Path);
            _validator.Check(from, path);
            var entry = from.IsHardLink ? HardLink(from, path) : Entry(from, path, source);
            _validator.Add(entry);
            entries.Add(entry);
        }

        Flush();
        return new PackageIndex(sha256, [.. members], entries, _written);
    }

    private PackageEntry HardLink(SourceEntry from, string path)
    {
        var target = _validator.HardLinkTarget(path, from.LinkTarget ?? "");
        return new PackageEntry
        {
            Path = path,
            Type = InodeType.File,
            Mode = target.Mode,
            Uid = target.Uid,
            Gid = target.Gid,
            UserName = target.UserName,
            GroupName = target.GroupName,
            ModifiedSeconds = target.ModifiedSeconds,
            HardLinkTo = target.HardLinkTo ?? target.Path,
            Xattrs = target.Xattrs,
            Offset = target.Offset,
            Length = target.Length,
            Sha256 = target.Sha256,
        };
    }

    private PackageEntry Entry(SourceEntry from, string path, IPackageSource source)
    {
        var offset = _written + _buffered;
        var sha256 = from.Type == InodeType.File ? Copy(path, source, from.Length) : default;
        return new PackageEntry
        {
            Path = path,
            Type = from.Type,
            Mode = from.Mode,
            Uid = from.Uid,
            Gid = from.Gid,
            UserName = from.UserName,
            GroupName = from.GroupName,
            ModifiedSeconds = from.ModifiedSeconds,
            LinkTarget = from.Type == InodeType.SymbolicLink ? from.LinkTarget : null,
            Device = from.Device,
            Xattrs = [.. from.Xattrs.OrderBy(x => x.Key, StringComparer.Ordinal)],
            Offset = from.Type == InodeType.File ? offset : 0,
            Length = from.Length,
            Sha256 = sha256,
        };
    }

    // Small files are hashed in one call where they lie in the buffer; larger ones piece by piece; those whose digest the source checks not at all.
    private Sha256Digest Copy(string path, IPackageSource source, long length)
    {
        if (length > MaxDataLength - _written - _buffered)
        {
            throw TreeErrors.AbsurdEntry.Error($"{_package} unpacks to more than {MaxDataLength} bytes; {path} alone has {length}.", new Location(_package));
        }

        if (length > BufferSize - _buffered)
        {
            Flush();
        }

        var known = source.CheckedSha256;

        if (length <= BufferSize - _buffered)
        {
            var target = _buffer.AsSpan(_buffered, (int)length);
            Fill(path, source, target);
            _buffered += target.Length;
            return known ?? Sha256Digest.Of(target);
        }

        using var hash = known is null ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        for (var left = length; left > 0;)
        {
            var piece = _buffer.AsSpan(0, (int)Math.Min(left, BufferSize));
            Fill(path, source, piece);
            hash?.AppendData(piece);
            _buffered = piece.Length;
            Flush();
            left -= piece.Length;
        }

        if (hash is null)
        {
            return known!.Value;
        }

        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        hash.GetHashAndReset(digest);
        return new(digest);
    }

    private void Fill(string path, IPackageSource source, Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            var read = source.Read(target);
            if (read <= 0)
            {
                throw FormatErrors.Truncated.Error($"{_package} ends inside {path}.", new Location(_package));
            }

            target = target[read..];
        }
    }

    private void Flush()
    {
        _data.Write(_buffer, 0, _buffered);
        _written += _buffered;
        _buffered = 0;
    }
}
