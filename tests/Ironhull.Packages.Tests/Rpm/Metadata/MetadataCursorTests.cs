using System.Text;
using System.Xml;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Packages.Rpm.Metadata;

namespace Ironhull.Packages.Tests.Rpm.Metadata;

public sealed class MetadataCursorTests
{
    // Everything that may stand in the documents, and what may not.
    private static readonly string[] s_pieces =
    [
        "<r>", "</r>", "<a>", "</a>", "<b x='1'/>", "<c:d x=\"&lt;&amp;\" y = 'q&#65;'>", "</c:d>", "text", "&amp;", "&#x20AC;", "größe", "\n", "\r\n", " ", "<!-- c -->", "<![CDATA[ <&> ]]>", "&apos;",
        "<a x='1' x='2'/>", "<", ">", "&", "&x;", "<!DOCTYPE r>", "<?p?>", "]", "--", "<a", "'", "\"", "=", "/", "&#0;", "&#27;", "<a x='\t'/>",
    ];

    private static string CodeOf(string text) => CodeOf(Encoding.UTF8.GetBytes(text));

    private static string CodeOf(byte[] bytes)
    {
        try
        {
            Flatten(bytes, int.MaxValue);
            return "";
        }
        catch (HullException e)
        {
            return e.Code.Code;
        }
    }

    /// <summary>Elements, attributes and texts in a line each.</summary>
    private static string Flatten(byte[] bytes, int atATime)
    {
        using var stream = new Slow(bytes, atATime);
        using var xml = MetadataCursor.Open(stream, "r", "x");
        var output = new StringBuilder();
        Element(xml, output);
        while (xml.NextChild())
        {
            Element(xml, output);
            output.Append(xml.ReadText()).Append("|\n");
        }

        xml.Finish();
        return output.ToString();
    }

    private static void Element(MetadataCursor xml, StringBuilder output)
    {
        output.Append(xml.ElementName);
        for (var i = 0; i < xml.AttributeCount; i++)
        {
            var (name, value) = xml.Attribute(i);
            output.Append($" {name}={value}");
        }

        output.Append('\n');
    }

