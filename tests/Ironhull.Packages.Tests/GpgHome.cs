using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Ironhull.Packages.Tests;

/// <summary>Keys and signatures made by GnuPG in a home of its own.</summary>
internal sealed class GpgHome : IDisposable
{
    /// <summary>2025-01-01, as seconds since 1970-01-01 UTC: when keys are made unless said otherwise.</summary>
    public const long Created = 1735689600;

    // A short path: the agent's socket lies in it.
    private readonly TempFolder _home = new();

    /// <summary>The home folder, for tools that run gpg themselves.</summary>
    public string Path => _home.Path;

    /// <summary>A key's fingerprint.</summary>
    public string Generate(string userId, string algorithm, string usage = "sign", string expires = "never")
    {
        Run(Created, "--passphrase", "", "--quick-gen-key", userId, algorithm, usage, expires);
        return Text(Run(Created, "--with-colons", "--list-keys", userId)).Split('\n').First(l => l.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];
    }

    /// <summary>Adds a subkey.</summary>
    public void AddSubkey(string fingerprint, string algorithm, string usage = "sign") => Run(Created, "--passphrase", "", "--quick-add-key", fingerprint, algorithm, usage, "never");

    /// <summary>Revokes a key by the certificate that gpg keeps for it.</summary>
    public void Revoke(string fingerprint)
    {
        var certificate = File.ReadAllText(System.IO.Path.Combine(Path, "openpgp-revocs.d", fingerprint + ".rev")).Replace(":-----BEGIN", "-----BEGIN", StringComparison.Ordinal);
        File.WriteAllText(_home["revoke"], certificate);
        Run(Created + 86400, "--import", _home["revoke"]);
    }

    /// <summary>Revokes the first subkey.</summary>
    public void RevokeSubkey(string fingerprint) =>
        Run(Created + 86400, "key 1\nrevkey\ny\n0\n\ny\nsave\n"u8.ToArray(), "--command-fd", "0", "--yes", "--pinentry-mode", "loopback", "--passphrase", "", "--edit-key", fingerprint);

    /// <summary>The public key, binary.</summary>
    public byte[] Export(string fingerprint) => Run(Created, "--export", fingerprint);

    /// <summary>The public key, armored.</summary>
    public string ExportArmored(string fingerprint) => Text(Run(Created, "--armor", "--export", fingerprint));

    /// <summary>A detached binary signature, made a day after the keys.</summary>
    public byte[] Sign(string fingerprint, byte[] data, string digest = "SHA256", params string[] options) =>
        Run(Created + 86400, data, [.. options, "--digest-algo", digest, "--local-user", fingerprint, "--detach-sign"]);

    public void Dispose()
    {
        Process.Start(new ProcessStartInfo("gpgconf", ["--homedir", Path, "--kill", "all"]))!.WaitForExit();
        _home.Dispose();
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private byte[] Run(long time, params string[] arguments) => Run(time, [], arguments);

    private byte[] Run(long time, byte[] input, params string[] arguments)
    {
        var start = new ProcessStartInfo("gpg", ["--homedir", Path, "--batch", "--no-tty", "--quiet", "--faked-system-time", time.ToString(CultureInfo.InvariantCulture) + "!", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        reading.GetAwaiter().GetResult();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.ToArray() : throw new InvalidOperationException($"gpg {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{error.GetAwaiter().GetResult()}");
    }
}
