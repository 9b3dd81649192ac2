using System.Globalization;
using System.Text;
using System.Xml;

namespace Ironhull.Machines.Acceptance;

/// <summary>Writes results as JUnit XML, which CI systems show.</summary>
public static class JUnitWriter
{
    /// <summary>Writes a whole document as UTF-8.</summary>
    /// <param name="stream">Receives the document.</param>
    /// <param name="suite">The suite's name: the image.</param>
    /// <param name="results">The results, in order.</param>
    public static void Write(Stream stream, string suite, IReadOnlyList<AcceptanceResult> results)
    {
        var settings = new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false), NewLineChars = "\n" };
        using var xml = XmlWriter.Create(stream, settings);
        xml.WriteStartElement("testsuites");
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", Clean(suite));
        xml.WriteAttributeString("tests", Number(results.Count));
        xml.WriteAttributeString("failures", Number(results.Count(r => r.Outcome == AcceptanceOutcome.Failed)));
        xml.WriteAttributeString("skipped", Number(results.Count(r => r.Outcome == AcceptanceOutcome.Skipped)));
        xml.WriteAttributeString("errors", "0");
        xml.WriteAttributeString("time", Seconds(results.Aggregate(TimeSpan.Zero, (sum, r) => sum + r.Duration)));
        foreach (var result in results)
        {
            var slash = result.Name.IndexOf('/', StringComparison.Ordinal);
            xml.WriteStartElement("testcase");
            xml.WriteAttributeString("classname", Clean(slash < 0 ? suite : result.Name[..slash]));
            xml.WriteAttributeString("name", Clean(result.Name[(slash + 1)..]));
            xml.WriteAttributeString("time", Seconds(result.Duration));
            switch (result.Outcome)
            {
                case AcceptanceOutcome.Failed:
                    xml.WriteStartElement("failure");
                    xml.WriteAttributeString("message", Clean(result.Title));
                    xml.WriteString(Clean(result.Message));
                    xml.WriteEndElement();
                    break;
                case AcceptanceOutcome.Skipped:
                    xml.WriteStartElement("skipped");
                    xml.WriteAttributeString("message", Clean(result.Message));
                    xml.WriteEndElement();
                    break;
                default:
                    xml.WriteElementString("system-out", Clean(result.Message));
                    break;
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan value) => value.TotalSeconds.ToString("F3", CultureInfo.InvariantCulture);

    // XML 1.0 section 2.2: most control characters and lone surrogates cannot be written at all.
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                clean.Append(text[i]).Append(text[++i]);
            }
            else
            {
                clean.Append(XmlConvert.IsXmlChar(text[i]) ? text[i] : '?');
            }
        }

        return clean.ToString();
    }
}
