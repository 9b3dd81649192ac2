using Ironhull.Formats.Tests.Disk;

namespace Ironhull.Signing.Tests;

/// <summary>One set of development keys for a whole test class: making RSA keys is slow.</summary>
public sealed class TestKeys : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TestKeys()
    {
        Folder = _folder["keys"];
        Store = KeyStore.Init(Folder);
        Signer = Store.OpenSigner(SigningRole.BootCode);
    }

    public string Folder { get; }

    public KeyStore Store { get; }

    public PemFileSigner Signer { get; }

    public string File(string name) => Path.Combine(Folder, name);

    public void Dispose()
    {
        Signer.Dispose();
        _folder.Dispose();
    }
}
