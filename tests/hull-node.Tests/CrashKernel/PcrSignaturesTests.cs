using Ironhull.Diagnostics;
using Ironhull.Node.CrashKernel;

namespace Ironhull.Node.Tests.CrashKernel;

public sealed class PcrSignaturesTests : IDisposable
{
    private static readonly string s_key = new('a', 64);
    private static readonly string s_policy = new('0', 63);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hull-node-test-");

    private string FilePath => Path.Combine(_folder.FullName, "signatures.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Read_FileOfSystemdMeasure_GivesThePhasesAfterTheFirst()
    {
        File.WriteAllText(FilePath, $$"""{"sha256":[{{Entry('1')}},{{Entry('2')}},{{Entry('3')}}],"sha384":[]}""");
        Assert.Equal($"ironhull.pcr-signature={s_key},{s_policy}2:c2ln,{s_policy}3:c2ln", PcrSignatures.Read(FilePath));
    }

    [Fact]
    public void Read_NoFile_GivesNothing() => Assert.Null(PcrSignatures.Read(FilePath));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"sha256":{}}""")]
    [InlineData("""{"sha256":[]}""")]
    [InlineData("""{"sha256":[{},{}]}""")]
    [InlineData("""{"sha256":[{},{"pcrs":["x"]}]}""")]
    [InlineData("""{"sha256":[{},{"pcrs":[7],"pkfp":"00","pol":"00","sig":"c2ln"}]}""")]
    [InlineData("""{"sha256":[{},{"pcrs":[11],"pkfp":7,"pol":"00","sig":"c2ln"}]}""")]
    [InlineData("""{"sha256":[{},{"pcrs":[11],"pkfp":"aa init=/bin/sh","pol":"00","sig":"c2ln"}]}""")]
    public void Read_AnythingElse_ReportsHULL7106(string text)
    {
        File.WriteAllText(FilePath, text);
        Assert.Equal("HULL7106", Assert.Throws<HullException>(() => PcrSignatures.Read(FilePath)).Code.Code);
    }

    [Theory]
    [InlineData("c2ln init=/bin/sh")]
    [InlineData("c2\\n")]
    [InlineData("c2ln\\n")]
    [InlineData("")]
    public void Read_SignatureThatIsNoBase64_ReportsHULL7106(string signature)
    {
        File.WriteAllText(FilePath, $$"""{"sha256":[{},{{Entry('1').Replace("c2ln", signature, StringComparison.Ordinal)}}]}""");
        Assert.Equal("HULL7106", Assert.Throws<HullException>(() => PcrSignatures.Read(FilePath)).Code.Code);
    }

    private static string Entry(char last) => $$"""{"pcrs":[11],"pkfp":"{{s_key}}","pol":"{{s_policy}}{{last}}","sig":"c2ln"}""";
}
