using System.Diagnostics;
using Ironhull.Diagnostics;
using Ironhull.Machines.Host;
using Ironhull.Machines.Qemu;

namespace Ironhull.Machines.Tests;

public sealed class HostTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hull-host-");

    [Fact]
    public void Find_AbsentProgram_ReportsHULL7001()
    {
        var error = Assert.Throws<HullException>(() => HostTool.Find("no-such-program-anywhere", "test"));
        Assert.Equal("HULL7001", error.Code.Code);
    }

    [Fact]
    public async Task RunAsync_InputAndOutput_ArePassedThrough()
    {
        using var input = new MemoryStream("text"u8.ToArray());
        var result = await HostTool.RunAsync("/bin/sh", ["-c", "cat; echo err >&2; exit 3"], input);
        Assert.Equal((3, "text", "err\n"), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task ChildProcess_Disposed_EndsTheProgram()
    {
        var pidFile = Path.Combine(_folder.FullName, "pid");
        int pid;
        await using (var child = ChildProcess.Start("/bin/sh", ["-c", $"echo $$ > {pidFile}; exec sleep 600"]))
        {
            while (!File.Exists(pidFile) || new FileInfo(pidFile).Length == 0)
            {
                await Task.Delay(20);
            }

            pid = int.Parse(await File.ReadAllTextAsync(pidFile), System.Globalization.CultureInfo.InvariantCulture);
            Assert.False(child.HasExited);
        }

        Assert.False(Directory.Exists($"/proc/{pid}"), "the program has outlived its owner");
    }

    [Fact]
    public async Task ChildProcess_ProgramEnds_ItsCodeAndErrorsAreKept()
    {
        await using var child = ChildProcess.Start("/bin/sh", ["-c", "echo trouble >&2; exit 7"]);
        await child.WaitAsync();
        Assert.Equal((7, "trouble\n"), (child.ExitCode, child.Errors));
    }

    [Fact]
    public async Task ChildProcess_OwnerKilled_EndsTheProgram()
    {
        // The owner is played by a shell that holds the other end of the pipe, and dies of SIGKILL.
        var pidFile = Path.Combine(_folder.FullName, "pid");
        var fifo = Path.Combine(_folder.FullName, "pipe");
        var script = $"mkfifo {fifo}; (sleep 600 > {fifo}) & owner=$!; sh -c '{ChildProcess.Leash.Replace("'", "'\\''", StringComparison.Ordinal)}' leash " +
            $"/bin/sh -c 'echo $$ > {pidFile}; exec sleep 600' < {fifo} & " +
            $"while [ ! -s {pidFile} ]; do sleep 0.05; done; pkill -KILL -P $owner; kill -KILL $owner; wait $!; ! kill -0 $(cat {pidFile}) 2>/dev/null";
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var result = await HostTool.RunAsync("/bin/sh", ["-c", script], cancel: limit.Token);
        Assert.True(result.Succeeded, result.Error);
    }

    [Fact]
    public async Task ProbeFirmware_UnderTcg_EndsQemuWithTheKnownCode()
    {
        var rom = Path.Combine(_folder.FullName, "probe.rom");
        await File.WriteAllBytesAsync(rom, Accelerator.ProbeFirmware());
        var arguments = Accelerator.ProbeArguments(rom).ToList();
        arguments[arguments.IndexOf("kvm")] = "tcg";
        arguments[arguments.IndexOf("host")] = "max";
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var result = await HostTool.RunAsync(HostTool.Find("qemu-system-x86_64", "test"), arguments, cancel: limit.Token);
        Assert.Equal(Accelerator.ProbeExitCode, result.ExitCode);
    }

    [Fact]
    public async Task DiskOverlay_WriteAndGrow_LeavesTheImageAlone()
    {
        var image = Path.Combine(_folder.FullName, "image.raw");
        var bytes = new byte[1 << 20];
        bytes.AsSpan().Fill(0x11);
        await File.WriteAllBytesAsync(image, bytes);
        var overlay = await DiskOverlay.CreateAsync(image, Path.Combine(_folder.FullName, "disk.qcow2"), 4 << 20);
        var sector = new byte[512];
        sector.AsSpan().Fill(0x22);
        await DiskOverlay.WriteAsync(overlay, 1024, sector);
        var raw = Path.Combine(_folder.FullName, "out.raw");
        Assert.True((await HostTool.RunAsync("qemu-img", ["convert", "-O", "raw", overlay, raw])).Succeeded);
        var read = await File.ReadAllBytesAsync(raw);
        Assert.Equal(4 << 20, read.Length);
        Assert.Equal((0x11, 0x22, 0x22, 0x11, 0), (read[1023], read[1024], read[1535], read[1536], read[1 << 20]));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(image));
    }

    [Fact]
    public async Task StartAsync_MissingImage_ReportsHULL7003()
    {
        var error = await Assert.ThrowsAsync<HullException>(() => Machine.StartAsync(new() { ImagePath = "/nonexistent", KeysFolder = "/nonexistent" }));
        Assert.Equal("HULL7003", error.Code.Code);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
