using Ironhull.Compose.Build;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Tests.Build;

public sealed class OutputFolderTests : IDisposable
{
    private static readonly Sha256Digest s_inputs = Sha256Digest.Of("inputs"u8);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TryReuse_SameInputsAndUntouchedOutputs_GivesTheReport()
    {
        var report = Written();
        var read = OutputManifest.TryReuse(_folder.Path, s_inputs)!;
        Assert.True(read.UpToDate);
        Assert.Equal((report.Image, report.Version, report.Packages, report.Files, report.RootHash), (read.Image, read.Version, read.Packages, read.Files, read.RootHash));
        Assert.Equal(report.Sizes, read.Sizes);
        Assert.Equal(report.Outputs, read.Outputs);
    }

    [Theory]
    [InlineData("inputs")]
    [InlineData("deleted")]
    [InlineData("longer")]
    [InlineData("same length")]
    [InlineData("no manifest")]
    [InlineData("torn manifest")]
    [InlineData("empty manifest")]
    [InlineData("array manifest")]
    public void TryReuse_AnythingElse_IsNull(string change)
    {
        Written();
        var output = Path.Combine(_folder.Path, "a.raw");
        var manifest = Path.Combine(_folder.Path, OutputManifest.FileName);
        var inputs = s_inputs;
        switch (change)
        {
            case "inputs":
                inputs = Sha256Digest.Of("other"u8);
                break;
            case "deleted":
                File.Delete(output);
                break;
            case "longer":
                File.AppendAllText(output, "x");
                break;
            case "same length":
                File.WriteAllText(output, "bytez");
                File.SetLastWriteTimeUtc(output, DateTime.UnixEpoch);
                break;
            case "no manifest":
                File.Delete(manifest);
                break;
            case "torn manifest":
                File.WriteAllText(manifest, File.ReadAllText(manifest)[..^20]);
                break;
            case "empty manifest":
                File.WriteAllText(manifest, "");
                break;
            default:
                File.WriteAllText(manifest, "[]");
                break;
        }

        Assert.Null(OutputManifest.TryReuse(_folder.Path, inputs));
    }

    [Fact]
    public void Take_SecondTaker_GetsHULL5006UntilTheFirstIsDone()
    {
        using (OutputLock.Take(_folder.Path))
        {
            Assert.Equal("HULL5006", Assert.Throws<HullException>(() => OutputLock.Take(_folder.Path)).Code.Code);
        }

        using (OutputLock.Take(_folder.Path))
        {
        }

        Assert.Empty(SortedDirectory.Files(_folder.Path));
    }

    [Fact]
    public void Take_RemovesPartialFilesOnly()
    {
        _folder.Write("a.raw.partial-12", "x");
        _folder.Write("build.json.partial-12-1", "x");
        _folder.Write("a.raw", "x");
        _folder.Write("partial.txt", "x");
        using (OutputLock.Take(_folder.Path))
        {
            Assert.Equal([".building", "a.raw", "partial.txt"], SortedDirectory.Files(_folder.Path).Select(f => Path.GetFileName(f)));
        }
    }

    [Fact]
    public void AtomicFile_FullDisk_LeavesTheOldFileAndNoOther()
    {
        using var disk = SmallDisk.Mount("size=64k");
        var path = Path.Combine(disk.Path, "a");
        AtomicFile.WriteAllText(path, "old");
        Assert.Throws<IOException>(() => AtomicFile.WriteAllBytes(path, new byte[63 << 10]));
        Assert.Throws<IOException>(() => AtomicFile.WriteAllBytes(path, new byte[256 << 10]));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(SortedDirectory.Files(disk.Path));
    }

    private BuildReport Written()
    {
        _folder.Write("a.raw", "bytes");
        var report = new BuildReport
        {
            Image = "a",
            Version = "1",
            OutputFolder = _folder.Path,
            UpToDate = false,
            Packages = 2,
            Files = 3,
            Sizes = [new("usr", 4), new("uki", 5)],
            RootHash = "ab",
            Outputs = [new("a.raw", "raw", 5, 5, "cd")],
            Stages = [],
            Notes = [],
        };
        OutputManifest.Write(_folder.Path, s_inputs, report);
        return report;
    }
}
