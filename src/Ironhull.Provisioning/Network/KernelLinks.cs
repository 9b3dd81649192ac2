using System.Runtime.InteropServices;
using System.Text;

namespace Ironhull.Provisioning.Network;

/// <summary>The links of the running kernel, by the calls of netdevice(7).</summary>
public sealed partial class KernelLinks : ILinks
{
    // linux/sockios.h, linux/socket.h, linux/if.h.
    private const nuint GetFlags = 0x8913;
    private const nuint SetFlags = 0x8914;
    private const nuint SetAddress = 0x8916;
    private const int Internet = 2;
    private const int Datagram = 2 | 0x80000;
    private const short Up = 1;
    private const int NameLength = 16;

    // struct ifreq: a name and a union; an address of the family Internet, all zeros, removes the one that is there.
    private const int RequestLength = 40;

    /// <inheritdoc/>
    public void TakeDown(string name)
    {
        var socket = Socket(Internet, Datagram, 0);
        if (socket < 0)
        {
            return;
        }

        try
        {
            Span<byte> request = stackalloc byte[RequestLength];
            Name(request, name);
            BitConverter.TryWriteBytes(request[NameLength..], (short)Internet);
            _ = Control(socket, SetAddress, request);
            Name(request, name);
            if (Control(socket, GetFlags, request) == 0)
            {
                BitConverter.TryWriteBytes(request[NameLength..], (short)(BitConverter.ToInt16(request[NameLength..]) & ~Up));
                _ = Control(socket, SetFlags, request);
            }
        }
        finally
        {
            _ = Engine.Libc.Close(socket);
        }
    }

    private static void Name(Span<byte> request, string name)
    {
        request.Clear();
        Encoding.ASCII.GetBytes(name.AsSpan(0, Math.Min(name.Length, NameLength - 1)), request);
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int kind, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int file, nuint request, Span<byte> argument);
}
