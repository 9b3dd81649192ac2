using Ironhull.Machines.Acceptance;

namespace Ironhull.Machines.Tests;

public class DenialWatchTests
{
    [Theory]
    [InlineData("AVC avc:  denied  { read } for  pid=854 comm=\"busybox\" name=\"shadow\" dev=\"overlay\" ino=36703 scontext=system_u:system_r:container_t:s0:c776,c899 tcontext=system_u:object_r:shadow_t:s0 tclass=file permissive=0")]
    [InlineData("audit: type=1400 audit(1795718528.620:58): avc:  denied  { create } for  pid=1212 comm=\"crun\" scontext=system_u:system_r:dockerd_t:s0 tcontext=system_u:system_r:init_t:s0:c784,c934 tclass=key permissive=0")]
    [InlineData("AVC avc:  denied  { setenforce } for  pid=854 comm=\"setenforce\" scontext=unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023 tcontext=system_u:object_r:security_t:s0 tclass=security permissive=0")]
    [InlineData("IPE_ACCESS ipe_op=EXECUTE ipe_hook=BPRM_CHECK enforcing=1 pid=827 comm=\"bash\" path=\"/var/tmp/acceptance-copy\" dev=\"vda8\" ino=261749 rule=\"DEFAULT op=EXECUTE action=DENY\"")]
    [InlineData("IPE_ACCESS ipe_op=EXECUTE ipe_hook=MMAP enforcing=0 pid=827 comm=\"busybox\" path=\"/usr/bin/busybox\" dev=\"overlay\" ino=261749 rule=\"DEFAULT action=DENY\"")]
    public void Unprovoked_WhatATestProvokes_IsLeftOut(string record) => Assert.Empty(DenialWatch.Unprovoked([record]));

    [Theory]
    [InlineData("AVC avc:  denied  { read } for  pid=854 comm=\"systemd-network\" name=\"x\" dev=\"tmpfs\" ino=1 scontext=system_u:system_r:systemd_networkd_t:s0 tcontext=system_u:object_r:var_lib_t:s0 tclass=file permissive=0")]
    [InlineData("AVC avc:  denied  { entrypoint } for  pid=854 comm=\"crun\" scontext=system_u:system_r:container_t:s0:c776,c899 tcontext=system_u:object_r:tmpfs_t:s0 tclass=file permissive=0")]
    [InlineData("AVC avc:  denied  { setenforce } for  pid=854 comm=\"x\" scontext=system_u:system_r:dockerd_t:s0 tcontext=system_u:object_r:security_t:s0 tclass=security permissive=0")]
    [InlineData("IPE_ACCESS ipe_op=EXECUTE ipe_hook=BPRM_CHECK enforcing=1 pid=827 comm=\"bash\" path=\"/usr/bin/true\" dev=\"dm-3\" ino=261749 rule=\"DEFAULT op=EXECUTE action=DENY\"")]
    [InlineData("IPE_ACCESS ipe_op=KMODULE ipe_hook=KERNEL_READ enforcing=1 pid=827 comm=\"modprobe\" path=\"/usr/lib/modules/x.ko\" dev=\"dm-3\" ino=1 rule=\"DEFAULT op=KMODULE action=DENY\"")]
    [InlineData("USER_AVC pid=410 uid=0 auid=4294967295 ses=4294967295 subj=system_u:system_r:system_dbusd_t:s0 msg='avc:  denied  { send_msg } for  scontext=system_u:system_r:systemd_logind_t:s0'")]
    public void Unprovoked_AnythingElse_IsNamed(string record) => Assert.Equal([record], DenialWatch.Unprovoked([record]));

    [Fact]
    public void Sources_OfTheSuite_TakeTheOptionsOfMachinesFromTheWatch()
    {
        var folder = Path.Combine(Testing.RepositoryRoot.Path, "src", "Ironhull.Machines", "Acceptance");
        var others = Directory.EnumerateFiles(folder, "*.cs")
            .Where(f => Path.GetFileName(f) != "DenialWatch.cs" && File.ReadAllText(f) is var text && (text.Contains("new MachineOptions", StringComparison.Ordinal) || text.Contains("KeysFolder =", StringComparison.Ordinal)))
            .Select(Path.GetFileName);
        Assert.Empty(others);
    }
}
