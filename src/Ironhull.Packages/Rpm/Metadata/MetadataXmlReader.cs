using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.Rpm.Metadata;

/// <summary>
/// Pulls elements, attributes and text out of the XML that repository metadata is made of (XML 1.0, fifth edition), in one pass over
/// UTF-8 bytes and without holding more than one tag or text. There is no document type, no entity but the five predefined
/// ones, no processing instruction; names are compared as they are written, prefix included.
/// </summary>
/// <remarks>
/// After <see cref="NextChild"/> has given an element, that element is read to its end by <see cref="NextChild"/> until it gives
/// false, by <see cref="ReadText"/> or by <see cref="Skip"/>.
/// </remarks>
internal sealed class MetadataXmlReader
{
    /// <summary>The longest tag or text, in bytes.</summary>
    public const int MaximumToken = 4 << 20;

    /// <summary>The deepest nesting.</summary>
    public const int MaximumDepth = 16;

    /// <summary>The most attributes of an element.</summary>
    public const int MaximumAttributes = 24;

    private const int InitialBuffer = 1 << 16;
    private const int MinimumRead = 1 << 14;
    private const int MaximumName = 100;

    private static readonly SearchValues<byte> s_white = SearchValues.Create(" \t\r\n"u8);
    private static readonly SearchValues<byte> s_nameBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:"u8);
    private static readonly SearchValues<byte> s_double = SearchValues.Create("\"&<\t\r\n"u8);
    private static readonly SearchValues<byte> s_single = SearchValues.Create("'&<\t\r\n"u8);
    private static readonly SearchValues<byte> s_control = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);

    private readonly Stream _stream;
    private readonly string _name;
    private readonly Attribute[] _attributes = new Attribute[MaximumAttributes];
    private readonly byte[][] _open = new byte[MaximumDepth][];
    private readonly int[] _openLengths = new int[MaximumDepth];
    private byte[] _buffer = new byte[InitialBuffer];
    private byte[] _scratch = new byte[256];
    private int _filled, _position, _token, _attributeCount, _depth;
    private long _lines = 1;
    private bool _ended, _isEmpty;

    private MetadataXmlReader(Stream stream, string name)
    {
        _stream = stream;
        _name = name;
        for (var i = 0; i < MaximumDepth; i++)
        {
            _open[i] = new byte[MaximumName];
        }
    }

    /// <summary>Reads up to and into the root element.</summary>
    /// <param name="stream">The bytes; read to their end by <see cref="Finish"/>, not owned.</param>
    /// <param name="root">The root element's name as it has to be.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL2208, HULL2209, HULL2215, HULL2216.</exception>
    public static MetadataXmlReader Open(Stream stream, ReadOnlySpan<byte> root, string name)
    {
        var reader = new MetadataXmlReader(stream, name);
        reader.Declaration();
        if (!reader.NextTag() || !reader.ElementName.SequenceEqual(root))
        {
            throw reader.Bad($"The document is not '{Encoding.UTF8.GetString(root)}'.");
        }

        return reader;
    }

    /// <summary>The current element's name.</summary>
    public ReadOnlySpan<byte> ElementName => _open[_depth - 1].AsSpan(0, _openLengths[_depth - 1]);

    /// <summary>How many attributes the element has that <see cref="NextChild"/> gave last.</summary>
    public int AttributeCount => _attributeCount;

    /// <summary>Goes to the next child of the current element, or to its end.</summary>
    /// <returns>Whether there is a child, which is now the current element.</returns>
    public bool NextChild()
    {
        if (_isEmpty)
        {
            _isEmpty = false;
            _depth--;
            return false;
        }

        return NextTag();
    }

    /// <summary>Reads the current element's text to its end. It has no children.</summary>
    /// <returns>Decoded UTF-8, valid until the reader moves.</returns>
    public ReadOnlySpan<byte> ReadText()
    {
        if (_isEmpty)
        {
            _isEmpty = false;
            _depth--;
            return default;
        }

        _token = _position;
        int length;
        while ((length = _buffer.AsSpan(_token, _filled - _token).IndexOf((byte)'<')) < 0 || !HasEndTag(_token + length))
        {
            Require();
        }

        var text = _buffer.AsSpan(_token, length);
        if (_buffer[_token + length + 1] != (byte)'/' || text.ContainsAny((byte)'&', (byte)'\r'))
        {
            return SlowText();
        }

        _position = _token + length;
        EndTag();
        return CheckUtf8(text);
    }

    /// <summary>Passes over the current element and everything in it.</summary>
    public void Skip()
    {
        var depth = _depth - 1;
        while (_depth > depth)
        {
            if (_isEmpty)
            {
                _isEmpty = false;
                _depth--;
                continue;
            }

            SkipText();
            NextTag();
        }
    }

    /// <summary>The name of an attribute as it is written.</summary>
    public ReadOnlySpan<byte> AttributeName(int index) => _buffer.AsSpan(_token + _attributes[index].Name, _attributes[index].NameLength);

    /// <summary>The value of an attribute, decoded; valid until the reader moves or another value is asked for.</summary>
    public ReadOnlySpan<byte> AttributeValue(int index)
    {
        ref var attribute = ref _attributes[index];
        var value = _buffer.AsSpan(_token + attribute.Value, attribute.ValueLength);
        return CheckUtf8(attribute.HasReference ? Decode(value, 0, text: false) : value);
    }

    /// <summary>The value of an attribute that holds no reference, as versions never do; valid until the reader moves.</summary>
    public ReadOnlySpan<byte> PlainValue(int index)
    {
        ref var attribute = ref _attributes[index];
        return attribute.HasReference
            ? throw Bad("A version holds a reference.")
            : CheckUtf8(_buffer.AsSpan(_token + attribute.Value, attribute.ValueLength));
    }

    /// <summary>The value of an attribute by name; empty when it is not there.</summary>
    public ReadOnlySpan<byte> Find(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _attributeCount; i++)
        {
            if (AttributeName(i).SequenceEqual(name))
            {
                return AttributeValue(i);
            }
        }

        return default;
    }

    /// <summary>Reads to the end of the input after the root element: nothing but white space and comments may follow.</summary>
    public void Finish()
    {
        while (true)
        {
            SkipWhite();
            if (_position == _filled)
            {
                return;
            }

            if (!Markup())
            {
                throw Bad("Something follows the end of the document.");
            }
        }
    }

    /// <summary>HULL2208 at the current line.</summary>
    public HullException Bad(string message) => Error(RpmRepositoryErrors.MalformedMetadata, message);

    /// <summary>An error at the current line.</summary>
    public HullException Error(ErrorCode code, string message)
    {
        var line = _lines + _buffer.AsSpan(0, Math.Min(_position, _filled)).Count((byte)'\n');
        return code.Error(message, new(_name, (int)Math.Min(line, int.MaxValue)));
    }

    private void Declaration()
    {
        while (_filled < 6 && Refill())
        {
        }

        if (_buffer.AsSpan(0, _filled).StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) // the byte-order mark
        {
            _position = 3;
        }

        if (!_buffer.AsSpan(_position, _filled - _position).StartsWith("<?xml"u8))
        {
            return;
        }

        int length;
        while ((length = _buffer.AsSpan(_position, _filled - _position).IndexOf("?>"u8)) < 0)
        {
            _token = _position;
            Require();
        }

        var declaration = Encoding.Latin1.GetString(_buffer, _position, length);
        var encoding = declaration.IndexOf("encoding", StringComparison.Ordinal);
        if (encoding >= 0 && !declaration.AsSpan(encoding).Contains("UTF-8", StringComparison.OrdinalIgnoreCase))
        {
            throw Error(RpmRepositoryErrors.ForbiddenCharacter, "The document is not in UTF-8.");
        }

        _position += length + 2;
    }

    /// <returns>Whether a start tag was read, as opposed to the current element's end tag.</returns>
    private bool NextTag()
    {
        while (true)
        {
            SkipWhite();
            if (_position == _filled)
            {
                throw Bad("The document ends in the middle.");
            }

            if (_buffer[_position] != (byte)'<')
            {
                throw Bad("There is text between elements.");
            }

            _token = _position;
            while (_filled - _token < 2)
            {
                Require();
            }

            switch (_buffer[_token + 1])
            {
                case (byte)'/':
                    while (!HasEndTag(_token))
                    {
                        Require();
                    }

                    EndTag();
                    return false;
                case (byte)'!' or (byte)'?':
                    if (!Markup())
                    {
                        throw Bad("There is a section of text between elements.");
                    }

                    break;
                default:
                    while (!StartTag())
                    {
                        Require();
                    }

                    return true;
            }
        }
    }

    private void SkipWhite()
    {
        while (true)
        {
            var rest = _buffer.AsSpan(_position, _filled - _position);
            var white = rest.IndexOfAnyExcept(s_white);
            if (white >= 0)
            {
                _position += white;
                return;
            }

            _position = _token = _filled;
            if (!Refill())
            {
                return;
            }
        }
    }

    private void SkipText()
    {
        while (true)
        {
            var rest = _buffer.AsSpan(_position, _filled - _position);
            var tag = rest.IndexOf((byte)'<');
            if (tag >= 0)
            {
                _position += tag;
                _token = _position;
                while (_filled - _token < 9 && Refill())
                {
                }

                if (!IsSection(_position))
                {
                    return;
                }

                Section(0);
                continue;
            }

            _position = _token = _filled;
            Require();
        }
    }

    /// <summary>Passes over a comment at the current position; refuses document types and instructions.</summary>
    /// <returns>False for anything else.</returns>
    private bool Markup()
    {
        _token = _position;
        while (_filled - _position < 9 && Refill())
        {
        }

        var rest = _buffer.AsSpan(_position, _filled - _position);
        if (rest.StartsWith("<!--"u8))
        {
            var from = 4;
            int end;
            while ((end = _buffer.AsSpan(_position + from, _filled - _position - from).IndexOf("--"u8)) < 0)
            {
                from = Math.Max(4, _filled - _position - 1);
                Require();
            }

            end += _position + from;
            while (_filled - end < 3)
            {
                var shift = _token;
                Require();
                end -= shift - _token;
            }

            if (_buffer[end + 2] != (byte)'>')
            {
                throw Bad("A comment holds '--'.");
            }

            _position = end + 3;
            return true;
        }

        if (rest.StartsWith("<?"u8) || (rest.StartsWith("<!"u8) && !rest.StartsWith("<![CDATA["u8)))
        {
            throw Error(RpmRepositoryErrors.ForbiddenXml, "Document types, entities and processing instructions are not read.");
        }

        return false;
    }

    private bool HasEndTag(int from) => _buffer.AsSpan(from, _filled - from).Contains((byte)'>');

    private void EndTag()
    {
        var rest = _buffer.AsSpan(_position + 2, _filled - _position - 2);
        var name = _depth > 0 ? ElementName : default;
        if (name.IsEmpty || !rest.StartsWith(name))
        {
            throw Bad("An end tag does not belong to the element that is open.");
        }

        var end = name.Length;
        while (s_white.Contains(rest[end]))
        {
            end++;
        }

        if (rest[end] != (byte)'>')
        {
            throw Bad("An end tag does not belong to the element that is open.");
        }

        _position += 2 + end + 1;
        _depth--;
    }

    /// <returns>False when the buffer ends within the tag.</returns>
    private bool StartTag()
    {
        var tag = _buffer.AsSpan(_token, _filled - _token);
        _attributeCount = 0;
        var at = 1 + Name(tag[1..]);
        if (at == tag.Length)
        {
            return false;
        }

        if (at == 1 || at > MaximumName || tag[1] is >= (byte)'0' and <= (byte)'9' or (byte)'-' or (byte)'.')
        {
            throw Bad("An element has no proper name.");
        }

        var name = tag[1..at];
        while (true)
        {
            var before = at;
            while (at < tag.Length && s_white.Contains(tag[at]))
            {
                at++;
            }

            if (at + 1 >= tag.Length && (at == tag.Length || tag[at] == (byte)'/'))
            {
                return false;
            }

            if (tag[at] == (byte)'>')
            {
                Push(name);
                _position = _token + at + 1;
                return true;
            }

            if (tag[at] == (byte)'/' && tag[at + 1] == (byte)'>')
            {
                Push(name);
                _isEmpty = true;
                _position = _token + at + 2;
                return true;
            }

            if (at == before)
            {
                throw Bad("A tag is not well-formed.");
            }

            if (!ReadAttribute(tag, ref at))
            {
                return false;
            }
        }
    }

    private bool ReadAttribute(Span<byte> tag, ref int at)
    {
        var nameStart = at;
        var nameLength = Name(tag[at..]);
        at += nameLength;
        while (at < tag.Length && s_white.Contains(tag[at]))
        {
            at++;
        }

        if (at == tag.Length)
        {
            return false;
        }

        if (nameLength == 0 || tag[at] != (byte)'=')
        {
            throw Bad("An attribute is not well-formed.");
        }

        at++;
        while (at < tag.Length && s_white.Contains(tag[at]))
        {
            at++;
        }

        if (at == tag.Length)
        {
            return false;
        }

        var quote = tag[at];
        if (quote is not ((byte)'"' or (byte)'\''))
        {
            throw Bad("An attribute's value is not quoted.");
        }

        var valueStart = ++at;
        var reference = false;
        while (true)
        {
            var stop = tag[at..].IndexOfAny(quote == (byte)'"' ? s_double : s_single);
            if (stop < 0)
            {
                return false;
            }

            at += stop;
            if (tag[at] == quote)
            {
                break;
            }

            if (tag[at] != (byte)'&')
            {
                throw tag[at] == (byte)'<' ? Bad("An attribute's value holds '<'.") : Error(RpmRepositoryErrors.ForbiddenCharacter, "An attribute's value holds a line end or a tab.");
            }

            reference = true;
            at++;
        }

        Add(tag, new(nameStart, nameLength, valueStart, at - valueStart, reference));
        at++;
        return true;
    }

    private void Add(Span<byte> tag, Attribute attribute)
    {
        if (_attributeCount == MaximumAttributes)
        {
            throw Error(RpmRepositoryErrors.LimitExceeded, $"An element has more than {MaximumAttributes} attributes.");
        }

        var name = tag.Slice(attribute.Name, attribute.NameLength);
        for (var i = 0; i < _attributeCount; i++)
        {
            if (_attributes[i].NameLength == name.Length && tag.Slice(_attributes[i].Name, name.Length).SequenceEqual(name))
            {
                throw Bad("An element has one attribute twice.");
            }
        }

        _attributes[_attributeCount++] = attribute;
    }

    private void Push(ReadOnlySpan<byte> name)
    {
        if (_depth == MaximumDepth)
        {
            throw Error(RpmRepositoryErrors.LimitExceeded, $"Elements are nested deeper than {MaximumDepth}.");
        }

        name.CopyTo(_open[_depth]);
        _openLengths[_depth++] = name.Length;
    }

    private static int Name(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExcept(s_nameBytes);
        return end < 0 ? text.Length : end;
    }

    /// <summary>Text with references, carriage returns, comments or sections.</summary>
    private ReadOnlySpan<byte> SlowText()
    {
        _position = _token;
        var filled = 0;
        while (true)
        {
            int length;
            _token = _position;
            while ((length = _buffer.AsSpan(_token, _filled - _token).IndexOf((byte)'<')) < 0 || _filled - _token - length < 9)
            {
                if (length >= 0 && HasEndTag(_token + length))
                {
                    break;
                }

                Require();
            }

            filled = Decode(_buffer.AsSpan(_token, length), filled, text: true).Length;
            _position = _token + length;
            if (_buffer[_position + 1] == (byte)'/')
            {
                _token = _position;
                while (!HasEndTag(_token))
                {
                    Require();
                }

                EndTag();
                return CheckUtf8(_scratch.AsSpan(0, filled));
            }

            if (IsSection(_position))
            {
                filled = Section(filled);
            }
            else if (!Markup())
            {
                throw Bad("An element that holds text holds another element.");
            }
        }
    }

    private bool IsSection(int at) => _buffer.AsSpan(at, _filled - at).StartsWith("<![CDATA["u8);

    private int Section(int filled)
    {
        _position += 9;
        _token = _position;
        int length;
        while ((length = _buffer.AsSpan(_token, _filled - _token).IndexOf("]]>"u8)) < 0)
        {
            Require();
        }

        Grow(filled + length);
        _buffer.AsSpan(_token, length).CopyTo(_scratch.AsSpan(filled));
        _position = _token + length + 3;
        return filled + length;
    }

    /// <summary>Appends to the scratch area from <paramref name="filled"/> on.</summary>
    /// <returns>All of the scratch area that is filled.</returns>
    private ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> encoded, int filled, bool text)
    {
        // No reference is shorter than what it stands for.
        Grow(filled + encoded.Length);
        while (true)
        {
            var stop = encoded.IndexOfAny((byte)'&', (byte)'\r');
            if (stop < 0)
            {
                encoded.CopyTo(_scratch.AsSpan(filled));
                return _scratch.AsSpan(0, filled + encoded.Length);
            }

            encoded[..stop].CopyTo(_scratch.AsSpan(filled));
            filled += stop;
            encoded = encoded[stop..];
            if (encoded[0] == (byte)'\r')
            {
                // Section 2.11: a line end is one line feed.
                _scratch[filled++] = (byte)'\n';
                encoded = encoded[(encoded.Length > 1 && encoded[1] == (byte)'\n' ? 2 : 1)..];
                continue;
            }

            var end = encoded[..Math.Min(encoded.Length, 12)].IndexOf((byte)';');
            var rune = end < 0 ? 0 : Reference(encoded[1..end]);
            if (rune is 0 or 0xFFFE or 0xFFFF || (rune < 0x20 && !(text && rune is '\t' or '\n' or '\r')))
            {
                throw rune == 0 ? Error(RpmRepositoryErrors.ForbiddenXml, "A reference is not one of the five predefined entities or of a character.")
                    : Error(RpmRepositoryErrors.ForbiddenCharacter, "A reference stands for a control character.");
            }

            filled += new Rune(rune).EncodeToUtf8(_scratch.AsSpan(filled));
            encoded = encoded[(end + 1)..];
        }
    }

    private static int Reference(ReadOnlySpan<byte> name)
    {
        if (name.StartsWith("#"u8))
        {
            var hex = name.Length > 1 && name[1] == (byte)'x';
            var digits = name[(hex ? 2 : 1)..];
            return (hex ? int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) : int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value)) &&
                Rune.IsValid(value) ? value : 0;
        }

        return name switch
        {
            [(byte)'l', (byte)'t'] => '<',
            [(byte)'g', (byte)'t'] => '>',
            [(byte)'a', (byte)'m', (byte)'p'] => '&',
            [(byte)'q', (byte)'u', (byte)'o', (byte)'t'] => '"',
            [(byte)'a', (byte)'p', (byte)'o', (byte)'s'] => '\'',
            _ => 0,
        };
    }

    private ReadOnlySpan<byte> CheckUtf8(ReadOnlySpan<byte> text) =>
        Utf8.IsValid(text) ? text : throw Error(RpmRepositoryErrors.ForbiddenCharacter, "A text is not UTF-8.");

    private void Grow(int length)
    {
        if (length > MaximumToken)
        {
            throw TooLong();
        }

        if (length > _scratch.Length)
        {
            Array.Resize(ref _scratch, Math.Max(length, _scratch.Length * 2));
        }
    }

    private void Require()
    {
        if (!Refill())
        {
            throw Bad("The document ends in the middle.");
        }
    }

    /// <summary>Reads more, and keeps everything from the token on, which may move.</summary>
    /// <returns>False at the end of the input.</returns>
    private bool Refill()
    {
        if (_ended)
        {
            return false;
        }

        if (_token > 0)
        {
            _lines += _buffer.AsSpan(0, _token).Count((byte)'\n');
            Buffer.BlockCopy(_buffer, _token, _buffer, 0, _filled - _token);
            _filled -= _token;
            _position -= _token;
            _token = 0;
        }

        if (_filled == _buffer.Length)
        {
            if (_buffer.Length >= MaximumToken)
            {
                throw TooLong();
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        // A stream that gives little at a time must not make every look for the token's end begin anew.
        var read = _stream.ReadAtLeast(_buffer.AsSpan(_filled), Math.Min(MinimumRead, _buffer.Length - _filled), throwOnEndOfStream: false);
        if (_buffer.AsSpan(_filled, read).ContainsAny(s_control))
        {
            throw Error(RpmRepositoryErrors.ForbiddenCharacter, "There is a control character.");
        }

        _filled += read;
        _ended = read == 0;
        return read > 0;
    }

    private HullException TooLong() => Error(RpmRepositoryErrors.LimitExceeded, $"A tag or a text is longer than {MaximumToken} bytes.");

    /// <summary>Offsets from the start of the tag.</summary>
    private readonly record struct Attribute(int Name, int NameLength, int Value, int ValueLength, bool HasReference);
}
