using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;

namespace Ironhull.Cli.Commands;

/// <summary>Reads the files that provisioning commands are given.</summary>
internal static class ProvisioningFile
{
    /// <summary>Reads a whole file, or what is piped in when it is "-".</summary>
    /// <exception cref="HullException">HULL8005, HULL8009.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            using var stream = new FileStream(path == "-" ? "/dev/stdin" : path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            using var content = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (var count = stream.Read(buffer); count > 0; count = stream.Read(buffer))
            {
                if (content.Length + count > LocatedJson.MaximumBytes)
                {
                    throw ProvisioningErrors.Limit.Error($"The file has more than {LocatedJson.MaximumBytes} bytes.", new Location(path));
                }

                content.Write(buffer, 0, count);
            }

            return content.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ProvisioningErrors.FileNotFound.Error($"'{path}' cannot be read: {e.Message}", new Location(path), cause: e);
        }
    }
}
