using Ironhull.Diagnostics;

namespace Ironhull.Compose.Build;

/// <summary>Turns what the operating system or the thread pool threw into what a user is told.</summary>
internal static class BuildFailure
{
    // errno.h; the runtime puts the number into HResult on Unix. 112 is Windows' ERROR_DISK_FULL.
    private const int TooLarge = 27, NoSpace = 28, ReadOnly = 30, WindowsDiskFull = 112, OverQuota = 122;

    /// <summary>The coded form of an exception, or the exception itself.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="folder">The folder that was written to, for the message.</param>
    public static Exception Of(Exception exception, string folder) => Cause(exception) switch
    {
        IOException e when (e.HResult & 0xFFFF) is TooLarge or NoSpace or WindowsDiskFull or OverQuota => ComposeErrors.DiskFull.Error(e.Message, new(folder), cause: e),
        IOException e when (e.HResult & 0xFFFF) is ReadOnly => ComposeErrors.NotWritable.Error(e.Message, new(folder), cause: e),
        UnauthorizedAccessException e => ComposeErrors.NotWritable.Error(e.Message, new(folder), cause: e),
        var cause => cause,
    };

    /// <summary>Of the failures of parallel work the one that says most: a coded one, else the first.</summary>
    public static Exception Cause(Exception exception)
    {
        if (exception is not AggregateException aggregate)
        {
            return exception;
        }

        var inner = aggregate.Flatten().InnerExceptions;
        return inner.OfType<HullException>().FirstOrDefault() ?? inner.FirstOrDefault(e => e is not OperationCanceledException) ?? inner.FirstOrDefault() ?? exception;
    }
}
