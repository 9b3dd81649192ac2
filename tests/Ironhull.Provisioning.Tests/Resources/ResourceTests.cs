using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Resources;

namespace Ironhull.Provisioning.Tests.Resources;

public sealed class ResourceTests
{
    [Theory]
    [InlineData("data:,", "")]
    [InlineData("data:,a%20b%0a", "a b\n")]
    [InlineData("data:,a+b", "a+b")]
    [InlineData("data:;base64,", "")]
    [InlineData("data:;base64,aGVsbG8=", "hello")]
    [InlineData("data:text/plain;charset=utf-8,x", "x")]
    [InlineData("data:text/plain;a=\"b,c\",x", "x")]
    [InlineData("data:;charset=utf-8;base64,eA==", "x")]
    public void Decode_DataUrl_GivesItsContents(string url, string contents) => Assert.Equal(contents, Encoding.UTF8.GetString(DataUrl.Decode(url)));

    [Fact]
    public void Encode_AnyContents_DecodesToThemAndIsAccepted() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        var url = DataUrl.Encode(bytes);
        Assert.Null(DataUrl.Check(url));
        Assert.Equal(bytes, DataUrl.Decode(url));
    });

    [Fact]
    public void Check_AnyText_AgreesWithDecode() => Gen.Char["abc%/;,=+\"\\ 09AZ-é"].Array[0, 40].Sample(
        tail =>
        {
            var url = "data:" + new string(tail);
            if (DataUrl.Check(url) is null)
            {
                DataUrl.Decode(url);
            }
            else
            {
                Assert.Equal("HULL8012", Assert.Throws<HullException>(() => DataUrl.Decode(url)).Code.Code);
            }
        },
        iter: 5000);

    [Fact]
    public void FromUrl_Gzip_IsDecompressedBeforeItIsVerified()
    {
        var contents = Encoding.UTF8.GetBytes("hello\n");
        var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(contents);
        }

        foreach (var hash in (string[])[$"sha512-{Convert.ToHexStringLower(SHA512.HashData(contents))}", $"sha256-{Convert.ToHexString(SHA256.HashData(contents))}"])
        {
            Assert.Equal(contents, ResourceContents.FromUrl(Resource($"{{\"source\":\"data:;base64,{Convert.ToBase64String(zipped.ToArray())}\",\"compression\":\"gzip\",\"verification\":{{\"hash\":\"{hash}\"}}}}")));
        }
    }

    [Theory]
    [InlineData("{\"source\":\"data:,hello\",\"compression\":\"gzip\"}", "HULL8030")]
    [InlineData("{\"source\":\"data:,hello%20hello%20hello%20hello\",\"compression\":\"gzip\"}", "HULL8030")]
    [InlineData("{\"source\":\"data:,\",\"compression\":\"gzip\"}", "HULL8030")]
    [InlineData("{\"source\":\"data:,x\",\"verification\":{\"hash\":\"sha256-0000000000000000000000000000000000000000000000000000000000000000\"}}", "HULL8031")]
    [InlineData("{\"source\":\"https://a/b\"}", "HULL8033")]
    public void FromUrl_WhatCannotBe_IsRefused(string resource, string code) => Assert.Equal(code, Assert.Throws<HullException>(() => ResourceContents.FromUrl(Resource(resource))).Code.Code);

    [Fact]
    public void FromUrl_EmptySource_IsEmpty() => Assert.Empty(ResourceContents.FromUrl(Resource("{\"source\":\"\",\"compression\":\"gzip\"}")));

    private static Resource Resource(string json) => new((ConfigObject)LocatedJson.Read(Encoding.UTF8.GetBytes(json), "a.ign"));
}
