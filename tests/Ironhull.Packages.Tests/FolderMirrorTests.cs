using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Packages.Cache;

namespace Ironhull.Packages.Tests;

/// <summary>A base that is a folder of this machine: the checks and codes are those of a mirror.</summary>
public sealed class FolderMirrorTests
{
    private static readonly byte[] s_body = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))];

    private static async Task<string> CodeOf(Func<Task> action) => (await Assert.ThrowsAsync<HullException>(action)).Code.Code;

    [Fact]
    public async Task Get_File_IsRead()
    {
        using var setup = new Setup();
        Assert.Equal(s_body, await setup.GetAsync("pool/a+b #1.rpm"));
    }

    [Theory]
    [InlineData("pool/missing.rpm", "HULL2033")]
    [InlineData("pool", "HULL2032")]
    [InlineData("pool/a+b #1.rpm/x", "HULL2033")]
    [InlineData("pool/out", "HULL2032")]
    [InlineData("outer/secret", "HULL2032")]
    [InlineData("pool/circle", "HULL2032")]
    [InlineData("pool/dangling", "HULL2033")]
    [InlineData("../secret", "HULL2033")]
    public async Task Get_WhatIsNotAFileOfTheFolder_IsRefused(string path, string code)
    {
        using var setup = new Setup();
        Assert.Equal(code, await CodeOf(() => setup.GetAsync(path)));
    }

    [Fact]
    public async Task Get_LinkWithinTheFolder_IsFollowed()
    {
        using var setup = new Setup();
        Assert.Equal(s_body, await setup.GetAsync("pool/in"));
        Assert.Equal(s_body, await setup.GetAsync("again/in"));
    }

    [Fact]
    public async Task Get_LargerThanTheLimit_ReportsHULL2034()
    {
        using var setup = new Setup();
        Assert.Equal("HULL2034", await CodeOf(() => setup.Client.GetAsync("own", "own", "pool/in", 100)));
    }

    [Fact]
    public async Task Fetch_PartialFile_GoesOnWhereItStopped()
    {
        using var setup = new Setup();
        var cache = new DownloadCache(setup.Folder["cache"], setup.Client);
        var digest = Sha256Digest.Of(s_body);
        File.WriteAllBytes(Path.Combine(cache.Folder, "partial", digest.ToString()), s_body[..1234]);
        var files = await cache.FetchAsync([new("own", "own", "pool/in", digest, s_body.Length)]);
        Assert.Equal(s_body, File.ReadAllBytes(files[digest]));
    }

    [Theory]
    [InlineData(4999, "HULL2034")]
    [InlineData(5001, "HULL2036")]
    public async Task Fetch_AnotherLengthThanAnnounced_IsRefused(int size, string code)
    {
        using var setup = new Setup();
        var cache = new DownloadCache(setup.Folder["cache"], setup.Client);
        Assert.Equal(code, await CodeOf(() => cache.FetchAsync([new("own", "own", "pool/in", Sha256Digest.Of(s_body), size)])));
    }

    private sealed class Setup : IDisposable
    {
        public Setup()
        {
            Directory.CreateDirectory(Folder["base/pool"]);
            File.WriteAllText(Folder["secret"], "no");
            File.WriteAllBytes(Folder["base/pool/a+b #1.rpm"], s_body);
            File.CreateSymbolicLink(Folder["base/pool/in"], "../pool/a+b #1.rpm");
            File.CreateSymbolicLink(Folder["base/pool/out"], Folder["secret"]);
            File.CreateSymbolicLink(Folder["base/pool/circle"], "circle");
            File.CreateSymbolicLink(Folder["base/pool/dangling"], "nowhere");
            Directory.CreateSymbolicLink(Folder["base/outer"], "..");
            Directory.CreateSymbolicLink(Folder["base/again"], "pool");
            // A base that is itself a link is what the user named.
            Directory.CreateSymbolicLink(Folder["link"], "base");
            Client = new(new MirrorMap([new("own", new($"file://{Folder["link"]}"))]));
        }

        public TempFolder Folder { get; } = new();

        public MirrorClient Client { get; }

        public Task<byte[]> GetAsync(string path) => Client.GetAsync("own", "own", path, 1 << 20);

        public void Dispose()
        {
            Client.Dispose();
            Folder.Dispose();
        }
    }
}
