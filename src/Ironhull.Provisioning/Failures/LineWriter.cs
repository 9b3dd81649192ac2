using System.Runtime.InteropServices;
using Ironhull.Provisioning.Engine;

namespace Ironhull.Provisioning.Failures;

/// <summary>Writes to devices that may take nothing: consoles, ports to the host. Nothing waits longer than a few seconds for one.</summary>
internal static class LineWriter
{
    // asm-generic/fcntl.h: O_WRONLY, O_NOCTTY, O_NONBLOCK; errno.h: EAGAIN, EINTR.
    private const int WriteOnly = 1;
    private const int NoTerminal = 0x100;
    private const int NonBlocking = 0x800;
    private const int TryAgain = 11;
    private const int Interrupted = 4;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Writes bytes to a device.</summary>
    /// <param name="path">The device.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="limit">For how long it may take none of them.</param>
    /// <returns>Whether it has taken all.</returns>
    public static bool Write(string path, ReadOnlySpan<byte> bytes, TimeSpan limit)
    {
        var device = File.Exists(path) ? Libc.Open(path, WriteOnly | NoTerminal | NonBlocking | (int)Libc.CloseOnExec) : -1;
        if (device < 0)
        {
            return false;
        }

        try
        {
            for (var waited = TimeSpan.Zero; bytes.Length > 0;)
            {
                var written = Libc.Write(device, bytes, (nuint)bytes.Length);
                if (written > 0)
                {
                    bytes = bytes[(int)written..];
                    waited = TimeSpan.Zero;
                }
                else if (Marshal.GetLastPInvokeError() is not (TryAgain or Interrupted) || waited > limit)
                {
                    return false;
                }
                else
                {
                    Thread.Sleep(s_pause);
                    waited += s_pause;
                }
            }

            return true;
        }
        finally
        {
            _ = Libc.Close(device);
        }
    }
}
