using System.Collections.Concurrent;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Closure;

/// <summary>Facts of files by the digest of their bytes, so that a second run examines only what is new. Safe for concurrent use.</summary>
public interface IFileFactCache
{
    /// <summary>The facts, or null when they are not known.</summary>
    FileFacts? Get(Sha256Digest sha256);

    /// <summary>Remembers facts.</summary>
    void Set(Sha256Digest sha256, FileFacts facts);
}

/// <summary>A cache that lasts as long as the object.</summary>
public sealed class MemoryFactCache : IFileFactCache
{
    private readonly ConcurrentDictionary<Sha256Digest, FileFacts> _facts = new();

    /// <inheritdoc/>
    public FileFacts? Get(Sha256Digest sha256) => _facts.GetValueOrDefault(sha256);

    /// <inheritdoc/>
    public void Set(Sha256Digest sha256, FileFacts facts) => _facts[sha256] = facts;
}
