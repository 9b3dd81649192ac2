using System.Net;
using System.Net.Http.Headers;

namespace Ironhull.Packages.Cache;

/// <summary>Answers for a base that is a folder of this machine as an HTTP server would, so that every check is the same.</summary>
internal static class FolderMirror
{
    private const int MaximumLinks = 40;

    /// <summary>200 with the file, 206 from an offset on, 404, 416; 403 for what may not be read or a link that leads out of the folder.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="relativePath">Below it.</param>
    /// <param name="from">The first byte that is wanted.</param>
    public static HttpResponseMessage Answer(string root, string relativePath, long from)
    {
        try
        {
            var links = 0;
            var path = Resolve(Path.Combine(root, relativePath), ref links);
            return !IsBelow(path, Resolve(root, ref links)) ? new(HttpStatusCode.Forbidden)
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

    /// <summary>The path without links in any of its parts, as realpath(3) gives it; parts that are not there stay as they are.</summary>
    private static string Resolve(string path, ref int links)
    {
        var real = "/";
        foreach (var part in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            if (new FileInfo(real).LinkTarget is { } target)
            {
                real = ++links <= MaximumLinks ? Resolve(Path.Combine(Path.GetDirectoryName(real)!, target), ref links) : throw new IOException("There are too many links.");
            }
        }

        return real;
    }
}
