using Ironhull.Machines.Acceptance;

namespace Ironhull.Machines.Tests;

public class HardeningChecksTests
{
    [Fact]
    public void Differences_AllAsWanted_AreNone() =>
        Assert.Empty(Settings.Differences("kernel.sysrq = 0\nmaxauthtries 4\nStorage=persistent", "maxauthtries 4\nother 1\nkernel.sysrq = 0\nStorage=persistent\n"));

    [Fact]
    public void Differences_OtherOrAbsentValue_AreNamed() => Assert.Equal(
        ["kernel.sysrq: expected '0', found '176'", "maxauthtries: expected '4', found nothing"],
        Settings.Differences("kernel.sysrq = 0\nmaxauthtries 4", "kernel.sysrq = 176\n"));

    [Fact]
    public void Differences_ValueOfSeveralFields_ComparesWithBlanks() => Assert.Empty(Settings.Differences("kernel.printk = 7 4 1 7", "kernel.printk = 7\t4\t1\t7"));

    [Fact]
    public void Differences_ValueWithEqualsSign_IsTakenWhole() => Assert.Single(Settings.Differences("kernel.core_pattern = |/bin/false", "kernel.core_pattern = |/bin/x a=b"));

    [Fact]
    public void Parse_LastLineOfAnalyze_GivesUnitAndExposure()
    {
        var exposures = ServiceExposure.Parse("✓ PrivateNetwork= \n\n→ Overall exposure level for sshd-keygen.service: 1.2 OK 🙂\nOverall exposure level for ssh.service: 9.6\nnonsense");
        Assert.Equal(2, exposures.Count);
        Assert.Equal(1.2m, exposures["sshd-keygen.service"]);
        Assert.Equal(9.6m, exposures["ssh.service"]);
    }

    [Fact]
    public void Violations_AtTheLimit_AreNone() =>
        Assert.Empty(ServiceExposure.Violations(new Dictionary<string, decimal> { ["ironhull-disk-guid.service"] = ServiceExposure.OwnLimit }));

    [Fact]
    public void Violations_AboveTheLimitOrUnknown_AreNamed() => Assert.Equal(
        ["ironhull-disk-guid.service has 4.1, at most 4.0 was reviewed", "new.service has 0.2 and was never reviewed"],
        ServiceExposure.Violations(new SortedDictionary<string, decimal>(StringComparer.Ordinal) { ["ironhull-disk-guid.service"] = 4.1m, ["new.service"] = 0.2m }));

    [Fact]
    public void Reviewed_OwnServices_AreAtMostAtTheirLimit() =>
        Assert.All(ServiceExposure.Reviewed.Where(e => e.Key.StartsWith("ironhull-", StringComparison.Ordinal)), e => Assert.InRange(e.Value, 0, ServiceExposure.OwnLimit));
}
