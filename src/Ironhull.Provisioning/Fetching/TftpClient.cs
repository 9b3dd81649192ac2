using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Fetching;

/// <summary>Reads files by TFTP (RFC 1350), in octets and blocks of 512 bytes; a lost packet is asked for again.</summary>
/// <param name="log">Told of attempts.</param>
public sealed class TftpClient(Action<string> log)
{
    private const int BlockSize = 512;
    private const int ReadRequest = 1;
    private const int Data = 3;
    private const int Acknowledgement = 4;
    private const int Fault = 5;
    private const int MaximumTries = 8;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>Fetches a file.</summary>
    /// <param name="host">The server.</param>
    /// <param name="port">Its port; 69 as a rule.</param>
    /// <param name="file">The file's name.</param>
    /// <param name="cancel">The deadline of the stage.</param>
    /// <exception cref="HullException">HULL8081: the server does not answer or refuses; HULL8032: too large.</exception>
    public async Task<byte[]> GetAsync(string host, int port, string file, CancellationToken cancel)
    {
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancel).ConfigureAwait(false);
            if (addresses.Length == 0)
            {
                throw Failed(host, file, "the name has no address");
            }

            using var socket = new UdpClient(addresses[0].AddressFamily);
            return await ReadAsync(socket, new IPEndPoint(addresses[0], port), host, file, cancel).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw Failed(host, file, e.SocketErrorCode.ToString());
        }
        catch (OperationCanceledException)
        {
            throw Failed(host, file, "the time is up");
        }
    }

    private async Task<byte[]> ReadAsync(UdpClient socket, IPEndPoint server, string host, string file, CancellationToken cancel)
    {
        using var contents = new MemoryStream();
        byte[] packet = [0, ReadRequest, .. Encoding.UTF8.GetBytes(file), 0, .. "octet"u8, 0];
        IPEndPoint? transfer = null;
        for (var block = 1; ; block++)
        {
            var (answer, from) = await AskAsync(socket, packet, transfer ?? server, transfer, (ushort)block, host, file, cancel).ConfigureAwait(false);

            // The server answers from a port of this transfer's own.
            transfer ??= from;
            contents.Write(answer.AsSpan(4));
            if (contents.Length > Resources.ResourceContents.MaximumBytes)
            {
                throw ProvisioningErrors.ContentsTooLarge.Error($"tftp://{host}/{file.TrimStart('/')} has more than {Resources.ResourceContents.MaximumBytes} bytes.");
            }

            packet = [0, Acknowledgement, (byte)(block >> 8), (byte)block];
            if (answer.Length < BlockSize + 4)
            {
                await socket.SendAsync(packet, transfer, cancel).ConfigureAwait(false);
                return contents.ToArray();
            }
        }
    }

    private async Task<(byte[] Answer, IPEndPoint From)> AskAsync(
        UdpClient socket, byte[] packet, IPEndPoint server, IPEndPoint? transfer, ushort block, string host, string file, CancellationToken cancel)
    {
        for (var attempt = 1; attempt <= MaximumTries; attempt++)
        {
            await socket.SendAsync(packet, server, cancel).ConfigureAwait(false);
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            wait.CancelAfter(s_patience);
            try
            {
                while (true)
                {
                    var received = await socket.ReceiveAsync(wait.Token).ConfigureAwait(false);
                    if (!received.RemoteEndPoint.Address.Equals(server.Address) || (transfer is not null && received.RemoteEndPoint.Port != transfer.Port) || received.Buffer.Length < 4)
                    {
                        continue;
                    }

                    var kind = BinaryPrimitives.ReadUInt16BigEndian(received.Buffer);
                    var number = BinaryPrimitives.ReadUInt16BigEndian(received.Buffer.AsSpan(2));
                    if (kind == Fault)
                    {
                        throw Failed(host, file, $"the server says error {number}");
                    }

                    if (kind == Data && number == block && received.Buffer.Length <= BlockSize + 4)
                    {
                        return (received.Buffer, received.RemoteEndPoint);
                    }
                }
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                log($"tftp://{host}/{file.TrimStart('/')}: block {block} did not come, attempt #{attempt}");
            }
        }

        throw Failed(host, file, "the server does not answer");
    }

    private static HullException Failed(string host, string file, string why) => ProvisioningErrors.FetchFailed.Error($"tftp://{host}/{file.TrimStart('/')} cannot be fetched: {why}.");
}
