using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ironhull.Machines.Fakes;

/// <summary>A TFTP server (RFC 1350) on a port of its own of this machine; each transfer has another port. It may lose packets.</summary>
public sealed class FakeTftpServer : IDisposable
{
    private const int BlockSize = 512;
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly IReadOnlyDictionary<string, byte[]> _files;
    private int _lost;

    /// <summary>Starts a server.</summary>
    /// <param name="files">Names and contents.</param>
    /// <param name="lost">So many answers are lost first.</param>
    public FakeTftpServer(IReadOnlyDictionary<string, byte[]> files, int lost = 0)
    {
        _files = files;
        _lost = lost;
        _ = AcceptAsync();
    }

    /// <summary>Its port.</summary>
    public int Port => ((IPEndPoint)_socket.Client.LocalEndPoint!).Port;

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var request = await _socket.ReceiveAsync().ConfigureAwait(false);
                var words = Encoding.ASCII.GetString(request.Buffer.AsSpan(2)).Split('\0');
                _ = ServeAsync(request.RemoteEndPoint, words[0], words.ElementAtOrDefault(1) ?? "");
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The server was stopped.
        }
    }

    private async Task ServeAsync(IPEndPoint client, string file, string mode)
    {
        if (Interlocked.Decrement(ref _lost) >= 0)
        {
            return;
        }

        using var transfer = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        if (mode != "octet" || !_files.TryGetValue(file, out var contents))
        {
            await transfer.SendAsync(new byte[] { 0, 5, 0, 1, (byte)'n', (byte)'o', 0 }, client).ConfigureAwait(false);
            return;
        }

        for (var block = 1; ; block++)
        {
            var part = contents.AsSpan(Math.Min((block - 1) * BlockSize, contents.Length));
            byte[] packet = [0, 3, (byte)(block >> 8), (byte)block, .. part[..Math.Min(BlockSize, part.Length)]];
            do
            {
                await transfer.SendAsync(packet, client).ConfigureAwait(false);
            }
            while (!await AcknowledgedAsync(transfer, block).ConfigureAwait(false));
            if (packet.Length < BlockSize + 4)
            {
                return;
            }
        }
    }

    private static async Task<bool> AcknowledgedAsync(UdpClient transfer, int block)
    {
        var answer = await transfer.ReceiveAsync().ConfigureAwait(false);
        return answer.Buffer.Length >= 4 && answer.Buffer[1] == 4 && BinaryPrimitives.ReadUInt16BigEndian(answer.Buffer.AsSpan(2)) == (ushort)block;
    }
}
