using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Stages;
using Ironhull.Provisioning.Tests.Cases;

namespace Ironhull.Provisioning.Tests.Stages;

public sealed class KernelArgumentsTests
{
    /// <summary>Name, the kernel's command line, the keys of kernelArguments, and "holds" or the code of the error.</summary>
    private static readonly (string Name, string CommandLine, string Keys, string After)[] Table =
    [
        ("kernelArguments: none", "quiet", "", "holds"),
        ("kernelArguments: one that is there", "quiet ro", "\"shouldExist\":[\"quiet\"]", "holds"),
        ("kernelArguments: all of several are there", "a b c", "\"shouldExist\":[\"c\",\"a\"]", "holds"),
        ("kernelArguments: one of several is not", "a b c", "\"shouldExist\":[\"a\",\"d\"]", "HULL8087"),
        ("kernelArguments: one that is not there", "ro", "\"shouldExist\":[\"quiet\"]", "HULL8087"),
        ("kernelArguments: two words in one entry", "a b=c", "\"shouldExist\":[\"b=c a\"]", "holds"),
        ("kernelArguments: another value", "a=1", "\"shouldExist\":[\"a=2\"]", "HULL8087"),
        ("kernelArguments: no value where there is one", "a=1", "\"shouldExist\":[\"a\"]", "HULL8087"),
        ("kernelArguments: a part of a word", "abc", "\"shouldExist\":[\"ab\"]", "HULL8087"),
        ("kernelArguments: an empty command line", "", "\"shouldExist\":[\"a\"]", "HULL8087"),
        ("kernelArguments: a quoted value", "a=\"b c\" d", "\"shouldExist\":[\"a=\\\"b c\\\"\"]", "holds"),
        ("kernelArguments: one that must not be there and is not", "a", "\"shouldNotExist\":[\"b\"]", "holds"),
        ("kernelArguments: one that must not be there and is", "a b", "\"shouldNotExist\":[\"b\"]", "HULL8087"),
        ("kernelArguments: one of another value must not be there", "a=1", "\"shouldNotExist\":[\"a=2\"]", "holds"),
        ("kernelArguments: both hold", "a b", "\"shouldExist\":[\"a\"],\"shouldNotExist\":[\"c\"]", "holds"),
        ("kernelArguments: neither holds", "a b", "\"shouldExist\":[\"c\"],\"shouldNotExist\":[\"b\"]", "HULL8087"),
    ];

    internal static IEnumerable<TableCase> Rows => Table.Select(r => TableCase.Applied("kernelArguments", r.Name, 3, r.After));

    public static TheoryData<string, string> Cases => VersionedCases.Of(Table.Select(r => (r.Name, 3)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_CaseOfTheTable_HoldsOrIsRefused(string name, string version)
    {
        var row = Table.Single(r => r.Name == name);
        var config = ConfigReader.Read(Encoding.UTF8.GetBytes($"{{\"ignition\":{{\"version\":\"{version}\"}},\"kernelArguments\":{{{row.Keys}}}}}"), "a.ign").Require();
        var error = Record.Exception(() => KernelArgumentsStage.Apply(config.KernelArguments, new(row.CommandLine)));
        Assert.Equal(row.After, error is null ? "holds" : Assert.IsType<HullException>(error).Code.Code);
        CaseReport.Pass(Rows.Single(r => r.Name == name), version);
    }
}
