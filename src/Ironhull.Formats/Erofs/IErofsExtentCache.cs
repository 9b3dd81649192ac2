using System.Diagnostics.CodeAnalysis;
using Ironhull.Formats.Io;

namespace Ironhull.Formats.Erofs;

/// <summary>
/// Keeps compressed contents between builds, so that only changed files are compressed. Called from several threads.
/// A value that is damaged is recognised by its shape only: the store must check its own integrity.
/// </summary>
public interface IErofsExtentCache
{
    /// <summary>Looks a value up.</summary>
    /// <param name="key">Digest of the content's digest, the compression parameters and the writer's format version.</param>
    /// <param name="value">The bytes that were put.</param>
    bool TryGet(Sha256Digest key, [MaybeNullWhen(false)] out byte[] value);

    /// <summary>Keeps a value (at most a little over 4 MiB). May be ignored.</summary>
    void Put(Sha256Digest key, ReadOnlySpan<byte> value);
}
