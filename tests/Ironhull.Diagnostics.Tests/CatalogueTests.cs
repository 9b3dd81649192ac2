using System.Reflection;
using System.Text.RegularExpressions;

namespace Ironhull.Diagnostics.Tests;

public sealed class CatalogueTests
{
    [Fact]
    public void All_EveryAreaOfTheAssembly_IsInTheCatalogue()
    {
        var declared = typeof(Catalogue).Assembly.GetTypes()
            .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Where(f => f.FieldType == typeof(ErrorCode)).Select(f => (ErrorCode)f.GetValue(null)!).OrderBy(c => c.Code, StringComparer.Ordinal);
        Assert.Equal(declared, Catalogue.All);
    }

    [Fact]
    public void All_Codes_AreUniqueAndOfTheForm()
    {
        Assert.Equal(Catalogue.All.Count, Catalogue.All.Select(c => c.Code).Distinct().Count());
        Assert.All(Catalogue.All, c => Assert.Matches("^HULL[0-9]{4}$", c.Code));
    }

    [Fact]
    public void All_Entries_SayWhatAndTheRemedy()
    {
        Assert.All(Catalogue.All, c =>
        {
            Assert.False(string.IsNullOrWhiteSpace(c.Title));
            Assert.False(string.IsNullOrWhiteSpace(c.Remedy));
            Assert.DoesNotMatch(new Regex("[.]$"), c.Title);
        });
    }

    [Theory]
    [InlineData(ErrorCategory.Input, 2)]
    [InlineData(ErrorCategory.Environment, 3)]
    [InlineData(ErrorCategory.Integrity, 4)]
    [InlineData(ErrorCategory.Unsupported, 5)]
    [InlineData(ErrorCategory.Network, 6)]
    [InlineData(ErrorCategory.Servicing, 7)]
    [InlineData(ErrorCategory.Internal, 70)]
    public void For_Category_GivesItsExitCode(ErrorCategory category, int exitCode) => Assert.Equal(exitCode, ExitCodes.For(category));

    [Fact]
    public void ToString_LocationForms_ShowLineColumnOrOffset()
    {
        Assert.Equal("a.yaml:3:7", new Location("a.yaml", 3, 7).ToString());
        Assert.Equal("disk.raw @ byte 512", Location.At("disk.raw", 512).ToString());
        Assert.Equal("x", new Location("x").ToString());
    }

    [Fact]
    public void HullException_SeveralDiagnostics_TakesTheFirstCategoryAndShowsAll()
    {
        var error = new HullException([FormatErrors.Truncated.With("one", new("a")), DefinitionErrors.UnknownKey.With("two", new("b", 1, 1))]);
        Assert.Equal(4, error.ExitCode);
        Assert.Contains("a: error HULL1001: one", error.Message, StringComparison.Ordinal);
        Assert.Contains("b:1:1: error", error.Message, StringComparison.Ordinal);
        Assert.Contains("remedy: ", error.Message, StringComparison.Ordinal);
    }
}
