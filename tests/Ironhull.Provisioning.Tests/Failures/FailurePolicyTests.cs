using Ironhull.Provisioning.Failures;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Tests.Failures;

public sealed class FailurePolicyTests
{
    [Theory]
    [InlineData("quiet", FailureAction.Reboot, 5)]
    [InlineData("ironhull.provision.failed=reboot ironhull.provision.attempts=2", FailureAction.Reboot, 2)]
    [InlineData("ironhull.provision.failed=reboot ironhull.provision.failed=halt", FailureAction.Halt, 5)]
    [InlineData("ironhull.provision.failed=emergency", FailureAction.Emergency, 5)]
    [InlineData("ironhull.provision.failed=shell ironhull.provision.attempts=0", FailureAction.Reboot, 5)]
    [InlineData("ironhull.provision.attempts=-1", FailureAction.Reboot, 5)]
    [InlineData("ironhull.provision.attempts=99999999999999999999", FailureAction.Reboot, 5)]
    public void Read_WordsOfTheCommandLine(string words, FailureAction action, int attempts) => Assert.Equal(new(action, attempts), FailurePolicy.Read(new KernelCommandLine(words)));

    [Theory]
    [InlineData(FailureAction.Reboot, 1, FailureAction.Reboot, 10)]
    [InlineData(FailureAction.Reboot, 2, FailureAction.Reboot, 30)]
    [InlineData(FailureAction.Reboot, 3, FailureAction.Reboot, 90)]
    [InlineData(FailureAction.Reboot, 4, FailureAction.Reboot, 270)]
    [InlineData(FailureAction.Reboot, 5, FailureAction.Halt, 0)]
    [InlineData(FailureAction.Reboot, 1000, FailureAction.Halt, 0)]
    [InlineData(FailureAction.Reboot, null, FailureAction.Halt, 0)]
    [InlineData(FailureAction.Halt, 1, FailureAction.Halt, 0)]
    [InlineData(FailureAction.Emergency, null, FailureAction.Emergency, 0)]
    public void After_RestartsLessAndLessOftenAndNotForEver(FailureAction wanted, int? attempt, FailureAction action, int seconds) =>
        Assert.Equal(new(action, TimeSpan.FromSeconds(seconds)), new FailurePolicy(wanted, 5).After(attempt));

    [Fact]
    public void After_ManyAttempts_NoMoreThanFiveMinutes() => Assert.Equal(TimeSpan.FromMinutes(5), new FailurePolicy(FailureAction.Reboot, 1_000_000).After(999_999).Delay);
}
