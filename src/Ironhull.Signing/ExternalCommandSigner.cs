using System.Buffers.Text;
using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ironhull.Diagnostics;

namespace Ironhull.Signing;

/// <summary>
/// Signs by running a command, so that the key can be in a vault, a token or on another machine.
/// <para>Protocol: the command runs without a shell, with the given arguments followed by <c>sha256</c> and the digest
/// as 64 lower-case hex digits; the same digits and a line feed are its standard input; <c>HULL_SIGNING_ROLE</c> in its
/// environment is the role whose key is to sign. It writes the RSA PKCS#1 v1.5
/// signature to standard output, either raw (exactly as many bytes as the key's modulus) or as base64 text, and exits
/// with 0. Any other exit code, more than 64 KiB of output, or no answer in time is a failure; standard error is
/// shown. The answer is checked against the certificate before it is used.</para>
/// </summary>
public sealed class ExternalCommandSigner : ISigner
{
    /// <summary>The environment variable that tells the command which role's key is to sign: a word of <see cref="SigningRoles"/>.</summary>
    public const string RoleVariable = "HULL_SIGNING_ROLE";

    private const int MaximumOutput = 1 << 16;
    private readonly string _command;
    private readonly IReadOnlyList<string> _arguments;
    private readonly TimeSpan _timeout;
    private readonly SigningRole? _role;

    /// <summary>Names the command; it is not run before a digest is to be signed.</summary>
    /// <param name="command">An executable's path or its name on PATH.</param>
    /// <param name="arguments">Its leading arguments.</param>
    /// <param name="certificatePath">PEM: the key's certificate, then its issuers.</param>
    /// <param name="timeout">How long one signature may take; two minutes when null.</param>
    /// <param name="role">What is signed; the command reads it from <see cref="RoleVariable"/>.</param>
    /// <exception cref="HullException">HULL6001: the certificate cannot be read.</exception>
    public ExternalCommandSigner(string command, IReadOnlyList<string> arguments, string certificatePath, TimeSpan? timeout = null, SigningRole? role = null)
    {
        _role = role;
        _command = command;
        _arguments = arguments;
        _timeout = timeout ?? TimeSpan.FromMinutes(2);
        (Certificate, Chain) = Pem.ReadCertificates(certificatePath);
    }

    /// <inheritdoc/>
    public X509Certificate2 Certificate { get; }

    /// <inheritdoc/>
    public IReadOnlyList<X509Certificate2> Chain { get; }

    /// <inheritdoc/>
    public byte[] SignDigest(ReadOnlySpan<byte> digest, HashAlgorithmName algorithm)
    {
        Signatures.RequireSha256(digest, algorithm);
        var hex = Convert.ToHexStringLower(digest);
        var signature = Decode(Run(hex).GetAwaiter().GetResult(), Signatures.LengthFor(Certificate), hex);
        Signatures.Verify(Certificate, digest, signature);
        return signature;
    }

    private byte[] Decode(byte[] output, int length, string hex)
    {
        if (output.Length == length)
        {
            return output;
        }

        var text = Encoding.Latin1.GetString(output).Trim();
        if (Base64.IsValid(text, out var decoded) && decoded == length)
        {
            return Convert.FromBase64String(text);
        }

        throw Failed(hex, $"wrote {output.Length} bytes that are neither a raw signature of {length} bytes nor its base64 text");
    }

    private async Task<byte[]> Run(string hex)
    {
        var start = new ProcessStartInfo(_command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in _arguments.Append("sha256").Append(hex))
        {
            start.ArgumentList.Add(argument);
        }

        if (_role is { } role)
        {
            start.Environment[RoleVariable] = SigningRoles.WordOf(role);
        }

        using var timeout = new CancellationTokenSource(_timeout);
        Process? process = null;
        try
        {
            process = Process.Start(start)!;
            var errors = ReadBounded(process.StandardError.BaseStream, timeout.Token);
            var output = ReadBounded(process.StandardOutput.BaseStream, timeout.Token);
            await FeedAsync(process, hex).ConfigureAwait(false);
            await process.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
            var written = await output.ConfigureAwait(false);
            var message = Encoding.UTF8.GetString(await errors.ConfigureAwait(false)).Trim();
            if (process.ExitCode != 0)
            {
                throw Failed(hex, $"exited with {process.ExitCode}: {message}");
            }

            return written.Length <= MaximumOutput ? written : throw Failed(hex, $"wrote more than {MaximumOutput} bytes");
        }
        catch (OperationCanceledException e)
        {
            throw Failed(hex, $"did not answer within {_timeout.TotalSeconds:0} s", e);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw Failed(hex, $"cannot be run: {e.Message}", e);
        }
        finally
        {
            if (process is { HasExited: false })
            {
                process.Kill(entireProcessTree: true);
            }

            process?.Dispose();
        }
    }

    private static async Task FeedAsync(Process process, string hex)
    {
        try
        {
            await process.StandardInput.WriteAsync(hex + "\n").ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The command took the digest from its arguments and closed its input: allowed by the protocol.
        }
    }

    private static async Task<byte[]> ReadBounded(Stream stream, CancellationToken cancel)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
        {
            if (kept.Length <= MaximumOutput)
            {
                kept.Write(buffer, 0, read);
            }
        }

        return kept.ToArray();
    }

    private HullException Failed(string hex, string what, Exception? cause = null) =>
        SigningErrors.SigningCommandFailed.Error($"'{string.Join(' ', _arguments.Prepend(_command))} sha256 {hex}' {what}.", cause: cause);
}
