using Ironhull.Machines.Acceptance;

namespace Ironhull.Machines.Tests;

public class ProcessDomainsTests
{
    [Fact]
    public void Unexpected_ProcessesOfTheTable_AreAccepted() => Assert.Empty(ProcessDomains.Unexpected(
    [
        "system_u:system_r:init_t:s0 1 0 systemd",
        "system_u:system_r:kernel_t:s0 2 0 kthreadd",
        "system_u:system_r:kernel_t:s0 17 2 kworker/0:1-events",
        "system_u:system_r:syslogd_t:s0 238 1 systemd-journal",
        "unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023 479 466 ps",
        "system_u:system_r:container_t:s0:c1,c2 500 490 anything",
    ]));

    [Theory]
    [InlineData("system_u:system_r:initrc_t:s0 300 1 bash", "bash (300) runs as initrc_t")]
    [InlineData("system_u:system_r:unconfined_t:s0 301 1 containerd", "containerd (301) runs as unconfined_t; expected: dockerd_t")]
    [InlineData("system_u:system_r:kernel_t:s0 302 1 systemd-udevd", "systemd-udevd (302) runs as kernel_t; expected: udev_t")]
    [InlineData("system_u:system_r:init_t:s0 303 1 systemd-logind", "systemd-logind (303) runs as init_t")]
    [InlineData("- 304 1 what", "- 304 1 what: no context")]
    public void Unexpected_OtherDomain_IsTold(string line, string expected) =>
        Assert.StartsWith(expected, Assert.Single(ProcessDomains.Unexpected([line])), StringComparison.Ordinal);

    [Fact]
    public void Reference_Table_IsTheOneThatIsChecked()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Ironhull.slnx")))
        {
            folder = folder.Parent;
        }

        var text = File.ReadAllText(Path.Combine(folder.FullName, "docs/reference/selinux.md"));
        var rows = text.Split('\n').SkipWhile(l => l != "| program | domain |").Skip(2).TakeWhile(l => l.StartsWith('|')).Select(l => l.Split('`')).Select(f => (f[1], f[3]));
        Assert.Equal(ProcessDomains.All.Select(d => (d.Key, d.Value)).Prepend(("systemd", ProcessDomains.Init)).Order(), rows.Order());
    }
}
