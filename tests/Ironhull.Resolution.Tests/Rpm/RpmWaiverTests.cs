using Xunit;
using static Ironhull.Resolution.Tests.Rpm.RpmLines;

namespace Ironhull.Resolution.Tests.Rpm;

/// <summary>Waivers of RPM dependencies.</summary>
public sealed class RpmWaiverTests
{
    [Theory]
    [InlineData("a; R: gone", "gone")]
    [InlineData("a; R: gone >= 2", "gone")]
    [InlineData("a; R: gone >= 2", "gone >= 2")]
    [InlineData("a; R: (gone or lost)", "(gone or lost)")]
    [InlineData("a; R: (gone >= 0.5 or lost)", "(gone or lost)")]
    [InlineData("a; R: (gone >= 0.5 or lost)", "(gone >= 0.5 or lost)")]
    [InlineData("a; R: (gone >= 0.5 with gone < 2)", "( gone with gone )")]
    public void Resolve_WaivedDependency_IsNotNeeded(string packages, string waived)
    {
        var result = Resolver.Resolve(Universe(packages), Install("a") with { Waivers = [new DependencyWaiver("*", waived)] });
        Assert.Equal("a", Names(result));
        Assert.Empty(Assert.IsType<Solution>(result).Warnings);
    }

    [Theory]
    [InlineData("a; R: gone >= 2", "gone >= 3")]
    [InlineData("a; R: (gone >= 0.5 or lost)", "(gone >= 0.6 or lost)")]
    [InlineData("a; R: (gone or lost)", "(lost or gone)")]
    public void Resolve_WaiverOfAnotherDependency_TakesNothing(string packages, string waived) =>
        Assert.IsType<Failure>(Resolver.Resolve(Universe(packages), Install("a") with { Waivers = [new DependencyWaiver("*", waived)] }));
}
