namespace Ironhull.Provisioning.Fetching;

/// <summary>How long to wait before a fetch is tried again: 200 ms, then twice as long each time, at most 5 s, as upstream does.</summary>
public sealed class RetryDelay
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);
    private TimeSpan _next = TimeSpan.FromMilliseconds(200);

    /// <summary>The next time to wait.</summary>
    public TimeSpan Next()
    {
        var now = _next;
        _next = now * 2 > s_longest ? s_longest : now * 2;
        return now;
    }
}
