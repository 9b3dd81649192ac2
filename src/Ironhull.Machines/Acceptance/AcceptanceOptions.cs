using Ironhull.Machines.Qemu;

namespace Ironhull.Machines.Acceptance;

/// <summary>What is accepted, and how.</summary>
public sealed record AcceptanceOptions
{
    /// <summary>The production disk image, raw or qcow2; it stays unchanged.</summary>
    public required string ImagePath { get; init; }

    /// <summary>Folder of the keys that signed it: PK.crt, KEK.crt, db.crt, and the key for boot code for the control of the addon test.</summary>
    public required string KeysFolder { get; init; }

    /// <summary>An OCI image archive whose container is run on the machine, or null to leave that test out.</summary>
    public string? OciArchive { get; init; }

    /// <summary>A signed system extension for the image, with programs in /usr/bin, or null to leave that test out.</summary>
    public string? Extension { get; init; }

    /// <summary>Text that the container's output must contain.</summary>
    public string ContainerOutput { get; init; } = "Hello from Ironhull";

    /// <summary>Parts of test names, parted by commas; only tests with one of them run. Null runs all.</summary>
    public string? Filter { get; init; }

    /// <summary>Whether only the fast subset runs: what one booted machine shows, and what the firmware refuses.</summary>
    public bool Fast { get; init; }

    /// <summary>How long a machine may take to boot.</summary>
    public TimeSpan BootTimeout { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>Folder that receives each machine's console log, or null.</summary>
    public string? LogFolder { get; init; }

    /// <summary>How instructions are executed, or null to find out.</summary>
    public AcceleratorKind? Accelerator { get; init; }

    /// <summary>Told what is going on.</summary>
    public IProgress<AcceptanceProgress>? Progress { get; init; }
}

/// <summary>One step of a running suite.</summary>
/// <param name="Text">What happens now, or a result in one line.</param>
/// <param name="Result">The result, when a test has ended.</param>
public sealed record AcceptanceProgress(string Text, AcceptanceResult? Result = null);
