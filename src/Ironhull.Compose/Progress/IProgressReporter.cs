namespace Ironhull.Compose.Progress;

/// <summary>What a stage counts.</summary>
public enum ProgressUnit
{
    /// <summary>Nothing: it only runs.</summary>
    None,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>Things: packages, files.</summary>
    Items,
}

/// <summary>Takes what long work has to say. Every member may be called from any thread.</summary>
public interface IProgressReporter
{
    /// <summary>Starts a stage; disposing it ends the stage. Stages may overlap.</summary>
    /// <param name="name">A few words, for example "Fetch packages".</param>
    /// <param name="unit">What is counted.</param>
    /// <param name="total">How much there is, or 0 when that is not known yet.</param>
    IProgressStage Begin(string name, ProgressUnit unit = ProgressUnit.None, long total = 0);

    /// <summary>Says something that is worth knowing and is not an error.</summary>
    void Note(string message);
}

/// <summary>A stage under way. Every member may be called from any thread.</summary>
public interface IProgressStage : IDisposable
{
    /// <summary>Sets how much there is.</summary>
    void SetTotal(long total);

    /// <summary>Adds to what is done.</summary>
    void Advance(long amount);

    /// <summary>Says what is worked on now, for example a package's name.</summary>
    void Detail(string text);

    /// <summary>Ends the stage well, with a result in a few words; a stage that is disposed without this has failed.</summary>
    void Complete(string result = "");
}

/// <summary>Says nothing.</summary>
public sealed class NoProgress : IProgressReporter, IProgressStage
{
    /// <summary>The one instance.</summary>
    public static NoProgress Instance { get; } = new();

    private NoProgress()
    {
    }

    /// <inheritdoc/>
    public IProgressStage Begin(string name, ProgressUnit unit = ProgressUnit.None, long total = 0) => this;

    /// <inheritdoc/>
    public void Note(string message)
    {
    }

    /// <inheritdoc/>
    public void SetTotal(long total)
    {
    }

    /// <inheritdoc/>
    public void Advance(long amount)
    {
    }

    /// <inheritdoc/>
    public void Detail(string text)
    {
    }

    /// <inheritdoc/>
    public void Complete(string result = "")
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
