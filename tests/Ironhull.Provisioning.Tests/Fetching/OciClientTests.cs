using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Tar;
using Ironhull.Formats.Trees;
using Ironhull.Machines.Fakes;
using Ironhull.Provisioning.Fetching;

namespace Ironhull.Provisioning.Tests.Fetching;

public sealed class OciClientTests
{
    private const string Plain = "application/vnd.oci.image.layer.v1.tar";
    private const string Artifact = "application/octet-stream";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pull_ArtifactByTagAndDigest_IsItsOnlyLayer(bool wantsToken)
    {
        using var registry = new FakeRegistry(wantsToken);
        var digest = registry.AddImage("v1", (Artifact, "contents"u8.ToArray()));
        Assert.Equal("contents", Pull(registry, "team/tool:v1"));
        Assert.Equal("contents", Pull(registry, $"team/tool@{digest}"));
    }

    [Fact]
    public void Pull_WithoutTag_IsTheLatest()
    {
        using var registry = new FakeRegistry();
        registry.AddImage("latest", (Artifact, "newest"u8.ToArray()));
        Assert.Equal("newest", Pull(registry, "team/tool"));
    }

    [Fact]
    public void Pull_Index_IsThatOfThisMachine()
    {
        using var registry = new FakeRegistry();
        var architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        var (own, other) = (registry.AddImage(null, (Artifact, "own"u8.ToArray())), registry.AddImage(null, (Artifact, "other"u8.ToArray())));
        registry.AddManifest($"{{\"manifests\":[{{\"digest\":\"{other}\",\"platform\":{{\"os\":\"linux\",\"architecture\":\"s390x\"}}}},{{\"digest\":\"{own}\",\"platform\":{{\"os\":\"linux\",\"architecture\":\"{architecture}\"}}}}]}}", "v1");
        Assert.Equal("own", Pull(registry, "team/tool:v1"));
        registry.AddManifest($"{{\"manifests\":[{{\"digest\":\"{other}\",\"platform\":{{\"os\":\"linux\",\"architecture\":\"s390x\"}}}}]}}", "v2");
        Assert.Equal("HULL8091", Fails(registry, "team/tool:v2"));
    }

    [Fact]
    public void Pull_FileOfAnImage_IsThatOfTheUppermostLayer()
    {
        using var registry = new FakeRegistry();
        registry.AddImage("v1", (Plain, Layer(("/etc/a", "lower"), ("/etc/b", "b"), ("/opt/c/d", "d"), ("/opt/gone", "x"))),
            (Plain + "+gzip", Compressed(Layer(("/etc/a", "upper"), ("/etc/.wh.b", ""), ("/opt/c/.wh..wh..opq", ""), ("/opt/.wh.gone", "")))));
        Assert.Equal("upper", Pull(registry, "team/tool:v1?path=/etc/a"));
        foreach (var gone in (ReadOnlySpan<string>)["/etc/b", "/opt/c/d", "/opt/gone", "/nowhere", "/etc"])
        {
            Assert.Contains(Fails(registry, $"team/tool:v1?path={gone}"), (string[])["HULL8081", "HULL8091"]);
        }
    }

    [Fact]
    public void Pull_ImageOfSeveralLayersWithoutFile_ReportsHULL8091()
    {
        using var registry = new FakeRegistry();
        registry.AddImage("v1", (Plain, Layer(("/a", "1"))), (Plain, Layer(("/b", "2"))));
        Assert.Equal("HULL8091", Fails(registry, "team/tool:v1"));
        registry.AddImage("v2", (Artifact, [1, 2, 3]));
        Assert.Equal("HULL8091", Fails(registry, "team/tool:v2?path=/a"));
    }

