namespace Ironhull.Packages.Cache;

/// <summary>A file to fetch.</summary>
/// <param name="SourceId">The repository's id, for messages.</param>
/// <param name="Archive">Key into the <see cref="MirrorMap"/>.</param>
/// <param name="RelativePath">Path below the archive's base.</param>
/// <param name="Digest">Its digest as the repository states it; a SHA-256 converts by itself.</param>
/// <param name="Size">Its length in bytes: never more are read.</param>
/// <param name="FallbackPath">Asked for when <paramref name="RelativePath"/> is not there; may be null.</param>
public sealed record DownloadRequest(string SourceId, string Archive, string RelativePath, ContentDigest Digest, long Size, string? FallbackPath = null);

/// <summary>How far a fetch is.</summary>
/// <param name="BytesDone">Bytes that are there, those from the cache included.</param>
/// <param name="BytesTotal">Bytes asked for.</param>
/// <param name="FilesDone">Files that are there and checked.</param>
/// <param name="FilesTotal">Files asked for.</param>
public readonly record struct DownloadProgress(long BytesDone, long BytesTotal, int FilesDone, int FilesTotal);
