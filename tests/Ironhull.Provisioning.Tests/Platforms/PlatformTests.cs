using System.Diagnostics;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Machines.Fakes;
using Ironhull.Provisioning.Fetching;
using Ironhull.Provisioning.Platforms;
using Ironhull.Provisioning.Stages;
using Ironhull.Provisioning.Tests.Stages;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Platforms;

public sealed class PlatformTests
{
    private static readonly Uri s_nobody = new("http://127.0.0.1:9/");

    [Fact]
    public void Qemu_FirmwareConfig_IsTheConfig()
    {
        using var folder = new TempFolder();
        Put(folder, "sys/firmware/qemu_fw_cfg/by_name/opt/org.flatcar-linux/config/raw", "flatcar");
        Assert.Equal("flatcar", Fetch("qemu", folder));
        Put(folder, "sys/firmware/qemu_fw_cfg/by_name/opt/com.coreos/config/raw", "coreos");
        Assert.Equal("coreos", Fetch("qemu", folder));
    }

    [Fact]
    public void Qemu_WithoutFirmwareConfig_AsksForTheModule()
    {
        using var folder = new TempFolder();
        var modules = new List<string>();
        Assert.Null(Fetch("qemu", folder, loadModule: modules.Add));
        Assert.Equal(["qemu_fw_cfg"], modules);
    }

    [Fact]
    public void Qemu_DiskOfThatSerial_IsTheConfigUpToTheFirstZero()
    {
        using var folder = new TempFolder();
        Put(folder, "sys/block/vda/serial", "other");
        Put(folder, "sys/block/vdb/serial", "ignition\n");
        Put(folder, "dev/vdb", "config\0\0\0more");
        Assert.Equal("config", Fetch("qemu", folder));
    }

    [Fact]
    public void Metal_HasNone()
    {
        using var folder = new TempFolder();
        Assert.Null(Fetch("metal", folder));
    }

    [Fact]
    public void OpenStack_ConfigDrive_ComesBeforeTheService()
    {
        using var folder = new TempFolder();
        using var service = new FakeMetadataService("from the service"u8.ToArray());
        var volumes = new FolderVolumes { Labels = { ["config-2"] = "/dev/sr0" }, Contents = { ["/dev/sr0"] = new() { ["openstack/latest/user_data"] = "from the drive"u8.ToArray() } } };
        Assert.Equal("from the drive", Fetch("openstack", folder, service.Url, volumes));
        Assert.Empty(service.Requests);
        Assert.Equal("from the service", Fetch("openstack", folder, service.Url));
    }

    [Fact]
    public void OpenStack_WithoutUserData_HasNone()
    {
        using var folder = new TempFolder();
        using var service = new FakeMetadataService(null);
        Assert.Null(Fetch("openstack", folder, service.Url));
    }

    [Theory]
    [InlineData]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(429)]
    [InlineData(500, 404, 503)]
    public void Azure_UserDataOfAServiceThatStarts_IsTheConfig(params int[] before)
    {
        using var folder = new TempFolder();
        using var service = new FakeMetadataService("config"u8.ToArray(), before);
        Assert.Equal("config", Fetch("azure", folder, service.Url));
        Assert.Equal(before.Length + 1, service.Requests.Count);
    }

    [Fact]
    public void Azure_UserData_ComesBeforeTheDisc()
    {
        using var folder = new TempFolder();
        using var service = new FakeMetadataService("user data"u8.ToArray(), 404);
        Assert.Equal("user data", Fetch("azure", folder, service.Url, Disc("custom data")));
    }

    [Fact]
    public void Azure_WithoutUserData_TheDiscCounts()
    {
        using var folder = new TempFolder();
        using var service = new FakeMetadataService(null);
        Assert.Equal("custom data", Fetch("azure", folder, service.Url, Disc("custom data")));
    }

    [Fact]
    public void Azure_DiscWithoutCustomData_IsNoConfig()
    {
        using var folder = new TempFolder();
        using var service = new FakeMetadataService(null);
        Assert.Null(Fetch("azure", folder, service.Url, Disc(null)));
    }

    [Fact]
    public void Azure_DiscOfAnotherKind_IsNotTheMachines()
    {
        using var folder = new TempFolder();
        using var service = new FakeMetadataService(null);
        var volumes = new FolderVolumes { Drives = { "/dev/sr0", "/dev/sr1" }, Contents = { ["/dev/sr1"] = new() { ["CustomData.bin"] = "no marker beside it"u8.ToArray() } } };
        Assert.Null(Fetch("azure", folder, service.Url, volumes, limit: TimeSpan.FromMilliseconds(300)));
    }

    [Fact]
    public void Azure_WithoutServiceAndDisc_EndsInTime()
    {
        using var folder = new TempFolder();
        var clock = Stopwatch.StartNew();
        var error = Assert.Throws<HullException>(() => Fetch("azure", folder, limit: TimeSpan.FromMilliseconds(300)));
        Assert.Equal("HULL8085", error.Code.Code);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Azure_WithoutService_TheDiscCounts()
    {
        using var folder = new TempFolder();
        Assert.Equal("custom data", Fetch("azure", folder, volumes: Disc("custom data"), limit: TimeSpan.FromMilliseconds(600)));
    }

    [Fact]
    public void Azure_UserDataThatIsNotBase64_ReportsHULL8085()
    {
        using var folder = new TempFolder();
        using var service = new FakeHttpServer(_ => FakeAnswer.Text("%%%"));
        Assert.Equal("HULL8085", Assert.Throws<HullException>(() => Fetch("azure", folder, service.Url)).Code.Code);
    }

    [Theory]
    [InlineData("azure")]
    [InlineData("openstack")]
    public void WithoutNetwork_ReportsHULL8080(string platform)
    {
        using var folder = new TempFolder();
        Assert.Equal("HULL8080", Assert.Throws<HullException>(() => Fetch(platform, folder, isOffline: true)).Code.Code);
    }

    [Fact]
    public void Find_UnknownPlatform_ReportsHULL8084() => Assert.Equal("HULL8084", Assert.Throws<HullException>(() => PlatformList.Find("nonsense")).Code.Code);

    private static FolderVolumes Disc(string? customData)
    {
        var files = new Dictionary<string, byte[]> { ["ovf-env.xml"] = "<Environment/>"u8.ToArray() };
        if (customData is not null)
        {
            files["CustomData.bin"] = Encoding.UTF8.GetBytes(customData);
        }

        return new() { Drives = { "/dev/sr0" }, Contents = { ["/dev/sr0"] = files } };
    }

    private static string? Fetch(
        string platform, TempFolder folder, Uri? service = null, FolderVolumes? volumes = null, TimeSpan? limit = null, bool isOffline = false, Action<string>? loadModule = null)
    {
        using var fetcher = new ResourceFetcher(isOffline, [], TimeProvider.System, _ => { }, CancellationToken.None);
        var context = new PlatformContext(new NodePaths(folder.Root), fetcher, volumes ?? new(), loadModule ?? (_ => { }), limit ?? TimeSpan.FromSeconds(30)) { MetadataService = service ?? s_nobody };
        return PlatformList.Find(platform).Fetch(context) is { } config ? Encoding.UTF8.GetString(config) : null;
    }

    private static void Put(TempFolder folder, string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[path])!);
        File.WriteAllText(folder[path], text);
    }
}
