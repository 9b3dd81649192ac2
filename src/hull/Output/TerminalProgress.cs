using System.Collections.Concurrent;
using Ironhull.Compose.Progress;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Ironhull.Cli.Output;

/// <summary>A live display of the stages under way.</summary>
internal sealed class TerminalProgress : IProgressReporter, IDisposable
{
    private readonly IAnsiConsole _console;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<ProgressContext> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<int, Stage> _stages = new();
    private Task? _display;

    /// <summary>A display that appears with the first stage.</summary>
    public TerminalProgress(TextWriter writer, TimeProvider time)
    {
        _time = time;
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes });
    }

    /// <inheritdoc/>
    public IProgressStage Begin(string name, ProgressUnit unit = ProgressUnit.None, long total = 0)
    {
        lock (_lock)
        {
            _display ??= Task.Run(() => _console.Progress()
                .AutoRefresh(true)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new BarColumn(), new AmountColumn(_stages))
                .StartAsync(async context =>
                {
                    _started.SetResult(context);
                    await _ended.Task.ConfigureAwait(false);
                }));
            var task = _started.Task.GetAwaiter().GetResult().AddTask(Markup.Escape(name), maxValue: Math.Max(1, total));
            task.IsIndeterminate = total == 0;
            return _stages[task.Id] = new Stage(task, name, unit, total, _time);
        }
    }

    /// <inheritdoc/>
    public void Note(string message) => _console.MarkupLine($"[yellow]note:[/] {Markup.Escape(message)}");

    /// <summary>Draws the last state and gives the terminal back.</summary>
    public void Dispose()
    {
        _ended.TrySetResult();
        _display?.GetAwaiter().GetResult();
    }

    private sealed class Stage : IProgressStage
    {
        private readonly ProgressTask _task;
        private readonly string _name;
        private readonly ProgressUnit _unit;
        private readonly TimeProvider _time;
        private readonly long _start;
        private long _done;
        private long _total;
        private int _ended;

        public Stage(ProgressTask task, string name, ProgressUnit unit, long total, TimeProvider time)
        {
            (_task, _name, _unit, _total, _time) = (task, name, unit, total, time);
            _start = time.GetTimestamp();
        }

        private string Result { get; set; } = "";

        private TimeSpan? Elapsed { get; set; }

        public void SetTotal(long total)
        {
            Interlocked.Exchange(ref _total, total);
            _task.MaxValue = Math.Max(1, total);
            _task.IsIndeterminate = total == 0;
        }

        public void Advance(long amount)
        {
            Interlocked.Add(ref _done, amount);
            _task.Increment(amount);
        }

        public void Detail(string text) => _task.Description = text.Length == 0 ? Markup.Escape(_name) : $"{Markup.Escape(_name)} [grey]{Markup.Escape(text)}[/]";

        public void Complete(string result = "") => End(result, "green");

        public void Dispose() => End("failed", "red");

        private void End(string result, string colour)
        {
            if (Interlocked.Exchange(ref _ended, 1) != 0)
            {
                return;
            }

            Elapsed = _time.GetElapsedTime(_start);
            Result = result;
            _task.Description = $"[{colour}]{Markup.Escape(_name)}[/]";
            _task.IsIndeterminate = false;
            _task.Value = colour == "green" ? _task.MaxValue : _task.Value;
            _task.StopTask();
        }

        public string Text()
        {
            var elapsed = Elapsed ?? _time.GetElapsedTime(_start);
            var done = Interlocked.Read(ref _done);
            return ProgressText.Join(Result, ProgressText.Amount(_unit, done, Interlocked.Read(ref _total)), ProgressText.Rate(_unit, done, elapsed), ProgressText.Time(elapsed));
        }
    }

    private sealed class BarColumn : ProgressColumn
    {
        private readonly ProgressBarColumn _bar = new() { Width = 24 };

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            task.IsFinished ? new Text("") : _bar.Render(options, task, deltaTime);
    }

    private sealed class AmountColumn(ConcurrentDictionary<int, Stage> stages) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(stages.TryGetValue(task.Id, out var stage) ? stage.Text() : "", new Style(Color.Grey));
    }
}
