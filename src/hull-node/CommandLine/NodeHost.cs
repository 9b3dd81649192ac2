using System.Text;
using Ironhull.Node.CrashKernel;
using Ironhull.Node.Processes;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Engine.Disks;
using Ironhull.Provisioning.Failures;
using Ironhull.Provisioning.Network;
using Ironhull.Provisioning.Reporting;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Node.CommandLine;

/// <summary>The process's surroundings, so that tests can put their own in place.</summary>
internal sealed class NodeHost : IDisposable
{
    /// <summary>Takes results.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Takes errors and, where a command says what it does, its log.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Where the running system keeps what it knows.</summary>
    public NodePaths Paths { get; init; } = NodePaths.Real;

    /// <summary>The root of the system that runs.</summary>
    public string RunningRoot { get; init; } = "/";

    /// <summary>Sets owners of files.</summary>
    public IOwnership Ownership { get; init; } = new DiskOwnership();

    /// <summary>What disks are worked on with; a device may take as long as systemd waits for one in an initrd.</summary>
    public DiskTools Disks { get; init; } = DiskTools.OfThisMachine(TimeSpan.FromSeconds(90));

    /// <summary>The machine's network links.</summary>
    public ILinks Links { get; init; } = new KernelLinks();

    /// <summary>How a platform is told what became of a first boot; null where it cannot be.</summary>
    public Func<string, IReportChannel?> Reports { get; init; } = ReportChannels.Find;

    /// <summary>Loads kernel modules of a root by their names or aliases.</summary>
    public Action<string, IEnumerable<string>> LoadModules { get; init; } = (root, modules) => new KernelModules(root).Load(modules);

    /// <summary>The time.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Waits.</summary>
    public Action<TimeSpan> Wait { get; init; } = Thread.Sleep;

    /// <summary>Opens a block device for reading and writing; null for those of <see cref="Disks"/>.</summary>
    public Func<string, Stream>? OpenDevice { get; init; }

    /// <summary>Opens the EFI system partition; null where commands know how.</summary>
    public Func<SystemPartition>? OpenSystemPartition { get; init; }

    /// <summary>The system call that loads kernels.</summary>
    public IKexec KexecCall { get; init; } = new Kexec();

    /// <summary>What the running kernel says of kernels that were loaded.</summary>
    public KexecState Kexec { get; init; } = new("/");

    /// <summary>The real surroundings.</summary>
    public static NodeHost Real() => new()
    {
        Out = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 4096) { NewLine = "\n" },
        Error = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false), 1024) { NewLine = "\n", AutoFlush = true },
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        Out.Flush();
        Error.Flush();
    }
}
