using System.Globalization;

namespace Ironhull.Packages.Tests;

/// <summary>A version 6 key made and used by Sequoia, since GnuPG has none: a key that certifies and a subkey that signs.</summary>
internal sealed class SequoiaKey : IDisposable
{
    private readonly TempFolder _folder = new();

    public SequoiaKey(string algorithm, string expiration = "never")
    {
        Sq(
            GpgHome.Created, "key", "generate", "--profile=rfc9580", "--signing-algorithm", algorithm, "--own-key", "--without-password", "--can-sign", "--cannot-encrypt",
            "--cannot-authenticate", "--expiration", expiration, "--name", "Distribution", "--output", _folder["key"], "--rev-cert", _folder["revocation"]);
        Sq(GpgHome.Created, "key", "delete", "--cert-file", _folder["key"], "--output", _folder["public"]);
    }

    /// <summary>Sequoia, and an OpenSSL that knows ML-DSA.</summary>
    public static ToolRoot Tools { get; } = ToolRoot.Of("openpgp-forky", "forky", "sq", "openssl");

    /// <summary>The armored public key.</summary>
    public byte[] PublicKey => File.ReadAllBytes(_folder["public"]);

    /// <summary>The signature by which the key revokes itself, armored as a key.</summary>
    public byte[] Revocation => File.ReadAllBytes(_folder["revocation"]);

    /// <summary>A detached signature, binary or armored, made a day after the key.</summary>
    public byte[] Sign(byte[] data, bool armored = false)
    {
        File.WriteAllBytes(_folder["data"], data);
        string[] form = armored ? [] : ["--binary"];
        Sq(GpgHome.Created + 86400, ["sign", .. form, "--signer-file", _folder["key"], $"--signature-file={_folder["signature"]}", _folder["data"]]);
        return File.ReadAllBytes(_folder["signature"]);
    }

    public void Dispose() => _folder.Dispose();

    private static void Sq(long time, params string[] arguments)
    {
        var instant = DateTimeOffset.FromUnixTimeSeconds(time).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        Tools.RunByLoader("sq", ["--home=none", "--time", instant, "--overwrite", .. arguments]);
    }
}
