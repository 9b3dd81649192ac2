using System.Globalization;
using Ironhull.Diagnostics;
using Ironhull.Machines.Host;

namespace Ironhull.Machines.Qemu;

/// <summary>Copy-on-write disks on top of an image that stays as it is.</summary>
public static class DiskOverlay
{
    /// <summary>Makes an overlay.</summary>
    /// <param name="image">The image, raw or qcow2.</param>
    /// <param name="path">The overlay, qcow2.</param>
    /// <param name="size">Bytes that the guest sees; never less than the image has.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The overlay's path.</returns>
    /// <exception cref="HullException">HULL7001, HULL7003.</exception>
    public static async Task<string> CreateAsync(string image, string path, long size, CancellationToken cancel = default)
    {
        var format = FormatOf(image);
        await RunAsync("qemu-img", ["create", "-q", "-f", "qcow2", "-F", format, "-b", Path.GetFullPath(image), path], cancel).ConfigureAwait(false);
        var length = format == "raw" ? new FileInfo(image).Length : 0;
        if (size > length)
        {
            // For a qcow2 base the virtual size is only known to qemu-img; growing by name refuses to shrink and says so.
            var grown = await TryAsync("qemu-img", ["resize", "-q", "-f", "qcow2", path, size.ToString(CultureInfo.InvariantCulture)], cancel).ConfigureAwait(false);
            if (!grown.Succeeded && !grown.Error.Contains("shrink", StringComparison.OrdinalIgnoreCase))
            {
                throw MachineErrors.ImageUnusable.Error($"{image}: {grown.Error.Trim()}");
            }
        }

        return path;
    }

    /// <summary>"qcow2" or "raw", by the file's first bytes ("QFI\xfb").</summary>
    /// <exception cref="HullException">HULL7003.</exception>
    public static string FormatOf(string image)
    {
        using var stream = File.OpenRead(image);
        Span<byte> magic = stackalloc byte[4];
        if (stream.ReadAtLeast(magic, 4, throwOnEndOfStream: false) < 4)
        {
            throw MachineErrors.ImageUnusable.Error($"{image} is empty.");
        }

        return magic is [0x51, 0x46, 0x49, 0xfb] ? "qcow2" : "raw";
    }

    /// <summary>Overwrites bytes of an overlay; the image below does not change.</summary>
    /// <param name="overlay">The overlay.</param>
    /// <param name="offset">Byte offset on the disk, a multiple of 512.</param>
    /// <param name="data">The bytes, a multiple of 512.</param>
    /// <param name="cancel">Stops it.</param>
    public static async Task WriteAsync(string overlay, long offset, ReadOnlyMemory<byte> data, CancellationToken cancel = default)
    {
        var patch = overlay + ".patch";
        await File.WriteAllBytesAsync(patch, data, cancel).ConfigureAwait(false);
        try
        {
            var command = string.Create(CultureInfo.InvariantCulture, $"write -q -s {patch} {offset} {data.Length}");
            await RunAsync("qemu-io", ["-f", "qcow2", "-c", command, overlay], cancel).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(patch);
        }
    }

    private static async Task RunAsync(string tool, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        var result = await TryAsync(tool, arguments, cancel).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw MachineErrors.ImageUnusable.Error($"{tool}: {(result.Error + result.Output).Trim()}");
        }
    }

    private static Task<ToolResult> TryAsync(string tool, IReadOnlyList<string> arguments, CancellationToken cancel) =>
        HostTool.RunAsync(HostTool.Find(tool, "make the machine's disk"), arguments, cancel: cancel);
}
