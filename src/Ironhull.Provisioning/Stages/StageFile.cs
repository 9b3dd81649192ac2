using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Stages;

/// <summary>Reads and writes the files that stages share.</summary>
internal static class StageFile
{
    private const long LargestFile = 256 << 20;

    /// <summary>The contents; null when the file is not there.</summary>
    /// <exception cref="HullException">HULL8086.</exception>
    public static byte[]? Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return !file.Exists ? null
                : file.Length > LargestFile ? throw ProvisioningErrors.StageFiles.Error($"{path} has {file.Length} bytes.", new Location(path)) : File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ProvisioningErrors.StageFiles.Error($"{path} cannot be read: {e.Message}", new Location(path), cause: e);
        }
    }

    /// <summary>The contents of a file whose length is not known before it is read, as in /proc and /sys; null when it is not there.</summary>
    /// <exception cref="HullException">HULL8086.</exception>
    public static byte[]? ReadVirtual(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
            using var contents = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (var count = file.Read(buffer); count > 0; count = file.Read(buffer))
            {
                if (contents.Length + count > LargestFile)
                {
                    throw ProvisioningErrors.StageFiles.Error($"{path} has more than {LargestFile} bytes.", new Location(path));
                }

                contents.Write(buffer, 0, count);
            }

            return contents.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ProvisioningErrors.StageFiles.Error($"{path} cannot be read: {e.Message}", new Location(path), cause: e);
        }
    }

    /// <summary>Writes a file with mode 0640; it is complete or as it was.</summary>
    /// <exception cref="HullException">HULL8086.</exception>
    public static void Write(string path, ReadOnlySpan<byte> contents)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            {
                Directory.CreateDirectory(folder);
            }

            var temporary = path + ".new";
            File.Delete(temporary);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
            }

            using (var file = new FileStream(temporary, options))
            {
                file.Write(contents);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ProvisioningErrors.StageFiles.Error($"{path} cannot be written: {e.Message}", new Location(path), cause: e);
        }
    }
}
