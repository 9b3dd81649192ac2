using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Capabilities;
using Ironhull.Formats.Rpm;
using Ironhull.Formats.Trees;

namespace Ironhull.Packages.Rpm;

/// <summary>Reads the file list of a package out of its headers and checks what no sound package has.</summary>
internal sealed class RpmFileListReader
{
    /// <summary>More paths than any package has, by far.</summary>
    private const int MaximumFiles = 1_000_000;

    // A header spends some hundred bytes on a file. Long folder names that many files share must not make memory out of little input.
    private const int PathBytesPerHeaderByte = 16;

    private readonly RpmHeader _header;
    private readonly string[] _paths;
    private readonly ulong[] _sizes;
    private readonly uint[] _modes, _rdevs, _mtimes, _flags, _verify, _inodes, _colors;
    private readonly string[] _digests, _targets, _users, _groups, _caps, _languages, _ima;
    private readonly RpmDigestAlgorithm _algorithm;

    private RpmFileListReader(RpmHeader header, RpmHeader signature)
    {
        _header = header;
        _paths = RpmPaths.Read(header, MaximumFiles, PathBytesPerHeaderByte);
        _modes = Numbers(RpmTag.FileModes, required: true);
        _mtimes = Numbers(RpmTag.FileMtimes, required: true);
        _flags = Numbers(RpmTag.FileFlags, required: true);
        _rdevs = Numbers(RpmTag.FileRdevs, required: false);
        _verify = Numbers(RpmTag.FileVerifyFlags, required: false);
        _inodes = Numbers(RpmTag.FileInodes, required: true);
        _colors = Numbers(RpmTag.FileColors, required: false);
        _digests = Strings(header, RpmTag.FileDigests, required: true);
        _targets = Strings(header, RpmTag.FileLinkTos, required: true);
        _users = Strings(header, RpmTag.FileUserName, required: true);
        _groups = Strings(header, RpmTag.FileGroupName, required: true);
        _languages = Strings(header, RpmTag.FileLangs, required: false);
        _caps = Strings(header, RpmTag.FileCaps, required: false);
        _ima = signature.Has(RpmSignatureTag.FileSignatures)
            ? Strings(signature, RpmSignatureTag.FileSignatures, required: true)
            : Strings(header, RpmTag.FileSignatures, required: false);
        var sizeTag = header.Has(RpmTag.LongFileSizes) ? RpmTag.LongFileSizes : RpmTag.FileSizes;
        _sizes = Counted(header, sizeTag, header.GetUInt64s(sizeTag), required: true);
        _algorithm = Algorithm();
    }

    /// <summary>The files in the header's order.</summary>
    /// <exception cref="HullException">HULL2116 to HULL2117, HULL2121 to HULL2125: damaged or hostile.</exception>
    public static RpmFileEntry[] Read(RpmHeader header, RpmHeader signature) => new RpmFileListReader(header, signature).Build();

    private RpmFileEntry[] Build()
    {
        var sets = LinkSets();
        var files = new RpmFileEntry[_paths.Length];
        var capabilities = new Dictionary<string, byte[]>(StringComparer.Ordinal) { [""] = [] };
        for (var i = 0; i < files.Length; i++)
        {
            var set = sets.GetValueOrDefault(IsLinkable(i) ? _inodes[i] : 0);
            files[i] = Entry(i, set.Count > 1 ? set : (i, 1), capabilities);
            var first = files[Math.Min(set.First, i)];
            if (files[i].HardLinkTo is not null)
            {
                CheckLink(first, files[i]);
            }
        }

        RpmPaths.CheckTree(files, _header);
        return files;
    }

    // As rpm counts links: regular files that the payload holds, by inode number alone.
    private Dictionary<uint, (int First, int Count)> LinkSets()
    {
        var sets = new Dictionary<uint, (int First, int Count)>();
        for (var i = 0; i < _paths.Length; i++)
        {
            if (IsLinkable(i))
            {
                sets[_inodes[i]] = sets.TryGetValue(_inodes[i], out var set) ? (set.First, set.Count + 1) : (i, 1);
            }
        }

        return sets;
    }

    private bool IsLinkable(int i) => FileType.Parse(_modes[i]) == InodeType.File && ((RpmFileFlags)_flags[i] & RpmFileFlags.Ghost) == 0 && _inodes[i] != 0;

