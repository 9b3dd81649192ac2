using System.Formats.Tar;
using System.Text;
using Ironhull.Machines.Acceptance;

namespace Ironhull.Machines.Tests;

public class ContainerInterfaceTests
{
    // Encoded by hand after the specification of the wire format: key = field << 3 | type, base-128 numbers with the lowest group first.
    [Fact]
    public void ToArray_TextNumberAndMessage_IsTheWireFormat()
    {
        var message = new ProtobufMessage().Text(1, "ab").Number(4, 300).Message(15, new ProtobufMessage().Number(1, 2)).Text(16, "");
        Assert.Equal("0A02616220AC027A02080282" + "0100", Convert.ToHexString(message.ToArray()));
    }

    [Fact]
    public void FirstText_AnIdentifier_IsFoundAndNothingElse()
    {
        Assert.Equal("an-id", ProtobufMessage.FirstText(new ProtobufMessage().Text(1, "an-id").Number(2, 1).ToArray()));
        Assert.Equal("", ProtobufMessage.FirstText(new ProtobufMessage().Number(2, 1).ToArray()));
        Assert.Equal("", ProtobufMessage.FirstText([0x0A, 0x05, 0x61]));
        Assert.Equal("", ProtobufMessage.FirstText([]));
    }

    [Fact]
    public void Replace_AnArchive_HasTheOtherCommandAndDigestsThatFit()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var path = Path.Combine(folder.FullName, "image.tar");
            Write(path);
            using var changed = OciCommand.Replace(path, ["/usr/bin/busybox", "sleep"]);
            var files = Read(changed);
            foreach (var (name, bytes) in files.Where(f => f.Key.StartsWith("blobs/", StringComparison.Ordinal) && f.Key != "blobs/sha256/c" && f.Key != "blobs/sha256/m"))
            {
                Assert.Equal(name["blobs/sha256/".Length..], Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)));
            }

            Assert.Equal(5, files.Count);
            Assert.Contains(files.Values, b => Encoding.UTF8.GetString(b).Contains("\"Entrypoint\":[\"/usr/bin/busybox\",\"sleep\"]", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Write(string path)
    {
        using var writer = new TarWriter(File.Create(path));
        foreach (var (name, text) in ((string, string)[])
        [
            ("index.json", """{"manifests":[{"digest":"sha256:m","size":1}]}"""),
            ("blobs/sha256/m", """{"config":{"digest":"sha256:c","size":1}}"""),
            ("blobs/sha256/c", """{"config":{"Entrypoint":["sh"]}}"""),
        ])
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }
    }

    private static Dictionary<string, byte[]> Read(Stream stream)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            files.Add(entry.Name, content.ToArray());
        }

        return files;
    }
}
