using System.Runtime.InteropServices;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Platforms;

/// <summary>The kernel's device for key-value pairs, <c>/dev/vmbus/hv_kvp</c>; one program at a time can have it.</summary>
internal sealed partial class KvpDevice : IKvpChannel
{
    private const string Device = "dev/vmbus/hv_kvp";
    private const int ReadWrite = 2;
    private const short Input = 1;
    private readonly int _file;
    private readonly string _path;

    private KvpDevice(int file, string path)
    {
        _file = file;
        _path = path;
    }

    /// <summary>Opens it; null when the machine has none.</summary>
    /// <exception cref="HullException">HULL8085: it is there and cannot be opened.</exception>
    public static KvpDevice? Open(NodePaths paths, Action<string> loadModule)
    {
        var path = paths.At(Device);
        if (!File.Exists(path))
        {
            loadModule("hv_utils");
        }

        if (!File.Exists(path))
        {
            return null;
        }

        var file = Libc.Open(path, ReadWrite | (int)Libc.CloseOnExec);
        return file >= 0 ? new(file, path) : throw Broken(path, "opened");
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> message)
    {
        if (Write(_file, message, (nuint)message.Length) != message.Length)
        {
            throw Broken(_path, "written");
        }
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, TimeSpan patience)
    {
        var wait = new PollEntry { File = _file, Events = Input };
        if (Poll(ref wait, 1, (int)Math.Clamp(patience.TotalMilliseconds, 0, int.MaxValue)) <= 0 || (wait.Happened & Input) == 0)
        {
            return 0;
        }

        var count = Read(_file, buffer, (nuint)buffer.Length);
        return count >= 0 ? (int)count : throw Broken(_path, "read");
    }

    /// <inheritdoc/>
    public void Dispose() => _ = Libc.Close(_file);

    private static HullException Broken(string path, string what) =>
        ProvisioningErrors.PlatformFailed.Error($"{path} cannot be {what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.", new Location(path));

    // poll(2): struct pollfd.
    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int File;
        public short Events;
        public short Happened;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollEntry entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int file, Span<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int file, ReadOnlySpan<byte> buffer, nuint count);
}
