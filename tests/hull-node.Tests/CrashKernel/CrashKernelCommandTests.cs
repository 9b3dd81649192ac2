using Ironhull.Node.CommandLine;
using Ironhull.Node.CrashKernel;
using Microsoft.Win32.SafeHandles;

namespace Ironhull.Node.Tests.CrashKernel;

public sealed class CrashKernelCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hull-node-test-");

    public CrashKernelCommandTests()
    {
        Write("sys/kernel/kexec_crash_size", "268435456\n");
        Write("sys/kernel/kexec_crash_loaded", "0\n");
        Write("proc/sys/kernel/kexec_load_disabled", "0\n");
        Write("proc/cmdline", "quiet console=tty0 console=ttyS0,115200 panic=5\n");
        Write("vmlinuz", "kernel");
        Write("initrd", "initrd");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Load_GivesTheKernelBothFilesAndTheCommandLineWithTheConsoles()
    {
        var call = new Call();
        var (code, output, error) = Run(call, "load", "--copy-consoles", PathOf("vmlinuz"), PathOf("initrd"), "irqpoll nr_cpus=1");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal("kernel initrd irqpoll nr_cpus=1 console=tty0 console=ttyS0,115200", call.Loaded);
        Assert.Contains("irqpoll nr_cpus=1 console=tty0", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SignaturesThatAreNotThere_AddNothing()
    {
        var call = new Call();
        Assert.Equal(0, Run(call, "load", "--pcr-signatures", PathOf("none.json"), PathOf("vmlinuz"), PathOf("initrd"), "x").Code);
        Assert.Equal("kernel initrd x", call.Loaded);
    }

    [Fact]
    public void Load_Signatures_AreAWordOfTheCommandLine()
    {
        var (key, policy) = (new string('a', 64), new string('b', 64));
        Write("pcr.json", $$"""{"sha256":[{},{"pcrs":[11],"pkfp":"{{key}}","pol":"{{policy}}","sig":"c2ln"}]}""");
        var call = new Call();
        Assert.Equal(0, Run(call, "load", "--pcr-signatures", PathOf("pcr.json"), PathOf("vmlinuz"), PathOf("initrd"), "x").Code);
        Assert.Equal($"kernel initrd x ironhull.pcr-signature={key},{policy}:c2ln", call.Loaded);
    }

    [Theory]
    [InlineData(99, "HULL7101")]
    [InlineData(13, "HULL7104")]
    [InlineData(61, "HULL7104")]
    [InlineData(126, "HULL7104")]
    [InlineData(129, "HULL7104")]
    [InlineData(1, "HULL7105")]
    [InlineData(22, "HULL7105")]
    public void Load_ErrorOfTheKernel_IsACodedError(int number, string code)
    {
        var (exit, _, error) = Run(new Call { Result = number }, "load", PathOf("vmlinuz"), PathOf("initrd"), "x");
        Assert.NotEqual(0, exit);
        Assert.Contains(code + ": ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WithoutReservedMemory_ReportsHULL7101BeforeAnythingIsTried()
    {
        Write("sys/kernel/kexec_crash_size", "0\n");
        var call = new Call();
        Assert.Contains("HULL7101", Run(call, "load", PathOf("vmlinuz"), PathOf("initrd"), "x").Error, StringComparison.Ordinal);
        Assert.Equal("", call.Loaded);
    }

    [Fact]
    public void Load_WithoutTheExtension_ReportsHULL7102ThatNamesTheFile()
    {
        var error = Run(new Call(), "load", PathOf("nowhere/vmlinuz"), PathOf("initrd"), "x").Error;
        Assert.Contains("HULL7102", error, StringComparison.Ordinal);
        Assert.Contains("nowhere/vmlinuz", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("load")]
    [InlineData("unload")]
    public void Run_WhereKexecIsLocked_ReportsHULL7103(string verb)
    {
        Write("proc/sys/kernel/kexec_load_disabled", "1\n");
        string[] operands = verb == "load" ? [PathOf("vmlinuz"), PathOf("initrd"), "x"] : [];
        Assert.Contains("HULL7103", Run(new Call(), [verb, .. operands]).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_CommandLineThatIsTooLong_ReportsHULL9010() =>
        Assert.Contains("HULL9010", Run(new Call(), "load", PathOf("vmlinuz"), PathOf("initrd"), new string('x', CrashKernelLoader.LongestCommandLine + 1)).Error, StringComparison.Ordinal);

    [Fact]
    public void Unload_CallsTheKernel()
    {
        var call = new Call();
        Assert.Equal(0, Run(call, "unload").Code);
        Assert.True(call.Unloaded);
    }

    [Fact]
    public void Status_SaysWhatTheKernelSays()
    {
        Write("sys/kernel/kexec_crash_loaded", "1\n");
        Assert.Equal((0, "loaded=yes\nreserved-bytes=268435456\nlocked=no\n", ""), Run(new Call(), "status"));
    }

    [Fact]
    public void Status_OfAKernelWithoutKexec_SaysNo()
    {
        Directory.Delete(PathOf("sys"), recursive: true);
        Assert.Equal("loaded=no\nreserved-bytes=0\nlocked=no\n", Run(new Call(), "status").Out);
    }

    // The real call, with handles that are no kernel: as root the kernel reads them, as anybody else it does not even look.
    [Fact]
    public void Kexec_RealCallWithFilesThatAreNoKernel_GivesAnErrorNumber()
    {
        using var file = File.OpenHandle(PathOf("vmlinuz"));
        Assert.InRange(new Kexec().Load(file, file, "x"), 1, 4095);
    }

    private (int Code, string Out, string Error) Run(IKexec call, params string[] words)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        using var host = new NodeHost { Out = output, Error = error, KexecCall = call, Kexec = new(_folder.FullName) };
        var code = NodeApplication.Run(["hull-node", "crash-kernel", .. words], host);
        return (code, output.ToString(), error.ToString());
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
    }

    private sealed class Call : IKexec
    {
        public int Result { get; init; }

        public string Loaded { get; private set; } = "";

        public bool Unloaded { get; private set; }

        public int Load(SafeFileHandle kernel, SafeFileHandle initrd, string commandLine)
        {
            Loaded = $"{Text(kernel)} {Text(initrd)} {commandLine}";
            return Result;
        }

        public int Unload()
        {
            Unloaded = true;
            return Result;
        }

        private static string Text(SafeFileHandle file)
        {
            var bytes = new byte[RandomAccess.GetLength(file)];
            RandomAccess.Read(file, bytes, 0);
            return System.Text.Encoding.UTF8.GetString(bytes);
        }
    }
}
