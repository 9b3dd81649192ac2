using Ironhull.Compose.Progress;

namespace Ironhull.Cli.Output;

/// <summary>Progress as plain lines: one when a stage ends, and now and then one for a long stage; or the same as JSON lines.</summary>
internal sealed class LineProgress(TextWriter writer, TimeProvider time, bool json) : IProgressReporter
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private readonly Lock _lock = new();
    private readonly TimeProvider _time = time;

    /// <inheritdoc/>
    public IProgressStage Begin(string name, ProgressUnit unit = ProgressUnit.None, long total = 0)
    {
        if (json)
        {
            Write("start", name, unit, 0, total, TimeSpan.Zero, "");
        }

        return new Stage(this, name, unit, total);
    }

    /// <inheritdoc/>
    public void Note(string message)
    {
        var line = json ? JsonText.Line(j =>
        {
            j.WriteStartObject();
            j.WriteString("event", "note");
            j.WriteString("message", message);
            j.WriteEndObject();
        }) : $"note: {message}\n";
        lock (_lock)
        {
            writer.Write(line);
        }
    }

    private void Write(string kind, string name, ProgressUnit unit, long done, long total, TimeSpan elapsed, string text)
    {
        string line;
        if (json)
        {
            line = JsonText.Line(j =>
            {
                j.WriteStartObject();
                j.WriteString("event", kind);
                j.WriteString("stage", name);
                if (unit != ProgressUnit.None)
                {
                    j.WriteString("unit", unit == ProgressUnit.Bytes ? "bytes" : "items");
                    j.WriteNumber("done", done);
                    j.WriteNumber("total", total);
                }

                j.WriteNumber("seconds", Math.Round(elapsed.TotalSeconds, 3));
                if (text.Length > 0)
                {
                    j.WriteString("text", text);
                }

                j.WriteEndObject();
            });
        }
        else
        {
            var amount = ProgressText.Amount(unit, done, total);
            var rate = ProgressText.Rate(unit, done, elapsed);
            var tail = kind == "progress" ? "..." : kind == "failed" ? "failed" : "";
            line = $"{name}: {ProgressText.Join(text, amount, rate, ProgressText.Time(elapsed), tail)}\n";
        }

        lock (_lock)
        {
            writer.Write(line);
        }
    }

    private sealed class Stage(LineProgress owner, string name, ProgressUnit unit, long total) : IProgressStage
    {
        private readonly long _start = owner._time.GetTimestamp();
        private long _total = total;
        private long _done;
        private long _lastLine;
        private int _ended;

        public void SetTotal(long total) => Interlocked.Exchange(ref _total, total);

        public void Advance(long amount)
        {
            var done = Interlocked.Add(ref _done, amount);
            var elapsed = owner._time.GetElapsedTime(_start);
            var last = Interlocked.Read(ref _lastLine);
            if (elapsed.Ticks - last >= Interval.Ticks && Interlocked.CompareExchange(ref _lastLine, elapsed.Ticks, last) == last)
            {
                owner.Write("progress", name, unit, done, Interlocked.Read(ref _total), elapsed, "");
            }
        }

        public void Detail(string text)
        {
        }

        public void Complete(string result = "") => End("end", result);

        public void Dispose() => End("failed", "");

        private void End(string kind, string text)
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                owner.Write(kind, name, unit, Interlocked.Read(ref _done), Interlocked.Read(ref _total), owner._time.GetElapsedTime(_start), text);
            }
        }
    }
}
