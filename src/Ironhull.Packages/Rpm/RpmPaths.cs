using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Rpm;
using Ironhull.Formats.Trees;

namespace Ironhull.Packages.Rpm;

/// <summary>Puts the paths of a package together and refuses those that a sound package never has.</summary>
internal static class RpmPaths
{
    /// <summary>Linux PATH_MAX and NAME_MAX without the NUL, in bytes (limits.h).</summary>
    public const int MaximumPath = 4095, MaximumName = 255;

    private const int FreePathBytes = 1 << 20;

    /// <summary>The paths in the header's order.</summary>
    /// <param name="header">The main header.</param>
    /// <param name="maximumFiles">The most files.</param>
    /// <param name="perHeaderByte">The most characters of all paths, as a multiple of the header's size.</param>
    public static string[] Read(RpmHeader header, int maximumFiles, int perHeaderByte)
    {
        var names = header.GetStrings(RpmTag.BaseNames);
        var folders = header.GetStrings(RpmTag.DirNames);
        var indexes = header.GetUInt32s(RpmTag.DirIndexes);
        if (names.Length == 0 && header.Has(RpmTag.OldFileNames))
        {
            names = header.GetStrings(RpmTag.OldFileNames);
            folders = [""];
            indexes = new uint[names.Length];
        }

        if (indexes.Length != names.Length || names.Length > maximumFiles)
        {
            throw RpmErrors.FileList.Error($"There are {names.Length} names (at most {maximumFiles} are allowed) and {indexes.Length} folder indexes.", header.Place(RpmTag.BaseNames));
        }

        var budget = FreePathBytes + ((long)header.Blob.Length * perHeaderByte);
        var source = header.Has(RpmTag.SourcePackage);
        for (var i = 0; i < names.Length; i++)
        {
            if (indexes[i] >= folders.Length)
            {
                throw RpmErrors.FileList.Error($"'{names[i]}' lies in folder {indexes[i]} of {folders.Length}.", header.Place(RpmTag.DirIndexes));
            }

            var folder = folders[indexes[i]];
            budget -= folder.Length + names[i].Length;
            if (budget < 0)
            {
                throw RpmErrors.FileList.Error("The paths are absurdly long in comparison with the header.", header.Place(RpmTag.DirNames));
            }

            // A source package's files have no folder.
            names[i] = string.Concat(source && folder.Length == 0 ? "/" : folder, names[i]);
            Check(names[i], header);
        }

        return names;
    }

    /// <summary>Refuses a path that is there twice, and one below something that is no folder.</summary>
    public static void CheckTree(RpmFileEntry[] files, RpmHeader header)
    {
        var seen = new Dictionary<string, RpmFileEntry>(files.Length, StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (!seen.TryAdd(file.Path, file))
            {
                throw RpmErrors.FileConflict.Error($"{file.Path} is there twice.", header.Place(RpmTag.BaseNames));
            }
        }

        var lookup = seen.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var file in files)
        {
            var slash = file.Path.LastIndexOf('/');
            if (slash > 0 && lookup.TryGetValue(file.Path.AsSpan(0, slash), out var parent) && parent.Type != InodeType.Directory)
            {
                throw RpmErrors.FileConflict.Error($"{file.Path} lies below {parent.Path}, a {parent.Type}.", header.Place(RpmTag.BaseNames));
            }
        }
    }

    private static void Check(string path, RpmHeader header)
    {
        if (path == "/")
        {
            return;
        }

        if (path.Length == 0 || Encoding.UTF8.GetByteCount(path) > MaximumPath || path[0] != '/' || path.AsSpan().ContainsAnyInRange('\0', '\x1f'))
        {
            throw Bad(path, header);
        }

        foreach (var range in path.AsSpan(1).Split('/'))
        {
            var name = path.AsSpan(1)[range];
            if (name is "" or "." or ".." || Encoding.UTF8.GetByteCount(name) > MaximumName)
            {
                throw Bad(path, header);
            }
        }
    }

    private static HullException Bad(string path, RpmHeader header) =>
        RpmErrors.FilePath.Error($"The path '{(path.Length > 120 ? path[..120] + "…" : path)}' is not absolute and normalised.", header.Place(RpmTag.DirNames));
}
