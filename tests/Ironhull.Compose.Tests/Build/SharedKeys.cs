using Ironhull.Signing;

namespace Ironhull.Compose.Tests.Build;

/// <summary>Development keys, made once for all tests of an assembly: RSA keys are slow to make.</summary>
public sealed class SharedKeys : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SharedKeys()
    {
        Folder = Path.Combine(_folder.Path, "keys");
        OtherFolder = Path.Combine(_folder.Path, "other");
        Store = KeyStore.Init(Folder);
        Other = KeyStore.Init(OtherFolder, "A maker with a much longer name than the first");
    }

    public string Folder { get; }

    public string OtherFolder { get; }

    public KeyStore Store { get; }

    /// <summary>Keys whose certificates have another length.</summary>
    public KeyStore Other { get; }

    public void Dispose() => _folder.Dispose();
}

/// <summary>Tests that sign share the keys, and run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class KeysGroup : ICollectionFixture<SharedKeys>
{
    public const string Name = "keys";
}