    /// <summary>The same by the runtime's document; null when it refuses, or when the document is not of this shape.</summary>
    private static string? Reference(string text)
    {
        try
        {
            using var xml = XmlReader.Create(new StringReader(text), new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true });
            var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
            document.Load(xml);
            var output = new StringBuilder();
            var root = document.DocumentElement!;
            Element(root, output);
            foreach (XmlNode child in root.ChildNodes)
            {
                if (child is XmlElement element)
                {
                    Element(element, output);
                    output.Append(element.InnerText).Append("|\n");
                    if (element.ChildNodes.OfType<XmlElement>().Any())
                    {
                        return null;
                    }
                }
                else if (!string.IsNullOrWhiteSpace(child.Value) || child is XmlCDataSection)
                {
                    return null;
                }
            }

            return root.Name == "r" && !text.Contains("<?", StringComparison.Ordinal) ? output.ToString() : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static void Element(XmlElement element, StringBuilder output)
    {
        output.Append(element.Name);
        foreach (XmlAttribute attribute in element.Attributes)
        {
            output.Append($" {attribute.Name}={attribute.Value}");
        }

        output.Append('\n');
    }

    [Fact]
    public void Read_Document_GivesNamesAttributesAndTexts() =>
        Assert.Equal(
            "r a=1\nx b=<&€'\nt<e>x|\ny\n|\nz\n<raw>&|\n",
            Flatten("\uFEFF<?xml version=\"1.0\" encoding=\"utf-8\"?><!-- c --><r a='1'>\n<x b=\"&lt;&amp;&#x20ac;'\">t&lt;e&gt;<!-- c -->x</x><y/><z><![CDATA[<raw>&]]></z> </r >\n<!-- end -->"u8.ToArray(), 7));

    [Theory]
    [InlineData("")]
    [InlineData("<r>")]
    [InlineData("<r><a></r></a>")]
    [InlineData("<r></r><r/>")]
    [InlineData("<r>text</r>")]
    [InlineData("<r><a x=1/></r>")]
    [InlineData("<r><a x='1'y='2'/></r>")]
    [InlineData("<r><a x='1' x='1'/></r>")]
    [InlineData("<r><a x='<'/></r>")]
    [InlineData("<r><a><b/></a></r>")]
    [InlineData("<r><1/></r>")]
    [InlineData("<r><!-- a -- b --></r>")]
    [InlineData("<r><c:a/></r>")]
    [InlineData("<r><a>]]></a></r>")]
    [InlineData("<r><a>&nbsp;</a></r>")]
    [InlineData("<r><a>&#xD800;</a></r>")]
    [InlineData("<r><a>&#27;</a></r>")]
    [InlineData("<r><a>&#;</a></r>")]
    [InlineData("<r><a>a & b</a></r>")]
    [InlineData("<s/>")]
    public void Read_NotWellFormedOrNotExpected_ReportsHULL2208(string text) => Assert.Equal("HULL2208", CodeOf(text));

    [Theory]
    [InlineData("<!DOCTYPE r><r/>")]
    [InlineData("<!DOCTYPE r [<!ENTITY x 'y'>]><r>&x;</r>")]
    [InlineData("<!-- c --><!DOCTYPE r SYSTEM 'file:///etc/passwd'><r/>")]
    [InlineData("<r><?x?></r>")]
    [InlineData("<r/><?x?>")]
    public void Read_DocumentTypesAndInstructions_ReportHULL2209(string text) => Assert.Equal("HULL2209", CodeOf(text));

    [Fact]
    public void Read_ManyAttributesOrNames_ReportHULL2215()
    {
        Assert.Equal("HULL2215", CodeOf($"<r>{string.Concat(Enumerable.Range(0, 2000).Select(i => $"<n{i}/>"))}</r>"));
        Assert.Equal("HULL2215", CodeOf($"<r><{new string('n', 300)}/></r>"));
        Assert.Equal("HULL2215", CodeOf($"<r><a {string.Join(' ', Enumerable.Range(0, 200_000).Select(i => $"x{i}='1'"))}/></r>"));
        Assert.Equal("HULL2215", CodeOf($"<r><a {string.Join(' ', Enumerable.Range(0, 30).Select(i => $"x{i}='1'"))}/></r>"));
        Assert.Equal("HULL2215", CodeOf($"<r><a>{new string('x', 5 << 20)}</a></r>"));
        Assert.Equal("HULL2215", CodeOf($"<r><!--{new string('x', 5 << 20)}--></r>"));
    }

    [Fact]
    public void Read_BytesThatAreNotUtf8_ReportHULL2216()
    {
        Assert.Equal("HULL2216", CodeOf([.. "<r><a>"u8, 0xC0, 0x80, .. "</a></r>"u8]));
        Assert.Equal("HULL2216", CodeOf([.. "<r><a x='"u8, 0xFF, .. "'/></r>"u8]));
        Assert.Equal("HULL2216", CodeOf([.. "<r><a>"u8, 1, .. "</a></r>"u8]));
        Assert.Equal("HULL2216", CodeOf("<r><a x='a&#10;b'/></r>"));
        Assert.Equal("HULL2216", CodeOf([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("<r/>")]));
        Assert.Equal("HULL2216", CodeOf("<?xml version='1.0' encoding='ISO-8859-1'?><r/>"));
    }

    /// <summary>What is read is what the runtime makes of the whole document, however the bytes arrive; and no more is refused than should be.</summary>
    [Fact]
    public void Read_RandomDocuments_AgreesWithXmlDocument()
    {
        var accepted = 0;
        Gen.Select(Gen.Int[0, s_pieces.Length - 1].Array[0, 8], Gen.Bool, Gen.Int[1, 9]).Sample((pieces, wrap, atATime) =>
        {
            var text = string.Concat(pieces.Select(i => s_pieces[i]));
            text = wrap ? $"<r xmlns:c='c'>{text}</r>" : text;
            var reference = Reference(text);
            string? ours;
            try
            {
                ours = Flatten(Encoding.UTF8.GetBytes(text), atATime);
            }
            catch (HullException)
            {
                ours = null;
            }

            Interlocked.Add(ref accepted, ours is null ? 0 : 1);
            return ours == reference;
        }, iter: 60_000, seed: "0000KOIPcNg4");
        Assert.True(accepted > 100, $"Only {accepted} documents were well-formed.");
    }

    private sealed class Slow(byte[] bytes, int atATime) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, atATime)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, atATime));
    }
}
