using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using Ironhull.Formats.Tests.Disk;
using Ironhull.Formats.Tpm;

namespace Ironhull.Measurement.Tests.Attestation;

/// <summary>swtpm on a socket, driven by tpm2-tools or by bytes of our own.</summary>
internal sealed class SoftwareTpm : IDisposable
{
    private const uint Retry = 0x922;
    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;
    private readonly string _socket;

    public SoftwareTpm()
    {
        _socket = _folder["tpm"];
        _process = Process.Start(new ProcessStartInfo("swtpm",
        [
            "socket", "--tpm2", "--tpmstate", $"dir={_folder.Path}", "--server", $"type=unixio,path={_socket}", "--ctrl", $"type=unixio,path={_socket}.ctrl",
            "--flags", "not-need-init,startup-clear", "--pid", $"file={_folder["pid"]}",
        ]) { RedirectStandardError = true })!;

        // It says so when a client goes; nobody reads it, and a full pipe would stop it.
        _process.BeginErrorReadLine();

        // The socket is listened to before the file with the process number is written.
        Assert.True(SpinWait.SpinUntil(() => File.Exists(_folder["pid"]) || _process.HasExited, TimeSpan.FromMinutes(5)) && !_process.HasExited, "swtpm did not start.");
    }

    public string this[string name] => _folder[name];

    /// <summary>Runs one of tpm2-tools in the TPM's own folder.</summary>
    public string Tool(string tool, params string[] arguments) =>
        Formats.Tests.Disk.Tool.Run("env", ["-C", _folder.Path, $"TPM2TOOLS_TCTI=swtpm:path={_socket}", tool, .. arguments]);

    /// <summary>Does what the firmware did: extends every event of a log, but for registers whose start depends on the platform.</summary>
    public void Measure(TcgEventLog log) => Tool(
        "tpm2_pcrextend",
        [.. log.Events.Where(e => e.Type != TcgEventType.NoAction && e.Pcr is > 0 and < 16).Select(e => $"{e.Pcr}:sha256={e.Sha256}")]);

    public void Extend(int pcr, string word) => Tool("tpm2_pcrextend", $"{pcr}:sha256={Formats.Io.Sha256Digest.Of(System.Text.Encoding.ASCII.GetBytes(word))}");

    /// <summary>Makes an attestation key by tpm2-tools; NAME.pub is its public half.</summary>
    public void CreateKey(string name, string type, string hash, string scheme)
    {
        Tool("tpm2_createek", "-c", $"{name}.ek", "-G", "rsa");
        Tool("tpm2_createak", "-C", $"{name}.ek", "-c", $"{name}.ctx", "-G", type, "-g", hash, "-s", scheme, "-u", $"{name}.pub");
        Tool("tpm2_flushcontext", "-t");
    }

    public (byte[] Quote, byte[] Signature) Quote(string key, string nonce, string registers, string? hash = null)
    {
        Tool("tpm2_quote", ["-c", $"{key}.ctx", "-l", registers, "-q", nonce, "-m", "quote", "-s", "signature", .. hash is null ? Array.Empty<string>() : ["-g", hash], .. key == "rsapss" ? (string[])["--scheme", key] : []]);
        Tool("tpm2_flushcontext", "-t");
        return (File.ReadAllBytes(this["quote"]), File.ReadAllBytes(this["signature"]));
    }

    /// <summary>Sends commands as a program sends them to the TPM's device.</summary>
    public IReadOnlyList<byte[]> Send(params Func<IReadOnlyList<byte[]>, byte[]>[] commands)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(_socket));
        using var stream = new NetworkStream(socket);
        var answers = new List<byte[]>();
        foreach (var command in commands)
        {
            // The kernel, too, repeats what is answered by TPM_RC_RETRY.
            byte[] answer;
            do
            {
                answer = Send(stream, command(answers));
            }
            while (BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(6)) == Retry);

            answers.Add(answer);
        }

        return answers;
    }

    private static byte[] Send(NetworkStream stream, byte[] command)
    {
        stream.Write(command);
        var head = new byte[10];
        stream.ReadExactly(head);
        var answer = new byte[BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(2))];
        head.CopyTo(answer, 0);
        stream.ReadExactly(answer.AsSpan(10));
        return answer;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Dispose();
    }
}