    [Fact]
    public void Pull_OtherContentsThanTheDigest_ReportHULL8031()
    {
        using var registry = new FakeRegistry();
        var contents = "contents"u8.ToArray();
        var digest = registry.AddImage("v1", (Artifact, contents));
        registry.Replace($"blobs/sha256:{Convert.ToHexStringLower(SHA256.HashData(contents))}", "other"u8.ToArray());
        Assert.Equal("HULL8031", Fails(registry, "team/tool:v1"));
        registry.Replace($"manifests/{digest}", "{\"layers\":[]}"u8.ToArray());
        Assert.Equal("HULL8031", Fails(registry, $"team/tool@{digest}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"layers\":1}")]
    [InlineData("{\"layers\":[{}]}")]
    [InlineData("{\"layers\":[{\"digest\":\"md5:00\"}]}")]
    [InlineData("{\"layers\":[{\"digest\":\"sha256:../../../etc/passwd\"}]}")]
    [InlineData("{\"manifests\":[{\"digest\":null}]}")]
    [InlineData("{}")]
    public void Pull_ManifestThatIsNone_ReportsHULL8091(string manifest)
    {
        using var registry = new FakeRegistry();
        registry.AddManifest(manifest, "v1");
        Assert.Equal("HULL8091", Fails(registry, "team/tool:v1"));
    }

    [Fact]
    public void Pull_LayerThatIsCutOff_ReportsACodedError()
    {
        using var registry = new FakeRegistry();
        var layer = Layer(("/a", "contents"));
        registry.AddImage("tar", (Plain, layer[..514]));
        registry.AddImage("gzip", (Plain + "+gzip", Compressed(layer)[..20]));
        Assert.StartsWith("HULL", Fails(registry, "team/tool:tar?path=/a"), StringComparison.Ordinal);
        Assert.StartsWith("HULL", Fails(registry, "team/tool:gzip?path=/a"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, null)]
    [InlineData(401, null)]
    [InlineData(401, "Basic realm=\"x\"")]
    [InlineData(401, "Bearer realm=\"file:///etc/passwd\"")]
    [InlineData(401, "Bearer realm=")]
    [InlineData(401, "Bearer ,,,===\"")]
    public void Pull_RegistryThatRefuses_ReportsHULL8081(int status, string? challenge)
    {
        using var server = new FakeHttpServer(_ => new(status, []) { Challenge = challenge });
        using var fetcher = Fetcher();
        var reference = OciReference.Parse($"oci://{server.Url.Authority}/team/tool:v1")!;
        Assert.Equal("HULL8081", Assert.Throws<HullException>(() => new OciClient(fetcher).Pull(reference)).Code.Code);
    }

    [Theory]
    [InlineData("oci://registry.example/a/b", "https://registry.example/", "a/b", "latest", null)]
    [InlineData("oci://registry.example:5000/a:v1.2_x-y", "https://registry.example:5000/", "a", "v1.2_x-y", null)]
    [InlineData("oci://127.0.0.1:5000/a:v?path=/etc/x", "http://127.0.0.1:5000/", "a", "v", "/etc/x")]
    [InlineData("oci://[::1]:5000/a", "http://[::1]:5000/", "a", "latest", null)]
    [InlineData("oci://localhost/a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "http://localhost/", "a", "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", null)]
    public void Parse_Url_NamesItsParts(string url, string registry, string repository, string tag, string? file) =>
        Assert.Equal(new(new(registry), repository, tag, file), OciReference.Parse(url));

    [Theory]
    [InlineData("https://registry/a")]
    [InlineData("oci:a")]
    [InlineData("oci:///a")]
    [InlineData("oci://registry/")]
    [InlineData("oci://registry/A")]
    [InlineData("oci://registry/a/../b")]
    [InlineData("oci://registry/a:")]
    [InlineData("oci://registry/a:b/c")]
    [InlineData("oci://registry/a@sha256:00")]
    [InlineData("oci://registry/a?path=relative")]
    [InlineData("oci://registry/a?path=")]
    [InlineData("oci://registry/a?path=/a/../b")]
    [InlineData("oci://user:password@registry/a")]
    public void Parse_WhatIsNone_IsNull(string url) => Assert.Null(OciReference.Parse(url));

    private static string Pull(FakeRegistry registry, string name)
    {
        using var fetcher = Fetcher();
        return Encoding.UTF8.GetString(new OciClient(fetcher).Pull(OciReference.Parse($"oci://{registry.Authority}/{name}")!));
    }

    private static string Fails(FakeRegistry registry, string name) => Assert.Throws<HullException>(() => Pull(registry, name)).Code.Code;

    private static ResourceFetcher Fetcher() => new(false, [], TimeProvider.System, _ => { }, CancellationToken.None);

    private static byte[] Layer(params (string Path, string Text)[] files)
    {
        var tree = new FileTree();
        foreach (var (path, text) in files)
        {
            for (var slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
            {
                tree.EnsureDirectory(path[..slash]);
            }

            tree.Set(path, Inode.File(Content.FromBytes(Encoding.UTF8.GetBytes(text))));
        }

        using var buffer = new MemoryStream();
        TarWriter.Write(tree, buffer);
        return buffer.ToArray();
    }

    private static byte[] Compressed(byte[] contents)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal))
        {
            gzip.Write(contents);
        }

        return buffer.ToArray();
    }
}
