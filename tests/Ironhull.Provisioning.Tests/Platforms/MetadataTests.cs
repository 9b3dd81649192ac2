using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Machines.Fakes;
using Ironhull.Provisioning.Fetching;
using Ironhull.Provisioning.Platforms;
using Ironhull.Provisioning.Tests.Stages;

namespace Ironhull.Provisioning.Tests.Platforms;

public sealed class MetadataTests
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl test";

    [Theory]
    [InlineData("azure")]
    [InlineData("openstack")]
    public void Describe_Service_TellsNameAndKeys(string platform)
    {
        using var service = new FakeMetadataService(null) { Machine = ("node-1", [Key]) };
        var metadata = Describe(platform, service.Url, new())!;
        Assert.Equal("node-1", metadata.Hostname);
        Assert.Equal([Key], metadata.SshKeys);
    }

    [Fact]
    public void Describe_AzureWithoutService_TheDiscTells()
    {
        var disc = $"""
            <?xml version="1.0" encoding="utf-8"?>
            <ns0:Environment xmlns="http://schemas.dmtf.org/ovf/environment/1" xmlns:ns0="http://schemas.dmtf.org/ovf/environment/1" xmlns:ns1="http://schemas.microsoft.com/windowsazure">
              <ns1:ProvisioningSection>
                <ns1:Version>1.0</ns1:Version>
                <ns1:LinuxProvisioningConfigurationSet>
                  <ns1:ConfigurationSetType>LinuxProvisioningConfiguration</ns1:ConfigurationSetType>
                  <ns1:UserName>azureuser</ns1:UserName>
                  <ns1:DisableSshPasswordAuthentication>true</ns1:DisableSshPasswordAuthentication>
                  <ns1:HostName>node-2</ns1:HostName>
                  <ns1:SSH><ns1:PublicKeys><ns1:PublicKey><ns1:Fingerprint>EB0C</ns1:Fingerprint><ns1:Path>/home/azureuser/.ssh/authorized_keys</ns1:Path><ns1:Value>{Key}</ns1:Value></ns1:PublicKey></ns1:PublicKeys></ns1:SSH>
                </ns1:LinuxProvisioningConfigurationSet>
              </ns1:ProvisioningSection>
            </ns0:Environment>
            """;
        var volumes = new FolderVolumes { Drives = { "/dev/sr0" }, Contents = { ["/dev/sr0"] = new() { ["ovf-env.xml"] = Encoding.UTF8.GetBytes(disc) } } };
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        var metadata = Describe("azure", new("http://127.0.0.1:9/"), volumes, deadline.Token)!;
        Assert.Equal("node-2", metadata.Hostname);
        Assert.Equal([Key], metadata.SshKeys);
    }

    [Fact]
    public void Describe_OpenStackConfigDrive_Tells()
    {
        var document = $"{{\"hostname\":\"node-3.novalocal\",\"public_keys\":{{\"a\":\"{Key}\\n\"}}}}";
        var volumes = new FolderVolumes { Labels = { ["config-2"] = "/dev/vdb" }, Contents = { ["/dev/vdb"] = new() { ["openstack/latest/meta_data.json"] = Encoding.UTF8.GetBytes(document) } } };
        var metadata = Describe("openstack", new("http://127.0.0.1:9/"), volumes)!;
        Assert.Equal("node-3.novalocal", metadata.Hostname);
        Assert.Equal([Key], metadata.SshKeys);
    }

    [Theory]
    [InlineData("azure", "no json")]
    [InlineData("azure", "{\"publicKeys\":[{}]}")]
    [InlineData("azure", "{\"publicKeys\":[1]}")]
    [InlineData("azure", "{\"osProfile\":{\"computerName\":1}}")]
    [InlineData("azure", "[]")]
    [InlineData("openstack", "no json")]
    [InlineData("openstack", "{\"hostname\":[]}")]
    [InlineData("openstack", "{\"public_keys\":{\"a\":1}}")]
    public void Describe_AnswersThatAreNone_ReportHULL8090(string platform, string answer)
    {
        using var service = new FakeHttpServer(_ => FakeAnswer.Text(answer));
        Assert.Equal("HULL8090", Assert.Throws<HullException>(() => Describe(platform, service.Url, new())).Code.Code);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"publicKeys\":null,\"osProfile\":null}")]
    public void Describe_MachineWithoutNameAndKeys_GivesNothing(string answer)
    {
        using var service = new FakeHttpServer(_ => FakeAnswer.Text(answer));
        Assert.Null(Describe("azure", service.Url, new())!.ToConfig());
    }

    [Theory]
    [InlineData("node-1", "node-1")]
    [InlineData(" node-1.example.com\n", "node-1.example.com")]
    [InlineData("a123456789b123456789c123456789d123456789.e123456789f123456789.example.com", "a123456789b123456789c123456789d123456789")]
    [InlineData("no_name", null)]
    [InlineData("-a", null)]
    [InlineData("a..b", null)]
    [InlineData("a\nb", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void From_Names_OnlyThoseOfMachines(string? given, string? taken) => Assert.Equal(taken, MachineMetadata.From(given, [], _ => { }).Hostname);

    [Fact]
    public void From_Keys_OnlySuchOnceEachWithoutLineBreaks()
    {
        var log = new List<string>();
        var broken = "ssh-rsa AAAAB3NzaC1yc2E\r\nAAAADAQABAAAB\r\nAQ== generated-by-azure";
        var metadata = MachineMetadata.From(null, [Key, Key, broken, "", "ssh-rsa", "command=\"x\" " + Key, "ssh-rsa !!!!", "ssh-ed25519 AAAA\u0007AAAAAAAAAAAAAAAAAA"], log.Add);
        Assert.Equal([Key, "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ== generated-by-azure"], metadata.SshKeys);
        Assert.Equal(4, log.Count);
    }

    [Fact]
    public void ToConfig_IsAcceptedAndGivesUserAndName()
    {
        var config = new MachineMetadata("node", [Key]).ToConfig()!;
        Assert.Equal("core", Assert.Single(config.Passwd.Users).Name);
        Assert.Equal([Key], config.Passwd.Users[0].SshAuthorizedKeys);
        Assert.Equal("/etc/hostname", Assert.Single(config.Storage.Files).Path);
    }

    private static MachineMetadata? Describe(string platform, Uri service, FolderVolumes volumes, CancellationToken deadline = default)
    {
        using var fetcher = new ResourceFetcher(false, [], TimeProvider.System, _ => { }, deadline);
        return PlatformList.Find(platform).Describe(new(new("/nonexistent"), fetcher, volumes, _ => { }, TimeSpan.FromSeconds(30)) { MetadataService = service });
    }
}
