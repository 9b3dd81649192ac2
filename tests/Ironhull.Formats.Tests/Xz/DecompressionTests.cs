using System.Diagnostics;
using System.IO.Compression;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Xz;

namespace Ironhull.Formats.Tests.Xz;

public sealed class DecompressionTests
{
    private static readonly byte[] s_plain = Plain();

    private static byte[] Plain()
    {
        var bytes = new byte[300_000];
        var state = 1u;
        for (var i = 0; i < bytes.Length; i++)
        {
            state = (state * 1664525) + 1013904223;
            bytes[i] = (byte)(state >> 29);
        }

        return bytes;
    }

    private static byte[] Tool(string tool, string[] arguments, byte[] input)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var write = Task.Run(() =>
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        });
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        write.Wait();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }

    private static byte[] Compress(string form)
    {
        using var output = new MemoryStream();
        switch (form)
        {
            case ".xz":
                return Tool("xz", ["-1", "-c"], s_plain);
            case ".lzma":
                return Tool("xz", ["--format=lzma", "-1", "-c"], s_plain);
            case ".bz2":
                return Tool("bzip2", ["-1", "-c"], s_plain);
            case ".gz":
                using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
                {
                    gzip.Write(s_plain);
                }

                return output.ToArray();
            default:
                using (var compressor = new ZstdSharp.Compressor(3))
                {
                    compressor.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
                    return compressor.Wrap(s_plain).ToArray();
                }
        }
    }

    private static byte[] Decompress(byte[] bytes, string form = "")
    {
        // An .lzma stream has no magic.
        var input = new MemoryStream(bytes);
        using var stream = form == ".lzma" ? Decompression.OpenByExtension(input, form, "x") : Decompression.OpenByMagic(input, "x");
        using var output = new MemoryStream();
        stream.CopyTo(output);
        return output.ToArray();
    }

    [Theory]
    [InlineData(".xz")]
    [InlineData(".gz")]
    [InlineData(".zst")]
    [InlineData(".bz2")]
    [InlineData(".lzma")]
    public void OpenByMagic_WhatTheFormatsToolWrote_IsDecoded(string form) => Assert.Equal(s_plain, Decompress(Compress(form), form));

    [Theory]
    [InlineData(".xz")]
    [InlineData(".gz")]
    [InlineData(".zst")]
    [InlineData(".bz2")]
    [InlineData(".lzma")]
    public void Read_TruncatedInput_ReportsACode(string form)
    {
        var bytes = Compress(form);
        foreach (var length in new[] { bytes.Length - 1, bytes.Length / 2, 20 })
        {
            var error = Assert.Throws<HullException>(() => Decompress(bytes[..length], form));
            Assert.Contains(error.Code.Code, (string[])["HULL1001", "HULL1002"]);
        }
    }

    [Theory]
    [InlineData(".xz")]
    [InlineData(".gz")]
    [InlineData(".zst")]
    [InlineData(".bz2")]
    public void Read_ChangedByte_ReportsHULL1002(string form)
    {
        var bytes = Compress(form);
        bytes[bytes.Length / 2] ^= 0x10;
        Assert.Contains(Assert.Throws<HullException>(() => Decompress(bytes)).Code.Code, (string[])["HULL1001", "HULL1002"]);
    }

    [Theory]
    [InlineData(".xz")]
    [InlineData(".bz2")]
    public void Read_SeveralStreams_AreDecodedAsOne(string form) =>
        Assert.Equal(s_plain.Length * 2, Decompress([.. Compress(form), .. Compress(form)]).Length);

    [Fact]
    public void Read_LzmaWithHugeDictionary_ReportsHULL1003()
    {
        // The .lzma header: one byte of properties, then the dictionary's size, little-endian.
        var bytes = Compress(".lzma");
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(1), 1u << 31);
        Assert.Equal("HULL1003", Assert.Throws<HullException>(() => Decompress(bytes, ".lzma")).Code.Code);
    }

    [Fact]
    public void Read_XzWithHugeDictionary_ReportsHULL1003()
    {
        // The .xz File Format 1.2, sections 3.1 and 5.3.1: the block header begins at 12; its fifth byte is LZMA2's dictionary size.
        var bytes = Compress(".xz");
        Assert.Equal(0x21, bytes[14]);
        bytes[16] = 38; // 2 GiB
        var end = 12 + ((bytes[12] + 1) * 4) - 4;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(end), Crc32(bytes.AsSpan(12, end - 12)));
        Assert.Equal("HULL1003", Assert.Throws<HullException>(() => Decompress(bytes)).Code.Code);
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }

    [Fact]
    public void OpenByMagic_PlainBytes_AreGivenAsTheyAre() => Assert.Equal("plain"u8.ToArray(), Decompress("plain"u8.ToArray()));

    [Theory]
    [InlineData(".xz")]
    [InlineData(".gz")]
    [InlineData(".zst")]
    [InlineData(".bz2")]
    [InlineData(".lzma")]
    public void Read_MutatedInput_NeverThrowsAnythingElse(string form)
    {
        var sound = Compress(form);
        Gen.Select(Gen.Int[6, sound.Length - 1], Gen.Byte).Array[1, 4].Sample(changes =>
        {
            var bytes = (byte[])sound.Clone();
            foreach (var (at, value) in changes)
            {
                bytes[at] = value;
            }

            try
            {
                Decompress(bytes, form);
            }
            catch (HullException)
            {
            }
        }, iter: 60);
    }
}
