using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Packages.Rpm.Metadata;

namespace Ironhull.Packages.Tests.Rpm.Metadata;

/// <summary>Random edits of each metadata file give only coded errors, in bounded time and memory.</summary>
public sealed class MetadataFuzzTests
{
    private const int Rounds = 4000;
    private static readonly string[] s_words = ["<", ">", "\"", "&", "&#", "<!--", "<![CDATA[", "]]>", "</", "/>", "99999999999999999999", "..", "\0", "\uFFFD", "<package ", "<rpm:entry ", "</package>", " xml:base=\"x\"", "=\"\""];

    public static TheoryData<string> Kinds => ["repomd", "primary", "filelists", "updateinfo"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Parse_RandomEdits_GiveOnlyCodedErrors(string kind)
    {
        var original = Sample(kind);
        var random = new Sequence(kind);
        var (refused, worst) = (0, 0L);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Mutate(original, random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Parse(kind, bytes);
            }
            catch (HullException e)
            {
                Assert.StartsWith("HULL22", e.Code.Code, StringComparison.Ordinal);
                refused++;
            }

            worst = Math.Max(worst, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(refused, Rounds / 4, Rounds);
        Assert.True(worst < 1 << 20, $"{worst} bytes were allocated for {original.Length} bytes of input.");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Parse_EveryPrefix_IsRefused(string kind)
    {
        var original = Sample(kind);
        var end = original.AsSpan().LastIndexOf((byte)'>');
        for (var length = 0; length <= end; length++)
        {
            var error = Assert.Throws<HullException>(() => Parse(kind, original[..length]));
            Assert.True(error.Code.Code is "HULL2208" || (length < 6 && error.Code.Code is "HULL2209"), error.Message);
        }
    }

    private static void Parse(string kind, byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        switch (kind)
        {
            case "repomd":
                RepoMd.Parse(bytes, "x");
                break;
            case "primary":
                PrimaryReader.Read(stream, new("x"), "x");
                break;
            case "filelists":
                using (var primary = new MemoryStream(Sample("primary")))
                {
                    FileListsIndex.Read(stream, PrimaryReader.Read(primary, new("x"), "x"), "x");
                }

                break;
            default:
                UpdateInfoReader.Read(stream, "x");
                break;
        }
    }

    private static byte[] Sample(string kind)
    {
        switch (kind)
        {
            case "repomd":
                using (var repository = new RpmMdRepository())
                {
                    return repository.Repomd;
                }

            case "primary":
                return Encoding.UTF8.GetBytes(RpmMdSample.Primary());
            case "filelists":
                return Encoding.UTF8.GetBytes(RpmMdSample.FileLists());
            default:
                return """
                    <?xml version="1.0" encoding="UTF-8"?>
                    <updates><update type="security"><id>A</id><title>T</title><severity>S</severity><issued date="2025-01-02 03:04:05"/><updated date="1"/>
                    <references><reference href="h" id="CVE-1" type="cve"/></references><pkglist><collection><name>x</name><package name="b" version="5" release="1" epoch="0" arch="x"><filename>f</filename></package></collection></pkglist></update></updates>
                    """u8.ToArray();
        }
    }

    private static byte[] Mutate(byte[] original, Sequence random)
    {
        var bytes = original.ToList();
        for (var edits = 1 + random.Next(3); edits > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + random.Next(40)));
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(s_words[random.Next(s_words.Length)]));
                    break;
                case 3:
                    var from = random.Next(bytes.Count);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(bytes.Count - from, random.Next(400))));
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }

            if (bytes.Count == 0)
            {
                bytes.Add(0);
            }
        }

        return [.. bytes];
    }

    /// <summary>The same numbers in every run (a linear congruential generator after Knuth).</summary>
    private sealed class Sequence(string seed)
    {
        private ulong _state = (ulong)seed.Length * 7919;

        public int Next(int below)
        {
            _state = (_state * 6364136223846793005) + 1442695040888963407;
            return (int)((_state >> 33) % (ulong)below);
        }
    }
}
