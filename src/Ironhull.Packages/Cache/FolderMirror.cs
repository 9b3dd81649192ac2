using System.Net;
using System.Net.Http.Headers;

namespace Ironhull.Packages.Cache;

/// <summary>Answers for a base that is a folder of this machine as an HTTP server would, so that every check is the same.</summary>
internal static class FolderMirror
{
    /// <summary>200 with the file, 206 from an offset on, 404, 416; 403 for what may not be read or a link that leads out of the folder.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="relativePath">Below it.</param>
    /// <param name="from">The first byte that is wanted.</param>
    public static HttpResponseMessage Answer(string root, string relativePath, long from)
    {
        try
        {
            var path = RealPath.Of(Path.Combine(root, relativePath));
            return !IsBelow(path, RealPath.Of(root)) ? new(HttpStatusCode.Forbidden)
                : Content(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan), from);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new(HttpStatusCode.NotFound);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or ArgumentException)
        {
            return new(HttpStatusCode.Forbidden);
        }
    }

    private static HttpResponseMessage Content(FileStream file, long from)
    {
        if (from > 0 && from >= file.Length)
        {
            file.Dispose();
            return new(HttpStatusCode.RequestedRangeNotSatisfiable);
        }

        var length = file.Length;
        file.Position = from;
        var response = new HttpResponseMessage(from > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK) { Content = new StreamContent(file) };
        response.Content.Headers.ContentLength = length - from;
        if (from > 0)
        {
            response.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, length - 1, length);
        }

        return response;
    }

    private static bool IsBelow(string path, string root) => path.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal);
}
