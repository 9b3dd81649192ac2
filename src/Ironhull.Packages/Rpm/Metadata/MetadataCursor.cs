using System.Xml;
using Ironhull.Diagnostics;

namespace Ironhull.Packages.Rpm.Metadata;

/// <summary>
/// Goes through the elements, attributes and texts of repository metadata in one pass, over the runtime's XML parser. There is no document
/// type, so there are no entities but the five predefined ones, and no processing instruction; names are compared as they are written,
/// prefix included.
/// </summary>
/// <remarks>
/// After <see cref="NextChild"/> has given an element, that element is read to its end by <see cref="NextChild"/> until it gives
/// false, by <see cref="ReadText"/> or by <see cref="Skip"/>. Its attributes are there until then.
/// </remarks>
internal sealed class MetadataCursor : IDisposable
{
    /// <summary>The deepest nesting.</summary>
    public const int MaximumDepth = 16;

    /// <summary>The most attributes of an element.</summary>
    public const int MaximumAttributes = 24;

    private readonly string _name;
    private readonly MetadataInput _input;
    private readonly XmlReader _xml;
    private char[] _text = new char[256];
    private int _depth;
    private bool _isEmpty;

    private MetadataCursor(Stream stream, string name)
    {
        _name = name;
        _input = new(stream, Error);
        _xml = XmlReader.Create(_input, new()
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            MaxCharactersInDocument = RepoMd.MaximumFileLists,
            NameTable = new MetadataNames(Error),
        });
    }

    /// <summary>Reads up to and into the root element.</summary>
    /// <param name="stream">The bytes; read to their end by <see cref="Finish"/>, not owned.</param>
    /// <param name="root">The root element's name as it has to be.</param>
    /// <param name="name">Named in errors.</param>
    /// <exception cref="HullException">HULL2208, HULL2209, HULL2215, HULL2216.</exception>
    public static MetadataCursor Open(Stream stream, string root, string name)
    {
        var cursor = new MetadataCursor(stream, name);
        if (!cursor.NextChild() || cursor.ElementName != root)
        {
            throw cursor.Bad($"The document is not '{root}'.");
        }

        return cursor;
    }

    /// <summary>The name of the element that was entered last.</summary>
    public string ElementName { get; private set; } = "";

    /// <summary>How many attributes the current element has, declarations of namespaces among them.</summary>
    public int AttributeCount => _xml.AttributeCount;

    /// <summary>The name and the value of an attribute.</summary>
    public (string Name, string Value) Attribute(int index)
    {
        _xml.MoveToAttribute(index);
        return (_xml.Name, Plain(_xml.Value));
    }

    /// <summary>The value of an attribute by name; empty when it is not there.</summary>
    public string Find(string name) => Plain(_xml.GetAttribute(name) ?? "");

    /// <summary>Goes to the next child of the current element, or to its end.</summary>
    /// <returns>Whether there is a child, which is now the current element.</returns>
    public bool NextChild()
    {
        if (EndsEmpty())
        {
            return false;
        }

        while (true)
        {
            switch (Next())
            {
                case XmlNodeType.Element:
                    return true;
                case XmlNodeType.EndElement:
                    return false;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    throw Bad("There is text between elements.");
            }
        }
    }

    /// <summary>Reads the current element's text to its end. It has no children.</summary>
    /// <returns>Valid until the cursor moves.</returns>
    public ReadOnlySpan<char> ReadText()
    {
        var length = 0;
        while (!EndsEmpty())
        {
            switch (Next())
            {
                case XmlNodeType.Element:
                    throw Bad("An element that holds text holds another element.");
                case XmlNodeType.EndElement:
                    return _text.AsSpan(0, length);
                default:
                    length = AddValue(length);
                    break;
            }
        }

        return default;
    }

    /// <summary>Passes over the current element and everything in it.</summary>
    public void Skip()
    {
        if (EndsEmpty())
        {
            return;
        }

        var depth = _depth;
        while (Next() != XmlNodeType.EndElement || _xml.Depth != depth)
        {
        }

        _isEmpty = false;
    }

    /// <summary>Reads to the end of the input after the root element: nothing but white space and comments may follow.</summary>
    public void Finish()
    {
        while (Read())
        {
        }
    }

    /// <summary>HULL2208 at the current line.</summary>
    public HullException Bad(string message) => Error(RpmRepositoryErrors.MalformedMetadata, message);

    /// <summary>An error at the current line.</summary>
    public HullException Error(ErrorCode code, string message) => code.Error(message, new(_name, Math.Max(1, (_xml as IXmlLineInfo)?.LineNumber ?? 1)));

    /// <inheritdoc/>
    public void Dispose()
    {
        _xml.Dispose();
        _input.Dispose();
    }

    private bool EndsEmpty()
    {
        var isEmpty = _isEmpty;
        _isEmpty = false;
        return isEmpty;
    }

    private XmlNodeType Next()
    {
        if (!Read())
        {
            throw Bad("The document ends in the middle.");
        }

        if (_xml.NodeType == XmlNodeType.Element)
        {
            Enter();
        }

        return _xml.NodeType;
    }

    private void Enter()
    {
        _depth = _xml.Depth;
        if (_depth >= MaximumDepth)
        {
            throw Error(RpmRepositoryErrors.LimitExceeded, $"Elements are nested deeper than {MaximumDepth}.");
        }

        if (_xml.AttributeCount > MaximumAttributes)
        {
            throw Error(RpmRepositoryErrors.LimitExceeded, $"An element has more than {MaximumAttributes} attributes.");
        }

        _isEmpty = _xml.IsEmptyElement;
        ElementName = _xml.Name;
    }

    private bool Read()
    {
        _input.StartToken();
        bool isThere;
        try
        {
            isThere = _xml.Read();
        }
        catch (XmlException e)
        {
            throw Refused(e);
        }

        if (isThere && _xml.NodeType == XmlNodeType.ProcessingInstruction)
        {
            throw Error(RpmRepositoryErrors.ForbiddenXml, "Processing instructions are not read.");
        }

        if (isThere && _xml.NodeType == XmlNodeType.XmlDeclaration && _xml.GetAttribute("encoding") is { } encoding && !encoding.Equals("UTF-8", StringComparison.OrdinalIgnoreCase))
        {
            throw Error(RpmRepositoryErrors.ForbiddenCharacter, "The document is not in UTF-8.");
        }

        return isThere;
    }

    private int AddValue(int length)
    {
        try
        {
            int read;
            while ((read = _xml.ReadValueChunk(_text, length, _text.Length - length)) > 0)
            {
                length += read;
                Grow(length);
            }

            return length;
        }
        catch (XmlException e)
        {
            throw Refused(e);
        }
    }

    private void Grow(int length)
    {
        if (length == _text.Length)
        {
            Array.Resize(ref _text, length < MetadataInput.MaximumToken ? length * 2
                : throw Error(RpmRepositoryErrors.LimitExceeded, $"A text is longer than {MetadataInput.MaximumToken} characters."));
        }
    }

    private HullException Refused(XmlException refusal) => _input.HasDocumentType && ElementName.Length == 0
        ? Error(RpmRepositoryErrors.ForbiddenXml, "Document types are not read.")
        : Bad($"The document is not well-formed. {string.Concat(refusal.Message.Select(c => char.IsControl(c) ? '?' : c))}");

    // No name, version, path or date has them, and in a message they would make two lines of one.
    private string Plain(string value) =>
        value.AsSpan().ContainsAny('\t', '\n', '\r') ? throw Error(RpmRepositoryErrors.ForbiddenCharacter, "An attribute's value holds a line end or a tab.") : value;
}
