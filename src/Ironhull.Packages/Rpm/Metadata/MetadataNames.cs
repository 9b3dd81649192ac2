using System.Xml;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.Rpm.Metadata;

/// <summary>The names of elements and attributes that a document has, which are few and short, or it is none of ours.</summary>
/// <param name="error">Makes an error at the parser's place.</param>
internal sealed class MetadataNames(Func<ErrorCode, string, HullException> error) : NameTable
{
    /// <summary>The longest name, in characters; names of namespaces are among them.</summary>
    public const int MaximumLength = 256;

    /// <summary>The most different names.</summary>
    public const int MaximumCount = 1000;

    private int _count;

    /// <inheritdoc/>
    public override string Add(char[] key, int start, int len)
    {
        if (Get(key, start, len) is { } known)
        {
            return known;
        }

        Count(len);
        return base.Add(key, start, len);
    }

    /// <inheritdoc/>
    public override string Add(string key)
    {
        if (Get(key) is { } known)
        {
            return known;
        }

        Count(key.Length);
        return base.Add(key);
    }

    private void Count(int length)
    {
        if (length > MaximumLength || ++_count > MaximumCount)
        {
            throw error(RpmRepositoryErrors.LimitExceeded, $"There are more than {MaximumCount} different names of elements and attributes, or one of more than {MaximumLength} characters.");
        }
    }
}
