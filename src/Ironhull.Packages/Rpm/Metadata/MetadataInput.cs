using System.Buffers;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.Rpm.Metadata;

/// <summary>
/// The characters of a metadata file on their way to the XML parser: UTF-8 and nothing else, without control characters, and never
/// more of them than a tag or a text may have before the parser gives something back.
/// </summary>
internal sealed class MetadataInput : TextReader
{
    /// <summary>The longest tag or comment, and the longest text that is kept, in characters.</summary>
    public const int MaximumToken = 1 << 20;

    private const int BufferSize = 1 << 14;
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);
    private static readonly SearchValues<char> s_control = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(c => (char)c).Where(c => c is not ('\t' or '\n' or '\r'))]);

    private readonly StreamReader _text;
    private readonly Func<ErrorCode, string, HullException> _error;
    private long _sinceToken;

    /// <param name="stream">The bytes; not owned.</param>
    /// <param name="error">Makes an error at the parser's place.</param>
    public MetadataInput(Stream stream, Func<ErrorCode, string, HullException> error)
    {
        _text = new(stream, s_utf8, detectEncodingFromByteOrderMarks: false, BufferSize, leaveOpen: true);
        _error = error;
    }

    /// <summary>Whether the start of a document type was seen; the parser refuses it, and does not say that this is why.</summary>
    public bool HasDocumentType { get; private set; }

    /// <summary>The parser is asked for the next tag, comment or text.</summary>
    public void StartToken() => _sinceToken = 0;

    /// <inheritdoc/>
    public override int Read(char[] buffer, int index, int count)
    {
        if (_sinceToken > MaximumToken)
        {
            throw _error(RpmRepositoryErrors.LimitExceeded, $"A tag, a comment or a text is longer than {MaximumToken} characters.");
        }

        var characters = Characters(buffer, index, count);
        if (characters.ContainsAny(s_control))
        {
            throw _error(RpmRepositoryErrors.ForbiddenCharacter, "There is a control character.");
        }

        HasDocumentType |= characters.Contains("<!DOCTYPE", StringComparison.Ordinal);
        _sinceToken += characters.Length;
        return characters.Length;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _text.Dispose();
        base.Dispose(disposing);
    }

    // As much as fits: the parser's time must not depend on how little a stream gives at once.
    private ReadOnlySpan<char> Characters(char[] buffer, int index, int count)
    {
        try
        {
            return buffer.AsSpan(index, _text.ReadBlock(buffer, index, count));
        }
        catch (DecoderFallbackException)
        {
            throw _error(RpmRepositoryErrors.ForbiddenCharacter, "A text is not UTF-8.");
        }
    }
}
