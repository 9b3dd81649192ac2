using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Machines.Fakes;
using Ironhull.Provisioning.Fetching;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Tests.Fetching;

public sealed class HttpFetcherTests
{
    [Fact]
    public void Fetch_Contents_AreThoseOfTheServer()
    {
        using var server = new FakeHttpServer(_ => FakeAnswer.Text("hello"));
        Assert.Equal("hello"u8.ToArray(), Fetch(server, "{\"source\":\"URLa?secret=1\",\"httpHeaders\":[{\"name\":\"X-A\",\"value\":\"b\"},{\"name\":\"X-None\"}]}", out var log));
        var request = Assert.Single(server.Requests);
        Assert.Equal("/a?secret=1", request.Target);
        Assert.Equal("b", request.Headers["x-a"]);
        Assert.False(request.Headers.ContainsKey("X-None"));
        Assert.Equal("identity", request.Headers["Accept-Encoding"]);
        Assert.DoesNotContain("secret", log, StringComparison.Ordinal);
    }

    [Fact]
    public void FetchConfig_SaysWhichVersionsAreRead()
    {
        using var server = new FakeHttpServer(_ => FakeAnswer.Text("{}"));
        using var fetcher = Fetcher(out _);
        fetcher.FetchConfig(ResourceOf($"{{\"source\":\"{server.Url}\"}}"));
        Assert.StartsWith("application/vnd.coreos.ignition+json;version=3.6.0", server.Requests[0].Headers["Accept"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    [InlineData(503)]
    public void Fetch_ServerThatIsNotReady_IsAskedAgain(int first)
    {
        var count = 0;
        using var server = new FakeHttpServer(_ => Interlocked.Increment(ref count) == 1 ? new(first, []) : FakeAnswer.Text("hello"));
        Assert.Equal("hello"u8.ToArray(), Fetch(server, "{\"source\":\"URL\"}", out _));
        Assert.Equal(2, count);
    }

    [Theory]
    [InlineData(204)]
    [InlineData(403)]
    [InlineData(404)]
    public void Fetch_OtherAnswer_IsFinal(int status)
    {
        using var server = new FakeHttpServer(_ => new(status, []));
        Assert.Equal("HULL8081", Assert.Throws<HullException>(() => Fetch(server, "{\"source\":\"URL\"}", out _)).Code.Code);
        Assert.Single(server.Requests);
    }

    [Fact]
    public void Fetch_Redirection_IsFollowedWithoutTheHeaders()
    {
        using var server = new FakeHttpServer(r => r.Target == "/a" ? new(302, []) { Location = "/b" } : FakeAnswer.Text("hello"));
        Assert.Equal("hello"u8.ToArray(), Fetch(server, "{\"source\":\"URLa\",\"httpHeaders\":[{\"name\":\"X-Key\",\"value\":\"b\"}]}", out _));
        Assert.Equal(["/a", "/b"], server.Requests.Select(r => r.Target));
        Assert.True(server.Requests[0].Headers.ContainsKey("X-Key"));
        Assert.False(server.Requests[1].Headers.ContainsKey("X-Key"));
    }

    [Fact]
    public void Fetch_RedirectionsWithoutEnd_ReportHULL8081()
    {
        using var server = new FakeHttpServer(_ => new(302, []) { Location = "/again" });
        Assert.Equal("HULL8081", Assert.Throws<HullException>(() => Fetch(server, "{\"source\":\"URL\"}", out _)).Code.Code);
    }

    /// <summary>Answers that end early or never, or are none: not taken for contents, and not waited for beyond the deadline.</summary>
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ntruncated", null)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\ntruncated", null)]
    [InlineData("HTTP/1.1 200 OK\r\n", "X-Header: and no end\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Header: ", "one header without end")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("no HTTP at all\r\n\r\n", null)]
    [InlineData("", null)]
    public void Fetch_HostileAnswer_ReportsHULL8081(string answer, string? endless)
    {
        using var server = new FakeHttpServer(_ => new(200, []) { Raw = Encoding.ASCII.GetBytes(answer), Endless = endless is null ? null : Encoding.ASCII.GetBytes(endless) });
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        using var fetcher = new ResourceFetcher(false, [], TimeProvider.System, _ => { }, deadline.Token);
        Assert.Equal("HULL8081", Assert.Throws<HullException>(() => fetcher.Fetch(ResourceOf($"{{\"source\":\"{server.Url}\"}}"))).Code.Code);
    }

    [Fact]
    public void Fetch_ContentsWithoutEnd_ReportHULL8032()
    {
        var block = new byte[1 << 22];
        using var server = new FakeHttpServer(_ => new(200, []) { Raw = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray(), Endless = block });
        using var fetcher = Fetcher(out _);
        Assert.Equal("HULL8032", Assert.Throws<HullException>(() => fetcher.Fetch(ResourceOf($"{{\"source\":\"{server.Url}\"}}"))).Code.Code);
    }

    [Fact]
    public void Fetch_GzipWithAHash_IsDecompressedAndCompared()
    {
        using var buffer = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(buffer, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("hello"u8);
        }

        using var server = new FakeHttpServer(_ => new(200, buffer.ToArray()));
        var hash = Convert.ToHexStringLower(SHA256.HashData("hello"u8));
        Assert.Equal("hello"u8.ToArray(), Fetch(server, $"{{\"source\":\"URL\",\"compression\":\"gzip\",\"verification\":{{\"hash\":\"sha256-{hash}\"}}}}", out _));
        Assert.Equal("HULL8031", Assert.Throws<HullException>(() => Fetch(server, $"{{\"source\":\"URL\",\"compression\":\"gzip\",\"verification\":{{\"hash\":\"sha256-{new string('0', 64)}\"}}}}", out _)).Code.Code);
    }

    [Fact]
    public void Fetch_ServerThatNeverAnswers_EndsWithTheDeadline()
    {
        using var server = new FakeHttpServer(_ => new(500, []));
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        using var fetcher = new ResourceFetcher(false, [], TimeProvider.System, _ => { }, deadline.Token);
        var error = Assert.Throws<HullException>(() => fetcher.Fetch(ResourceOf($"{{\"source\":\"{server.Url}\"}}")));
        Assert.Equal("HULL8081", error.Code.Code);
        Assert.Contains("the server answered 500", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fetch_TotalTimeOfTheConfig_EndsIt()
    {
        using var server = new FakeHttpServer(_ => new(500, []));
        using var fetcher = Fetcher(out _);
        fetcher.Use(ConfigOf("\"timeouts\":{\"httpTotal\":1}"));
        Assert.Equal("HULL8081", Assert.Throws<HullException>(() => fetcher.Fetch(ResourceOf($"{{\"source\":\"{server.Url}\"}}"))).Code.Code);
    }

    [Theory]
    [InlineData("http://127.0.0.1/a")]
    [InlineData("https://127.0.0.1/a")]
    [InlineData("tftp://127.0.0.1/a")]
    public void Fetch_WithoutNetwork_ReportsHULL8080(string url)
    {
        using var fetcher = new ResourceFetcher(true, [], TimeProvider.System, _ => { }, CancellationToken.None);
        Assert.Equal("HULL8080", Assert.Throws<HullException>(() => fetcher.Fetch(ResourceOf($"{{\"source\":\"{url}\"}}"))).Code.Code);
    }

    [Theory]
    [InlineData("s3://bucket/key")]
    [InlineData("gs://bucket/key")]
    [InlineData("arn:aws:s3:::bucket/key")]
    public void Fetch_OtherScheme_ReportsHULL8082(string url)
    {
        using var fetcher = Fetcher(out _);
        Assert.Equal("HULL8082", Assert.Throws<HullException>(() => fetcher.Fetch(ResourceOf($"{{\"source\":\"{url}\"}}"))).Code.Code);
    }

    [Fact]
    public void Fetch_Oem_IsReadInsideItsFolder()
    {
        using var folder = new Ironhull.Testing.TempFolder();
        File.WriteAllText(folder["outside"], "no");
        Directory.CreateDirectory(folder["oem/sub"]);
        File.WriteAllText(folder["oem/sub/a"], "yes");
        File.CreateSymbolicLink(folder["oem/link"], "../outside");
        using var fetcher = new ResourceFetcher(true, [folder["missing"], folder["oem"]], TimeProvider.System, _ => { }, CancellationToken.None);
        Assert.Equal("yes"u8.ToArray(), fetcher.Fetch(ResourceOf("{\"source\":\"oem:///sub/a\"}")));
        Assert.Equal("HULL8081", Assert.Throws<HullException>(() => fetcher.Fetch(ResourceOf("{\"source\":\"oem:///link\"}"))).Code.Code);
        Assert.Equal("HULL8081", Assert.Throws<HullException>(() => fetcher.Fetch(ResourceOf("{\"source\":\"oem:///../outside\"}"))).Code.Code);
    }

    [Fact]
    public void Fetch_Tls_IsTrustedByAnAuthorityOfTheConfigOnly()
    {
        using var certificate = Certificate();
        using var server = new FakeHttpServer(_ => FakeAnswer.Text("hello"), certificate);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        using var stranger = new ResourceFetcher(false, [], TimeProvider.System, _ => { }, deadline.Token);
        Assert.Contains("SecureConnectionError", Assert.Throws<HullException>(() => stranger.Fetch(ResourceOf($"{{\"source\":\"{server.Url}\"}}"))).Message, StringComparison.Ordinal);

        using var fetcher = Fetcher(out _);
        fetcher.Use(ConfigOf($"\"security\":{{\"tls\":{{\"certificateAuthorities\":[{{\"source\":\"data:,{Uri.EscapeDataString(certificate.ExportCertificatePem())}\"}}]}}}}"));
        Assert.Equal("hello"u8.ToArray(), fetcher.Fetch(ResourceOf($"{{\"source\":\"{server.Url}\"}}")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void Use_AuthorityThatIsNone_ReportsHULL8083(string text)
    {
        using var fetcher = Fetcher(out _);
        Assert.Equal("HULL8083", Assert.Throws<HullException>(() => fetcher.Use(ConfigOf($"\"security\":{{\"tls\":{{\"certificateAuthorities\":[{{\"source\":\"data:,{Uri.EscapeDataString(text)}\"}}]}}}}"))).Code.Code);
    }

    [Fact]
    public void Fetch_ByAProxy_AsksTheProxy()
    {
        using var proxy = new FakeHttpServer(_ => FakeAnswer.Text("by proxy"));
        using var fetcher = Fetcher(out _);
        fetcher.Use(ConfigOf($"\"proxy\":{{\"httpProxy\":\"{proxy.Url}\",\"noProxy\":[\"direct.invalid\"]}}"));
        Assert.Equal("by proxy"u8.ToArray(), fetcher.Fetch(ResourceOf("{\"source\":\"http://far.invalid/a\"}")));
        Assert.Equal("http://far.invalid/a", Assert.Single(proxy.Requests).Target);
    }

    [Theory]
    [InlineData(false, "http://example.com/", "")]
    [InlineData(true, "http://example.com/", "example.com")]
    [InlineData(true, "http://a.example.com/", "example.com")]
    [InlineData(false, "http://notexample.com/", "example.com")]
    [InlineData(false, "http://example.com/", ".example.com")]
    [InlineData(true, "http://a.example.com/", ".example.com")]
    [InlineData(true, "http://a.example.com/", "*.example.com")]
    [InlineData(true, "http://EXAMPLE.com/", "Example.COM")]
    [InlineData(true, "http://example.com/", "*")]
    [InlineData(true, "http://10.1.2.3/", "10.0.0.0/8")]
    [InlineData(false, "http://11.1.2.3/", "10.0.0.0/8")]
    [InlineData(false, "http://example.com/", "10.0.0.0/8")]
    [InlineData(true, "http://10.1.2.3/", "10.1.2.3")]
    [InlineData(true, "http://[fd00::1]/", "fd00::1")]
    [InlineData(true, "http://[fd00::1]/", "fd00::/8")]
    [InlineData(true, "http://example.com:81/", "example.com:81")]
    [InlineData(false, "http://example.com:82/", "example.com:81")]
    [InlineData(true, "http://localhost/", "")]
    [InlineData(true, "http://127.0.0.1/", "")]
    [InlineData(true, "http://[::1]/", "")]
    [InlineData(true, "https://a.example.com/", "other.org, example.com")]
    public void NoProxy_Rules(bool bypassed, string url, string rules)
    {
        var list = string.Join(',', rules.Split(',').Where(r => r.Length > 0).Select(r => $"\"{r}\""));
        Assert.Equal(bypassed, new ProxyRules(ConfigOf($"\"proxy\":{{\"httpProxy\":\"http://proxy:1\",\"noProxy\":[{list}]}}").Ignition.Proxy).IsBypassed(new Uri(url)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(70_000)]
    public void Fetch_Tftp_GivesTheFile(int length)
    {
        var contents = new byte[length];
        for (var i = 0; i < contents.Length; i++)
        {
            contents[i] = (byte)(i * 31);
        }

        using var server = new FakeTftpServer(new Dictionary<string, byte[]> { ["sub/a"] = contents });
        using var fetcher = Fetcher(out _);
        Assert.Equal(contents, fetcher.Fetch(ResourceOf($"{{\"source\":\"tftp://127.0.0.1:{server.Port}/sub/a\"}}")));
    }

    [Fact]
    public void Fetch_TftpRequestThatIsLost_IsSentAgain()
    {
        using var server = new FakeTftpServer(new Dictionary<string, byte[]> { ["a"] = "hello"u8.ToArray() }, lost: 1);
        using var fetcher = Fetcher(out _);
        Assert.Equal("hello"u8.ToArray(), fetcher.Fetch(ResourceOf($"{{\"source\":\"tftp://127.0.0.1:{server.Port}/a\"}}")));
    }

    [Fact]
    public void Fetch_TftpFileThatIsNotThere_ReportsHULL8081()
    {
        using var server = new FakeTftpServer(new Dictionary<string, byte[]>());
        using var fetcher = Fetcher(out _);
        Assert.Equal("HULL8081", Assert.Throws<HullException>(() => fetcher.Fetch(ResourceOf($"{{\"source\":\"tftp://127.0.0.1:{server.Port}/a\"}}"))).Code.Code);
    }

    [Fact]
    public void RetryDelay_DoublesUpToFiveSeconds()
    {
        var delay = new RetryDelay();
        Assert.Equal([200, 400, 800, 1600, 3200, 5000, 5000], Enumerable.Range(0, 7).Select(_ => delay.Next().TotalMilliseconds));
    }

    private static byte[] Fetch(FakeHttpServer server, string resource, out string log)
    {
        using var fetcher = Fetcher(out var lines);
        try
        {
            return fetcher.Fetch(ResourceOf(resource.Replace("URL", server.Url.ToString(), StringComparison.Ordinal)));
        }
        finally
        {
            log = string.Join('\n', lines);
        }
    }

    private static ResourceFetcher Fetcher(out List<string> log)
    {
        var lines = log = [];
        return new(false, [], TimeProvider.System, lines.Add, CancellationToken.None);
    }

    private static Resource ResourceOf(string json) => ConfigReader.Read(
        Encoding.UTF8.GetBytes($"{{\"ignition\":{{\"version\":\"3.6.0\"}},\"storage\":{{\"files\":[{{\"path\":\"/a\",\"contents\":{json}}}]}}}}"), "test").Require().Storage.Files[0].Contents;

    private static IgnitionConfig ConfigOf(string section) => ConfigReader.Read(Encoding.UTF8.GetBytes($"{{\"ignition\":{{\"version\":\"3.6.0\",{section}}}}}"), "test").Require();

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