    private RpmFileEntry Entry(int i, (int First, int Count) links, Dictionary<string, byte[]> capabilities)
    {
        var type = FileType.Parse(_modes[i])
            ?? throw RpmErrors.FileList.Error($"{_paths[i]} has mode 0{Convert.ToString(_modes[i], 8)}, which is no file type.", _header.Place(RpmTag.FileModes));
        if (_modes[i] > ushort.MaxValue || _sizes[i] > long.MaxValue)
        {
            throw RpmErrors.FileList.Error($"{_paths[i]} has mode {_modes[i]:x} and size {_sizes[i]}.", _header.Place(RpmTag.FileModes));
        }

        var text = Optional(_caps, i);
        return new()
        {
            Index = i,
            Path = _paths[i],
            Mode = _modes[i],
            Type = type,
            User = _users[i],
            Group = _groups[i],
            ModifiedSeconds = _mtimes[i],
            Size = (long)_sizes[i],
            Digest = _digests[i],
            DigestAlgorithm = _algorithm,
            LinkTarget = type == InodeType.SymbolicLink ? Target(i) : null,
            Flags = (RpmFileFlags)_flags[i],
            VerifyFlags = _verify.Length > 0 ? _verify[i] : 0,
            Capabilities = text,
            CapabilityXattr = Xattr(text, capabilities),
            ImaSignature = Ima(i),
            Device = type is InodeType.CharacterDevice or InodeType.BlockDevice && _rdevs.Length > 0 ? (_rdevs[i] >> 8 & 0xFF, _rdevs[i] & 0xFF) : default,
            Inode = _inodes[i],
            LinkCount = links.Count,
            HardLinkTo = links.First < i ? _paths[links.First] : null,
            Color = _colors.Length > 0 ? _colors[i] : 0,
            Language = Optional(_languages, i),
        };
    }

    private void CheckLink(RpmFileEntry first, RpmFileEntry other)
    {
        if (!first.CapabilityXattr.Span.SequenceEqual(other.CapabilityXattr.Span))
        {
            throw RpmErrors.CapabilityConflict.Error(
                $"{first.Path} has '{first.Capabilities}', its link {other.Path} has '{other.Capabilities}'.", _header.Place(RpmTag.FileCaps));
        }

        if (first.Mode != other.Mode || first.Size != other.Size || first.Digest != other.Digest || first.User != other.User || first.Group != other.Group)
        {
            throw RpmErrors.FileList.Error($"{first.Path} and its link {other.Path} differ in mode, owner, size or digest.", _header.Place(RpmTag.FileInodes));
        }
    }

    private string Target(int i) => Encoding.UTF8.GetByteCount(_targets[i]) is > 0 and <= RpmPaths.MaximumPath
        ? _targets[i]
        : throw RpmErrors.FileList.Error($"{_paths[i]} is a symbolic link with a target of {_targets[i].Length} characters.", _header.Place(RpmTag.FileLinkTos));

    private byte[] Xattr(string text, Dictionary<string, byte[]> known)
    {
        if (!known.TryGetValue(text, out var xattr))
        {
            known.Add(text, xattr = FileCapabilities.Parse(text, _header.Place(RpmTag.FileCaps)).ToXattr());
        }

        return xattr;
    }

    private byte[] Ima(int i)
    {
        var text = Optional(_ima, i);
        try
        {
            return text.Length == 0 ? [] : Convert.FromHexString(text);
        }
        catch (FormatException e)
        {
            throw RpmErrors.FileList.Error($"The IMA signature of {_paths[i]} is not hexadecimal.", _header.Place(RpmTag.FileSignatures), cause: e);
        }
    }

    private RpmDigestAlgorithm Algorithm()
    {
        var number = _header.GetNumber(RpmTag.FileDigestAlgorithm) ?? (ulong)RpmDigestAlgorithm.Md5;
        return number <= int.MaxValue && Enum.IsDefined((RpmDigestAlgorithm)number)
            ? (RpmDigestAlgorithm)number
            : throw RpmErrors.FileList.Error($"The file digests are made with algorithm {number}, which is unknown.", _header.Place(RpmTag.FileDigestAlgorithm));
    }

    private static string Optional(string[] values, int i) => values.Length > 0 ? values[i] : "";

    private uint[] Numbers(int tag, bool required) => Counted(_header, tag, _header.GetUInt32s(tag), required);

    private string[] Strings(RpmHeader header, int tag, bool required) => Counted(header, tag, header.GetStrings(tag), required);

    private T[] Counted<T>(RpmHeader header, int tag, T[] values, bool required) => values.Length == _paths.Length || (values.Length == 0 && !required)
        ? values
        : throw RpmErrors.FileList.Error($"There are {_paths.Length} files, but tag {tag} has {values.Length} values.", header.Place(tag));
}
